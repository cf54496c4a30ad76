import type { Command } from 'commander';
import { answer, type Cli } from '../cli.ts';
import { attentionLines } from '../text/attention.ts';
import { present, verb } from '../words.ts';

export function addAttention(gt: Command, cli: Cli): void {
  verb(gt, 'attention', {
    does: 'list exactly what needs a person: why, since when, and what to do about it; exit 0 with any number',
    examples: ['gt attention', 'gt attention --rig backend', 'gt attention --json'],
    json: '{ items: [{ id, kind, subject, rig?, bead?, agent?, state, reason, since, action: { command, verb }, severity: critical|high|medium|low }] }, the most pressing first',
  })
    .option('--rig <rig>', 'only of this rig')
    .action(async ({ rig }: { rig?: string }) => {
      await answer(cli, {
        method: 'attention/list',
        params: present({ rig }),
        text: ({ items }, look) => attentionLines(items, look),
        json: (list) => list,
      });
    });
}
