import type { Command } from 'commander';
import type { RefineryStatus } from '../../protocol/mergeQueue.ts';
import { answer, type Cli } from '../cli.ts';
import { refineryLines } from '../text/mergeQueue.ts';
import { noun, present, verb } from '../words.ts';

const keys =
  '{ rig, merge, paused?: { pausedAt, by, reason? }, batch, gates: [{ name, command, phase, timeoutMs, onFail, retries, from }], landing, queue, waiting }';

export function addRefinery(gt: Command, cli: Cli): void {
  const refinery = noun(gt, 'refinery', 'what lands finished work in a rig; it is part of the town', [
    'gt refinery status',
    'gt refinery pause backend --reason "a release is cut"',
  ]);
  verb(refinery, 'status', {
    does: 'show what lands and what waits, of one rig or of each',
    examples: ['gt refinery status', 'gt refinery status backend'],
    json: `{ refineries: [${keys}] }`,
  })
    .argument('[rig]')
    .action(async (rig: string | undefined) => {
      await answer(cli, {
        method: 'refinery/status',
        params: present({ rig }),
        text: refineryLines,
        json: (refineries) => ({ refineries }),
      });
    });
  verb(refinery, 'pause', {
    does: 'let nothing land in a rig; a landing under way moves nothing any more',
    examples: ['gt refinery pause backend --reason "a release is cut"'],
    json: keys,
    aliases: ['stop'],
  })
    .argument('<rig>')
    .option('-r, --reason <text>', 'why, for everybody who asks')
    .action(async (rig: string, options: { reason?: string }) => {
      await answer(cli, {
        method: 'refinery/pause',
        params: { rig, ...present({ reason: options.reason }) },
        text: (status, look) => refineryLines([status], look),
        json: plainly,
      });
    });
  verb(refinery, 'resume', {
    does: 'let what waits in a rig land again',
    examples: ['gt refinery resume backend'],
    json: keys,
    aliases: ['start'],
  })
    .argument('<rig>')
    .action(async (rig: string) => {
      await answer(cli, {
        method: 'refinery/resume',
        params: { rig },
        text: (status, look) => refineryLines([status], look),
        json: plainly,
      });
    });
}

const plainly = (status: RefineryStatus): unknown => status;
