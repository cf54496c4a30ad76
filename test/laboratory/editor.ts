import { HostUnavailable, prepareHost, type Host } from '../host/vscode/host.ts';
import { repository } from '../host/vscode/paths.ts';
import { readable, showTown } from '../host/windows/preparedTown.ts';
import { eventually } from '../support/wait.ts';
import { NotHere } from './results.ts';
import type { Laboratory } from './town.ts';

const offerMs = 60_000;

/**
 * A real VS Code with the product in it, in whose terminals sessions of the laboratory's town can live. Rejects with `NotHere` where
 * this machine cannot have one.
 */
export async function openEditor(lab: Laboratory, rig: string, say: (line: string) => void): Promise<Host> {
  const host = await prepareHost(say).catch((error: unknown) => {
    throw error instanceof HostUnavailable ? new NotHere(`There is no VS Code: ${error.message}.`) : error;
  });
  try {
    // Sockets of its own lie in its folder for temporary files, and the terminal's is too deep for them.
    const env = { ...lab.terminal.environment, TMPDIR: process.env['TMPDIR'] };
    const window = await host.openWindow({ extensionDevelopmentPath: repository, env, settings: readable });
    await showTown(window);
    const offers = async (): Promise<boolean> =>
      (await lab.client.request('rig/get', { rig })).sessionHost === 'editor';
    await eventually('the window offers to host', offers, offerMs);
    return host;
  } catch (error) {
    say(await host.explain('laboratory'));
    await host.close();
    throw error;
  }
}
