import type { Command } from 'commander';
import { plainText } from '../../domain/text.ts';
import { answer, type Cli } from '../cli.ts';
import { showHook } from '../fastHook.ts';
import { hookJson } from '../text/hook.ts';
import { verb } from '../words.ts';

/** What an agent starts with: its hook, and its context. */
export function addAgent(gt: Command, cli: Cli): void {
  verb(gt, 'hook', {
    does: 'show what is on a hook: in a session its own, outside that of the agent you name',
    examples: ['gt hook', 'gt hook backend/nux'],
    json: '{ agent, rig, bead?: { id, title, description?, status, type, priority, labels }, polecat?: { state, runtime, worktree, branch, base }, blockedBy, mergeRequest?: { id, state, tip }, next }',
  })
    .usage('[agent]')
    .argument('[words...]', 'an agent, as RIG/NAME')
    .action(async (words: string[]) => {
      const [first, second] = words;
      await showHook(cli, first === 'show' || first === 'status' ? second : first);
    });
  verb(gt, 'prime', {
    does: 'print the context an agent starts with',
    examples: ['gt prime', 'gt prime backend/nux'],
    json: '{ text, hook: as gt hook prints }',
  })
    .argument('[agent]', 'as RIG/NAME, outside a session')
    .action(async (agent: string | undefined) => {
      await answer(cli, {
        method: 'work/prime',
        params: { ...(agent === undefined ? {} : { agent }), ...runtimeSession(cli) },
        text: ({ text }) => [plainText(text).trimEnd()],
        json: ({ text, hook }) => ({ text, hook: hookJson(hook) }),
      });
    });
}

/** The session says which variable of the runtime has its name for the session. */
function runtimeSession({ environment }: Cli): { readonly runtimeSession?: string } {
  const id = environment[environment['GT_SESSION_VARIABLE'] ?? ''];
  return id ? { runtimeSession: id } : {};
}
