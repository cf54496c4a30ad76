import { Refusal } from '../domain/refusal.ts';
import { answer, type Cli } from './cli.ts';
import { hookJson, hookLines } from './text/hook.ts';

// What every agent runs at its start is answered with nothing loaded but what is imported here.

/** `gt hook [AGENT] [--json]` */
export async function fastHook(cli: Cli, args: readonly string[]): Promise<boolean> {
  const [verb, ...words] = args.filter((word) => word !== '--json');
  if (verb !== 'hook' || words.length > 1 || words[0]?.startsWith('-')) return false;
  await showHook(cli, words[0]);
  return true;
}

export async function showHook(cli: Cli, agent: string | undefined): Promise<void> {
  if (agent === undefined && !cli.environment['GT_SESSION']) {
    throw new Refusal('no-session', 'You are in no session, so there is no hook of your own to show.', {
      next: 'gt hook RIG/NAME, for example gt hook backend/nux',
    });
  }
  await answer(cli, {
    method: 'work/hook',
    params: agent === undefined ? {} : { agent },
    text: hookLines,
    json: hookJson,
  });
}
