import type { Command } from 'commander';
import type { MergeRequest } from '../../domain/mergeRequest.ts';
import { displayText, plainText } from '../../domain/text.ts';
import type { MergeRequestDetail } from '../../protocol/work.ts';
import { ago } from '../ago.ts';
import { answer, type Cli } from '../cli.ts';
import { exits, Told } from '../failure.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { counted, paintOfState, shortSha } from '../text/state.ts';
import { noun, present, verb } from '../words.ts';

const keys =
  '{ id, bead, title?, rig, agent, runtime, runtimeLabel, branch, target, base, tip, landed?, state, commits, reason?, files?, checkOutput?, submittedAt, updatedAt, verifiedAt?, pullRequest?: { url, number, state, branch, repository } }';

export function addMergeQueue(gt: Command, cli: Cli): void {
  const queue = noun(gt, 'mq', 'the merge queue: finished work on its way to the target branches', [
    'gt mq list',
    'gt mq merge be-auth',
  ]);
  verb(queue, 'list', {
    does: 'list what has not landed, of one rig or of all',
    examples: ['gt mq list', 'gt mq list backend --all'],
    json: `{ mergeRequests: [as mq show prints] }`,
  })
    .argument('[rig]')
    .option('--all', 'what has landed, too')
    .action(async (rig: string | undefined, options: { all?: boolean }) => {
      await answer(cli, {
        method: 'mergeRequest/list',
        params: { ...present({ rig }), ...(options.all ? { all: true } : {}) },
        text: queueLines,
        json: (requests) => ({ mergeRequests: requests.map(requestJson) }),
      });
    });
  verb(queue, 'show', {
    does: 'show one merge request',
    examples: ['gt mq show be-auth'],
    json: keys,
    aliases: ['status'],
  })
    .argument('<bead>', 'or the id of the merge request')
    .action(async (mergeRequest: string) => {
      await answer(cli, {
        method: 'mergeRequest/get',
        params: { mergeRequest },
        text: requestLines,
        json: requestJson,
      });
    });
  verb(queue, 'merge', {
    does: 'land it, and prove that it is on the target branch; exit 0 only with the proof',
    examples: ['gt mq merge be-auth'],
    json: keys,
    aliases: ['land'],
  })
    .argument('<bead>', 'or the id of the merge request')
    .action(async (mergeRequest: string) => {
      const landed = await answer(cli, {
        method: 'mergeRequest/merge',
        params: { mergeRequest },
        text: (detail, look) => (isVerified(detail) ? landedLines(detail) : requestLines(detail, look)),
        json: requestJson,
      });
      if (isVerified(landed)) return;
      if (!cli.json) cli.output.note([`gt: ${whyNot(landed.mergeRequest)}`]);
      throw new Told(exits.refused);
    });
}

function queueLines(requests: readonly MergeRequestDetail[], look: Look): string[] {
  if (requests.length === 0) return ['Nothing waits to be merged.'];
  const rows = requests.map(({ mergeRequest: each, bead, runtimeLabel }) => [
    each.bead,
    each.rig,
    each.state,
    shortSha(each.landed ?? each.tip),
    runtimeLabel,
    ago(each.submittedAt, look.now),
    bead?.title ?? '',
  ]);
  const columns = [
    { title: 'BEAD' },
    { title: 'RIG', shrinks: true },
    { title: 'STATE', paint: paintOfState },
    { title: 'COMMIT' },
    { title: 'RUNTIME', shrinks: true },
    { title: 'SUBMITTED' },
    { title: 'TITLE', shrinks: true },
  ];
  return table(columns, rows, look);
}

function requestLines({ mergeRequest: each, bead, runtimeLabel }: MergeRequestDetail, look: Look): string[] {
  return [
    `Bead: ${displayText(each.bead)} ${displayText(bead?.title ?? '')}`.trimEnd(),
    `State: ${each.state}${each.reason === undefined ? '' : `: ${displayText(each.reason, 500)}`}`,
    `Work: ${counted(each.commits, 'commit')} by ${displayText(each.agent)} (${displayText(runtimeLabel)})`,
    `Branch: ${displayText(each.branch)} from ${shortSha(each.base)}, submitted as ${shortSha(each.tip)}`,
    `Target: ${displayText(each.target)}${each.landed === undefined ? '' : `, landed as ${shortSha(each.landed)}`}`,
    `Submitted: ${ago(each.submittedAt, look.now)}`,
    ...(each.verifiedAt === undefined ? [] : [`Verified: ${ago(each.verifiedAt, look.now)}`]),
    ...(each.files?.length ? ['Files:', ...each.files.map((file) => `  ${displayText(file, 500)}`)] : []),
    ...(each.checkOutput?.length
      ? ['Check:', ...each.checkOutput.map((line) => `  ${plainText(line)}`)]
      : []),
    ...(mergeable.has(each.state) ? [`Next: gt mq merge ${displayText(each.bead)}`] : []),
  ];
}

function landedLines({ mergeRequest: each }: MergeRequestDetail): string[] {
  return [
    `${displayText(each.bead)} has landed: ${shortSha(each.landed ?? each.tip)} is on ${displayText(each.target)}, verified.`,
  ];
}

function requestJson({ mergeRequest, bead, runtimeLabel }: MergeRequestDetail): Record<string, unknown> {
  return { ...mergeRequest, title: bead?.title, runtimeLabel };
}

function isVerified({ mergeRequest }: MergeRequestDetail): boolean {
  return mergeRequest.state === 'verified';
}

function whyNot({ bead, state, reason }: MergeRequest): string {
  return `${bead} has not landed, it is ${state} now${reason === undefined ? '' : `: ${reason}`}`;
}

const mergeable: ReadonlySet<string> = new Set(['submitted', 'waiting-for-checkout', 'conflict', 'rejected']);
