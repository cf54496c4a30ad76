import type { Command } from 'commander';
import type { RefineryStatus } from '../../protocol/mergeQueue.ts';
import type { Params } from '../../protocol/messages.ts';
import { answer, type Cli } from '../cli.ts';
import { queueJson, queueLines, refineryLines, requestJson, requestLines } from '../text/mergeQueue.ts';
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
    does: 'let nothing land in a rig; a landing under way moves nothing any more, but what is being put on its branch at that moment',
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
    aliases: ['start', 'restart'],
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
  addLists(refinery, cli);
  addClaims(refinery, cli);
}

function addLists(refinery: Command, cli: Cli): void {
  const list = async (params: Params<'mergeRequest/list'>, empty: string): Promise<void> => {
    await answer(cli, {
      method: 'mergeRequest/list',
      params,
      text: (requests, look) => (requests.length === 0 ? [empty] : queueLines(requests, look)),
      json: queueJson,
    });
  };
  verb(refinery, 'queue', {
    does: 'list what has not landed, as mq list does',
    examples: ['gt refinery queue backend'],
    json: listKeys,
  })
    .argument('[rig]')
    .action(async (rig: string | undefined) => await list(present({ rig }), 'Nothing waits to be merged.'));
  verb(refinery, 'ready', {
    does: 'list what lands next and is being landed by nobody yet, in its order',
    examples: ['gt refinery ready backend', 'gt refinery ready --all'],
    json: listKeys,
    aliases: ['unclaimed'],
  })
    .argument('[rig]')
    .option('--all', 'what is being landed, too')
    .action(
      async (rig: string | undefined, { all: claimed }: { all?: boolean }) =>
        await list({ ready: true, ...present({ rig, claimed }) }, 'Nothing lands next. See gt mq list.'),
    );
  verb(refinery, 'blocked', {
    does: 'list what waits for another bead: a conflict, or what a gate rejected',
    examples: ['gt refinery blocked'],
    json: listKeys,
  })
    .argument('[rig]')
    .action(
      async (rig: string | undefined) =>
        await list({ blocked: true, ...present({ rig }) }, 'Nothing waits for another bead.'),
    );
}

function addClaims(refinery: Command, cli: Cli): void {
  verb(refinery, 'claim', {
    does: 'pause one merge request: nothing of its branch lands before its release',
    examples: ['gt refinery claim be-auth --reason "I look at it once more"'],
    json: 'as mq show prints it',
    aliases: ['hold'],
  })
    .argument('<bead>', 'or the id of the merge request')
    .option('-r, --reason <text>', 'why, for everybody who asks')
    .action(async (mergeRequest: string, { reason }: { reason?: string }) => {
      const params = { mergeRequest, ...present({ reason }) };
      await answer(cli, { method: 'refinery/claim', params, text: requestLines, json: requestJson });
    });
  verb(refinery, 'release', {
    does: 'let it land again',
    examples: ['gt refinery release be-auth'],
    json: 'as mq show prints it',
  })
    .argument('<bead>', 'or the id of the merge request')
    .action(async (mergeRequest: string) => {
      const params = { mergeRequest };
      await answer(cli, { method: 'refinery/release', params, text: requestLines, json: requestJson });
    });
}

const listKeys = '{ mergeRequests: [as mq show prints] }';

const plainly = (status: RefineryStatus): unknown => status;
