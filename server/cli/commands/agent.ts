import type { Command } from 'commander';
import { plainText } from '../../domain/text.ts';
import { answer, type Cli } from '../cli.ts';
import { hookJson } from '../text/hook.ts';
import { addHook } from './hook.ts';
import { verb } from '../words.ts';

/** What an agent starts with: its hook, and its context. */
export function addAgent(gt: Command, cli: Cli): void {
  addHook(gt, cli);
  verb(gt, 'prime', {
    does: 'print the context an agent starts with',
    examples: ['gt prime', 'gt prime backend/nux', 'gt prime mayor'],
    json: '{ text, hook: as gt hook prints }',
  })
    .argument('[agent]', 'RIG/NAME, RIG/crew/NAME or mayor, outside a session')
    .action(async (agent: string | undefined) => {
      await answer(cli, {
        method: 'work/prime',
        params: agent === undefined ? {} : { agent },
        text: ({ text }) => [plainText(text).trimEnd()],
        json: ({ text, hook }) => ({ text, hook: hookJson(hook) }),
      });
    });
}
