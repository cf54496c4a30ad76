import { Refusal } from '../domain/refusal.ts';
import { agentHere } from './agentHere.ts';
import { answer, type Cli } from './cli.ts';
import { hookJson, hookLines } from './text/hook.ts';

// What every agent runs at its start is answered with nothing loaded but what is imported here.

/** `gt hook [AGENT] [--json]`, where the word can be nothing but an agent. */
export async function fastHook(cli: Cli, args: readonly string[]): Promise<boolean> {
  const [verb, ...words] = args.filter((word) => word !== '--json');
  if (verb !== 'hook' || words.length > 1 || !words.every(isAgent)) return false;
  await showHook(cli, words[0]);
  return true;
}

/** A bare word may be a bead. */
export function isAgent(word: string): boolean {
  return word === 'mayor' || (word.includes('/') && !word.startsWith('-'));
}

export async function showHook(cli: Cli, named: string | undefined): Promise<void> {
  const agent = named ?? agentHere(cli);
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
