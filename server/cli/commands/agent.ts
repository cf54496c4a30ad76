import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { showHook } from '../fastHook.ts';
import { verb } from '../words.ts';

/** What an agent starts with. */
export function addAgent(gt: Command, cli: Cli): void {
  verb(gt, 'hook', {
    does: 'show what is on a hook: in a session its own, outside that of the agent you name',
    examples: ['gt hook', 'gt hook backend/nux'],
    json: '{ agent, rig, bead?: { id, title, description?, status, type, priority, labels }, polecat?: { state, runtime, worktree, branch, base }, steps?: { done, total, next? }, blockedBy, mergeRequest?: { id, state, tip }, messages?: [{ id, from, text, createdAt }], next }',
  })
    .usage('[agent]')
    .argument('[words...]', 'an agent, as RIG/NAME')
    .action(async (words: string[]) => {
      const [first, second] = words;
      await showHook(cli, first === 'show' || first === 'status' ? second : first);
    });
}
