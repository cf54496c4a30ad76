import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import {
  explanationLines,
  queuedJson,
  queueLines,
  quotasLines,
  quotaText,
  schedulerLines,
} from '../text/scheduler.ts';
import { noun, present, verb, wholeNumber } from '../words.ts';

const statusKeys =
  '{ mode, paused?: { at, by, reason? }, maxPolecats?, batchSize, spawnDelay, nextStartAt?, limited?: { polecats, goesOnAt? }, working, sessions, maxSessions, waiting, broken, budgets: [{ rig?, turns?, minutes?, usedTurns, usedMinutes }], costReported, quotas }';
const queuedKeys =
  '{ id, rig, state, priority, queuedAt, queuedBy, runtime?, convoy?, failures, lastFailure?, notBefore?, title, reason, sentence, next? }';

export function addExplain(gt: Command, cli: Cli): void {
  verb(gt, 'explain', {
    does: 'say in one sentence why a bead is not running, with the next step and what shows it',
    examples: ['gt explain be-auth'],
    json: '{ bead, title, place?, reason, sentence, next?, evidence: [{ what, at? }] }',
    aliases: ['why'],
  })
    .argument('<bead>')
    .action(async (bead: string) => {
      await answer(cli, {
        method: 'bead/explain',
        params: { bead },
        text: explanationLines,
        json: (said) => ({ ...said }),
      });
    });
}

export function addScheduler(gt: Command, cli: Cli): void {
  const scheduler = noun(gt, 'scheduler', 'the queue of slings: what starts as places get free', [
    'gt scheduler status',
    'gt scheduler list',
  ]);
  for (const [name, does] of [
    ['status', 'show how much works and waits, the limits, and what of the budgets is used'],
    ['resume', 'start what waits in the queue again'],
  ] as const) {
    verb(scheduler, name, { does, examples: [`gt scheduler ${name}`], json: statusKeys }).action(async () => {
      await answer(cli, {
        method: `scheduler/${name}`,
        params: {},
        text: schedulerLines,
        json: (status) => ({ ...status }),
      });
    });
  }
  verb(scheduler, 'pause', {
    does: 'start nothing of the queue until it is resumed; what runs goes on',
    examples: ['gt scheduler pause', 'gt scheduler pause --reason "a release"'],
    json: statusKeys,
  })
    .option('-r, --reason <text>')
    .action(async ({ reason }: { reason?: string }) => {
      await answer(cli, {
        method: 'scheduler/pause',
        params: present({ reason }),
        text: schedulerLines,
        json: (status) => ({ ...status }),
      });
    });
  addQueueVerbs(scheduler, cli);
}

function addQueueVerbs(scheduler: Command, cli: Cli): void {
  verb(scheduler, 'list', {
    does: 'list what is queued, in the order it starts, and why each waits',
    examples: ['gt scheduler list', 'gt scheduler list backend'],
    json: `{ queued: [${queuedKeys}] }`,
  })
    .argument('[rig]')
    .action(async (rig: string | undefined) => {
      await answer(cli, {
        method: 'scheduler/list',
        params: present({ rig }),
        text: queueLines,
        json: (queued) => ({ queued: queued.map(queuedJson) }),
      });
    });
  verb(scheduler, 'run', {
    does: 'start what can be started now, once, also while the queue is paused',
    examples: ['gt scheduler run', 'gt scheduler run --batch 5 --dry-run'],
    json: '{ started: [bead], refused: [as scheduler list prints] }',
  })
    .option('-b, --batch <number>', 'at most so many', wholeNumber)
    .option('-n, --dry-run', 'say what would be started, and start nothing')
    .action(async ({ batch, dryRun }: { batch?: number; dryRun?: boolean }) => {
      await answer(cli, {
        method: 'scheduler/run',
        params: { ...present({ batch }), ...(dryRun ? { dryRun } : {}) },
        text: ({ started, refused }) => [
          started.length === 0
            ? 'Nothing can be started now.'
            : `${dryRun ? 'Would start' : 'Started'} ${started.map((id) => displayText(id)).join(', ')}.`,
          ...refused.map(({ explanation }) => displayText(explanation.sentence, 500)),
        ],
        json: ({ started, refused }) => ({ started, refused: refused.map(queuedJson) }),
      });
    });
  addQueueChanges(scheduler, cli);
}

function addQueueChanges(scheduler: Command, cli: Cli): void {
  verb(scheduler, 'clear', {
    does: 'take one bead out of the queue, or all',
    examples: ['gt scheduler clear be-auth', 'gt scheduler clear'],
    json: '{ cleared: [bead] }',
  })
    .argument('[bead]')
    .option('--bead <bead>', 'the same')
    .action(async (word: string | undefined, options: { bead?: string }) => {
      await answer(cli, {
        method: 'scheduler/clear',
        params: present({ bead: word ?? options.bead }),
        text: ({ cleared }) => [
          cleared.length === 0
            ? 'Nothing was queued.'
            : `Taken out of the queue: ${cleared.map((id) => displayText(id)).join(', ')}.`,
        ],
        json: ({ cleared }) => ({ cleared }),
      });
    });
  verb(scheduler, 'retry', {
    does: 'try again, from the beginning, what failed too often',
    examples: ['gt scheduler retry be-auth'],
    json: '{ id, rig?, state?, priority?, queuedAt?, queuedBy?, runtime?, convoy?, failures?, title, reason, sentence, next? }',
  })
    .argument('<bead>')
    .action(async (bead: string) => {
      await retry(cli, [bead]);
    });
}

/** Also `gt sling respawn-reset`. */
export async function retry(cli: Cli, words: readonly string[]): Promise<void> {
  const [bead, ...more] = words;
  if (bead === undefined || more.length > 0) throw new Usage('gt sling respawn-reset takes one bead.');
  await answer(cli, {
    method: 'scheduler/retry',
    params: { bead },
    text: ({ explanation: { bead: id } }) => [
      `${displayText(id)} is tried again.`,
      `Next: gt explain ${displayText(id)}`,
    ],
    json: queuedJson,
  });
}

export function addQuota(gt: Command, cli: Cli): void {
  const quota = noun(gt, 'quota', 'runtimes whose quota is used up: nothing new is started on them', [
    'gt quota list',
    'gt quota park codex --until 14:00',
  ]);
  const keys = '{ id, since, until?, by, reason?, limited?: { polecats, goesOnAt? } }';
  verb(quota, 'list', {
    does: 'list the runtimes that are parked, and until when',
    examples: ['gt quota list'],
    json: `{ quotas: [${keys}] }`,
    aliases: ['status'],
  }).action(async () => {
    await answer(cli, {
      method: 'quota/list',
      params: {},
      text: quotasLines,
      json: (quotas) => ({ quotas }),
    });
  });
  verb(quota, 'park', {
    does: 'start nothing new on a runtime until its quota is back',
    examples: ['gt quota park codex --until 14:00', 'gt quota park codex --until 2h --reason "weekly limit"'],
    json: keys,
  })
    .argument('<runtime>')
    .option('-u, --until <time>', '45m, 2h, 1d, 14:00 (UTC), or a date and time; else until it is cleared')
    .option('-r, --reason <text>')
    .action(async (runtime: string, { until, reason }: { until?: string; reason?: string }) => {
      await answer(cli, {
        method: 'quota/park',
        params: { runtime, ...present({ until, reason }) },
        text: (parked) => [`Parked ${quotaText(parked)}.`],
        json: (parked) => ({ ...parked }),
      });
    });
  verb(quota, 'clear', {
    does: 'take up a parked runtime again now',
    examples: ['gt quota clear codex'],
    json: '{ runtime }',
  })
    .argument('<runtime>')
    .action(async (runtime: string) => {
      await answer(cli, {
        method: 'quota/clear',
        params: { runtime },
        text: (cleared) => [`${displayText(cleared.runtime)} is taken up again.`],
        json: (cleared) => ({ ...cleared }),
      });
    });
}
