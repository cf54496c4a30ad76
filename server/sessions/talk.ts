import { constants } from 'node:os';
import type { LaunchSpec } from '../domain/session.ts';
import { startRuntime } from './runtimeProcess.ts';

/** What is to be started, as JSON; it goes no further than this process. Not on the command line, where everyone may read it. */
const talkVariable = 'GT_TALK';

/** Starts a launch spec on this terminal for the person who sits at it, and gives its exit code as a shell would. */
export async function runTalk(environment: NodeJS.ProcessEnv): Promise<number> {
  const { [talkVariable]: text = '', ...inherited } = environment;
  // Ctrl-C is for what runs here.
  process.on('SIGINT', () => undefined);
  const { exited } = await startRuntime(JSON.parse(text) as LaunchSpec, inherited);
  const { code, signal } = await exited;
  return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}
