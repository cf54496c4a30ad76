import { type Command, Option } from 'commander';
import type { LandingState } from '../../domain/mergeRequest.ts';
import type { Params } from '../../protocol/messages.ts';
import { answer, type Cli } from '../cli.ts';
import { exits, Told, Usage } from '../failure.ts';
import { priorityWord } from './beadOptions.ts';
import {
  isVerified,
  landedLines,
  logJson,
  logLines,
  queueJson,
  queueLines,
  requestJson,
  requestLines,
  whyNot,
} from '../text/mergeQueue.ts';
import { noun, present, verb } from '../words.ts';

const keys =
  '{ id, bead, title?, rig, agent, runtime, runtimeLabel, branch, target, base, tip, landed?, landedBy?, state, commits, reason?, waits?, blockedBy?, approved?, attempts?, claim?, retryAt?, gates?, files?, checkOutput?, submittedAt, updatedAt, verifiedAt?, priority?, paused?: { pausedAt, by, reason? }, pullRequest?: { url, number, state, branch, repository, unseen?, obstacles? } }';

const states: readonly LandingState[] = [
  'submitted',
  'merged',
  'verified',
  'conflict',
  'rejected',
  'waiting-for-checkout',
  'lost',
];

export function addMergeQueue(gt: Command, cli: Cli): void {
  const queue = noun(gt, 'mq', 'the merge queue: finished work on its way to the target branches', [
    'gt mq list',
    'gt mq merge be-auth',
  ]);
  addList(queue, cli);
  addNext(queue, cli);
  addShow(queue, cli);
  addLog(queue, cli);
  addSubmit(queue, cli);
  addMerge(queue, cli);
  addRetry(queue, cli);
  addReject(queue, cli);
}

function addList(queue: Command, cli: Cli): void {
  verb(queue, 'list', {
    does: 'list what has not landed, of one rig or of all',
    examples: [
      'gt mq list',
      'gt mq list backend --all',
      'gt mq list --ready',
      'gt mq list --status conflict',
      'gt mq list --all --verify',
    ],
    json: `{ mergeRequests: [as mq show prints, with proof?: { holds?, says }] }`,
  })
    .argument('[rig]')
    .option('--all', 'what has landed, too')
    .option('--ready', 'only what lands next, in its order')
    .addOption(new Option('--status <state>', 'only those in this state').choices(states))
    .option('--worker <agent>', 'only those of this agent')
    .option('--epic <bead>', 'only those of the beads in this epic, however deep')
    .option('--verify', 'ask git again about each; exit 1 where one is not as it is listed')
    .action(async (rig: string | undefined, options: ListOptions) => {
      const { all, ready, status: state, worker, epic, verify } = options;
      const listed = await answer(cli, {
        method: 'mergeRequest/list',
        params: present({ rig, all, ready, state, worker, epic, verify }),
        text: queueLines,
        json: queueJson,
      });
      const gone = listed.filter(({ proof }) => proof?.holds === false);
      if (gone.length === 0) return;
      const beads = gone.map(({ mergeRequest }) => mergeRequest.bead).join(', ');
      if (!cli.json)
        cli.output.note([`gt: not as listed: ${beads}`, `Next: gt mq show ${gone[0]?.mergeRequest.bead}`]);
      throw new Told(exits.refused);
    });
}

interface ListOptions {
  readonly all?: boolean;
  readonly ready?: boolean;
  readonly status?: LandingState;
  readonly worker?: string;
  readonly epic?: string;
  readonly verify?: boolean;
}

function addNext(queue: Command, cli: Cli): void {
  verb(queue, 'next', {
    does: 'show what lands next, of one rig or of each',
    examples: ['gt mq next backend', 'gt mq next --strategy fifo'],
    json: `{ mergeRequests: [as mq show prints] }`,
  })
    .argument('[rig]')
    .addOption(
      new Option('--strategy <name>', 'by score (priority, age, convoy), or by age alone').choices([
        'priority',
        'fifo',
      ]),
    )
    .option('-q, --quiet', 'only the beads')
    .action(async (rig: string | undefined, options: { strategy?: 'priority' | 'fifo'; quiet?: boolean }) => {
      await answer(cli, {
        method: 'mergeRequest/next',
        params: present({ rig, strategy: options.strategy }),
        text: (requests, look) => {
          if (options.quiet) return requests.map(({ mergeRequest }) => mergeRequest.bead);
          return requests.length === 0 ? ['Nothing lands next. See gt mq list.'] : queueLines(requests, look);
        },
        json: queueJson,
      });
    });
}

function addShow(queue: Command, cli: Cli): void {
  verb(queue, 'show', {
    does: 'show one merge request',
    examples: ['gt mq show be-auth'],
    json: keys,
    aliases: ['status'],
  })
    .argument('<bead>', 'or the id of the merge request')
    .action(async (mergeRequest: string) => {
      const params = { mergeRequest };
      await answer(cli, { method: 'mergeRequest/get', params, text: requestLines, json: requestJson });
    });
}

function addLog(queue: Command, cli: Cli): void {
  verb(queue, 'log', {
    does: 'show what the gates of its last landing said',
    examples: ['gt mq log be-auth'],
    json: '{ id, bead, state, reason?, tip, landed?, attempts, gates: [{ name, phase, outcome, code?, ms, tries, output, onFail, at, on }] }',
  })
    .argument('<bead>', 'or the id of the merge request')
    .action(async (mergeRequest: string) => {
      const params = { mergeRequest };
      await answer(cli, { method: 'mergeRequest/get', params, text: logLines, json: logJson });
    });
}

function addSubmit(queue: Command, cli: Cli): void {
  verb(queue, 'submit', {
    does: 'hand over by hand the recorded branch of a polecat, or of crew with a bead',
    examples: [
      'gt mq submit --branch crew/dave',
      'gt mq submit backend/nux',
      'gt mq submit backend/nux --priority 0',
    ],
    json: keys,
  })
    .argument('[agent]', 'whose branch it is')
    .option('--branch <name>', 'the branch')
    .option('--issue <bead>', "the bead of crew's branch, where its hook is empty")
    .addOption(
      new Option(
        '-p, --priority <n>',
        "its place in the queue: 0 is the most urgent, 4 the least; else its bead's. Again, with another, to raise or lower it",
      ).argParser(priorityWord),
    )
    .option('--resubmit', 'no need of it: newer commits take the place of what was submitted')
    .option('--no-cleanup', 'no need of it: a workplace stays until its bead is closed')
    .option('--skip-deps', 'no need of it: what the bead waits for does not hold up its landing')
    .option('--epic <bead>', "no need of it: everything lands on the rig's branch")
    .action(async (agent: string | undefined, options: SubmitOptions) => {
      await answer(cli, {
        method: 'mergeRequest/submit',
        params: present({
          agent,
          branch: options.branch,
          bead: options.issue,
          priority: options.priority,
        }),
        text: requestLines,
        json: requestJson,
      });
    });
}

interface SubmitOptions {
  readonly branch?: string;
  readonly issue?: string;
  readonly priority?: number;
}

function addMerge(queue: Command, cli: Cli): void {
  verb(queue, 'merge', {
    does: 'land it, and prove that it is on the target branch; exit 0 only with the proof',
    examples: ['gt mq merge be-auth'],
    json: keys,
    aliases: ['land'],
  })
    .argument('<bead>', 'or the id of the merge request')
    .action(async (mergeRequest: string) => await merge(cli, { mergeRequest }));
}

async function merge(cli: Cli, params: Params<'mergeRequest/merge'>): Promise<void> {
  const landed = await answer(cli, {
    method: 'mergeRequest/merge',
    params,
    text: (detail, look) => (isVerified(detail) ? landedLines(detail) : requestLines(detail, look)),
    json: requestJson,
  });
  if (isVerified(landed)) return;
  if (!cli.json) cli.output.note([`gt: ${whyNot(landed.mergeRequest)}`]);
  throw new Told(exits.refused);
}

function addRetry(queue: Command, cli: Cli): void {
  verb(queue, 'retry', {
    does: 'put it into the queue again, whatever stood in its way',
    examples: ['gt mq retry be-auth', 'gt mq retry be-auth --now'],
    json: keys,
  })
    .argument('<words...>', 'the bead, or the id of the merge request; its rig may stand before it')
    .option('--now', 'wait for its landing, as mq merge does')
    .action(async (words: string[], options: { now?: boolean }) => {
      const params = named('retry', words);
      if (options.now) return await merge(cli, params);
      await answer(cli, { method: 'mergeRequest/retry', params, text: requestLines, json: requestJson });
    });
}

function addReject(queue: Command, cli: Cli): void {
  verb(queue, 'reject', {
    does: 'say that it is not to land as it is',
    examples: ['gt mq reject be-auth --reason "the name is wrong" --notify'],
    json: keys,
  })
    .argument(
      '<words...>',
      'the bead, its branch, or the id of the merge request; its rig may stand before it',
    )
    .requiredOption('-r, --reason <text>', 'why')
    .option('--notify', 'tell its agent')
    .action(async (words: string[], options: { reason: string; notify?: boolean }) => {
      await answer(cli, {
        method: 'mergeRequest/reject',
        params: {
          ...named('reject', words),
          reason: options.reason,
          ...present({ notify: options.notify }),
        },
        text: requestLines,
        json: requestJson,
      });
    });
}

/** `MR`, or `RIG MR`. */
function named(
  verbName: string,
  [first = '', second, ...others]: readonly string[],
): {
  readonly mergeRequest: string;
  readonly rig?: string;
} {
  if (others.length > 0)
    throw new Usage(`one merge request at a time, with its rig before it. See gt mq ${verbName} --help.`);
  return second === undefined ? { mergeRequest: first } : { rig: first, mergeRequest: second };
}
