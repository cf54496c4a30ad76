import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { smallRigs } from '../suites/smallTown.ts';
import type { Case } from '../table.ts';
import type { Host } from '../vscode/host.ts';
import { repository } from '../vscode/paths.ts';
import type { HostWindow } from '../vscode/window.ts';
import { answerDialog } from './hands.ts';
import { prepareTown, rowLike, showTown, textShown } from './preparedTown.ts';

export const cases: readonly Case<Host>[] = [
  {
    name: 'a town that is stopped in a window is still stopped after a reload and in another window, until its person starts it',
    timeoutMs: 180_000,
    run: async (host) => {
      const town = await prepareTown(host, smallRigs.slice(0, 1));
      const { id } = (await town.bd(
        'create',
        'Limit requests',
        '--rig',
        'backend',
        '--labels',
        'sim:stall',
        '--json',
      )) as {
        id: string;
      };
      const open = (): Promise<HostWindow> =>
        host.openWindow({ ...town.options, extensionDevelopmentPath: repository });
      const window = await open();
      await showTown(window);
      await rowLike(window, 'Rigs', /^backend: sim-thorough · idle$/);
      await town.gt('sling', id);
      await rowLike(window, 'Rigs', /: working · sim-thorough · be-limit Limit requests/);
      const { sessions } = (await town.gt('session', 'list', '--json')) as {
        sessions: readonly { readonly pid: number }[];
      };
      assert.equal(sessions.length, 1);

      await window.command('Gas Town: Stop Town...');
      assert.match(
        await answerDialog(window, 'Stop Town', 'stopped-1-dialog'),
        /These sessions end: backend\//,
      );
      await textShown(window, 'The town is stopped; this is how it was.');
      await hasEnded();
      for (const { pid } of sessions) assert.ok(!isAlive(pid), `the process ${pid} of the session runs on`);

      await window.reload();
      await showTown(window);
      await isStopped(window);
      await window.screenshot('stopped-2-reloaded');
      await window.close();
      const another = await open();
      await showTown(another);
      await isStopped(another);

      await another.page.getByRole('button', { name: 'Start Town' }).first().click();
      await rowLike(another, 'Rigs', /: interrupted · /);
      assert.ok(existsSync(serverFile()));

      /** As its view says it, with the way to start it; and so it is. */
      async function isStopped(one: HostWindow): Promise<void> {
        await textShown(one, 'The town is stopped. Nothing of it runs, and nothing starts it until you do.');
        await one.page.getByRole('button', { name: 'Start Town' }).first().waitFor();
        await hasEnded();
      }

      async function hasEnded(): Promise<void> {
        await eventually(
          'the town server has left',
          () => Promise.resolve(!existsSync(serverFile())),
          30_000,
        );
        assert.ok(existsSync(join(town.path, '.gastown', 'stopped.json')));
      }

      function serverFile(): string {
        return join(town.path, '.gastown', 'server.json');
      }
    },
  },
];

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
