import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Explanation } from '../../server/domain/explaining.ts';
import type { StagedConvoy } from '../../server/protocol/convoyStage.ts';
import type { QueuedBead, SchedulerStatus } from '../../server/protocol/scheduler.ts';
import { freshConvoy, before, sampleConvoy } from './samples.ts';
import { type Answers, gt, lines } from './support.ts';

const explanation = {
  bead: 'be-auth',
  title: 'Refactor auth middleware',
  place: 'ready',
  reason: 'capacity',
  sentence: 'be-auth is queued, 2 before it: 10 of 10 polecats work in backend already.',
  next: 'Wait for one to finish, or gt rig config backend maxPolecats 11.',
  evidence: [{ what: 'queued by overseer', at: before(5) }, { what: '2 of 3 in the queue are before it' }],
} as unknown as Explanation;

const queued = {
  dispatch: {
    id: 'be-auth',
    rig: 'backend',
    state: 'waiting',
    priority: 2,
    queuedAt: before(5),
    queuedBy: 'overseer',
    failures: 0,
  },
  title: 'Refactor auth middleware',
  explanation,
} as unknown as QueuedBead;

const status = {
  mode: 'auto',
  paused: { at: before(3), by: 'overseer', reason: 'a release' },
  maxPolecats: 4,
  batchSize: 2,
  spawnDelay: 5,
  working: 3,
  sessions: 3,
  maxSessions: 25,
  waiting: 3,
  broken: 0,
  budgets: [
    { usedTurns: 7, usedMinutes: 95, turns: 20 },
    { rig: 'backend', usedTurns: 2, usedMinutes: 30, minutes: 60 },
  ],
  costReported: [],
  nextStartAt: before(-1),
  limited: { polecats: 2, goesOnAt: before(-60) },
  quotas: [
    { id: 'codex', since: before(3), until: before(-60), by: 'backend/nux', limited: { polecats: 1 } },
  ],
} as unknown as SchedulerStatus;

const staged: StagedConvoy = {
  view: { ...freshConvoy(), convoy: { ...freshConvoy().convoy, state: 'staged' } },
  title: 'Auth System Overhaul',
  plan: {
    waves: [['be-auth', 'ml-extract'], ['fe-login']],
    closed: [],
    errors: [],
    warnings: [{ bead: 'fe-login', text: 'fe-login is in frontend, which is parked.' }],
  } as unknown as StagedConvoy['plan'],
};

const prints: Record<string, { words: string[]; answers: Answers; text: string }> = {
  'why a bead does not run': {
    words: ['explain', 'be-auth'],
    answers: { 'bead/explain': explanation },
    text: `
      be-auth is queued, 2 before it: 10 of 10 polecats work in backend already.
      Next: Wait for one to finish, or gt rig config backend maxPolecats 11.
        queued by overseer (5 m ago)
        2 of 3 in the queue are before it
    `,
  },
  'how the queue stands': {
    words: ['scheduler', 'status'],
    answers: { 'scheduler/status': status },
    text: `
      Mode: auto, slings that find no place are queued
      Paused: 3 m ago by overseer, a release
      Queue: 3 waiting, 0 failed too often
      Working: 3 of 4 polecats, 3 of 25 sessions
      Rate: 2 at once, 5 s between, the next at 2026-05-01T12:01:00.000Z
      Limits: 2 polecats wait; the first goes on at 2026-05-01 13:00 UTC
      Today: 7 of 20 sessions started, 95 minutes worked
      Today (backend): 2 sessions started, 30 of 60 minutes worked
      Cost: no runtime reports it to the town, so that there is no budget of it
      Parked: codex until 2026-05-01T13:00:00.000Z, by backend/nux; 1 waits
      Next: gt scheduler resume
    `,
  },
  'what is queued': {
    words: ['scheduler', 'list'],
    answers: { 'scheduler/list': [queued] },
    text: `
      BEAD     RIG      P   WAITS FOR  QUEUED   TITLE
      be-auth  backend  P2  capacity   5 m ago  Refactor auth middleware
      Next: gt explain be-auth
    `,
  },
  'a sling that was queued': {
    words: ['sling', 'be-auth', '--queue'],
    answers: {
      'work/sling': {
        slung: [],
        refused: [],
        queued: [
          {
            bead: 'be-auth',
            title: 'Refactor auth middleware',
            rig: 'backend',
            before: 2,
            message: '10 of 10 polecats work in backend already.',
          },
        ],
      },
    },
    text: `
      Queued be-auth, 2 before it: Refactor auth middleware
        10 of 10 polecats work in backend already.
      Next: gt scheduler list
    `,
  },
  'a convoy with its waves': {
    words: ['convoy', 'stage', 'be-auth', 'ml-extract', 'fe-login'],
    answers: { 'convoy/stage': staged },
    text: `
      Auth System Overhaul   hq-auth   staged   3 beads in 2 waves
      WAVE  BEAD        RIG          RUNTIME      TITLE
      1     be-auth     backend      Claude Code  Refactor auth middleware
      1     ml-extract  ml-pipeline  Codex        Update feature extraction
      2     fe-login    frontend     Cursor       Update login component
      Warning: fe-login is in frontend, which is parked.
      Next: gt convoy launch hq-auth --force
    `,
  },
  'a convoy that has landed, with who did what': {
    words: ['convoy', 'show', 'auth'],
    answers: { 'convoy/get': landedConvoy() },
    text: `
      Auth System Overhaul   hq-auth   2 of 2 landed   landed 1 m ago
        BEAD        AGENT            RUNTIME      COMMIT   CHECK   TIME
        be-auth     backend/nux      Claude Code  a1b2c3d  passed  8 m
        ml-extract  ml-pipeline/nux  Codex        9f8e7d6  none    8 m
    `,
  },
  'what is stranded': {
    words: ['convoy', 'stranded'],
    answers: {
      'convoy/stranded': [
        {
          id: 'hq-auth',
          title: 'Auth System Overhaul',
          why: 'stuck',
          tracked: 3,
          ready: [],
          createdAt: before(12),
          explanation: {
            ...explanation,
            sentence: 'be-auth is held by backend/nux, whose session is dead: failed.',
            next: 'gt session run backend/nux',
          },
        },
      ],
    },
    text: `
      CONVOY   STATE  READY  STARTED   TITLE
      hq-auth  stuck  0/3    12 m ago  Auth System Overhaul
      hq-auth: be-auth is held by backend/nux, whose session is dead: failed.
      Next: gt session run backend/nux
    `,
  },
};

function landedConvoy() {
  const view = sampleConvoy();
  const beads = view.beads.slice(0, 2).map((each, at) => ({
    ...each,
    check: at === 0 ? ('passed' as const) : ('none' as const),
    bead: { ...(each.bead as object), startedAt: before(10), closedAt: before(2) } as never,
  }));
  const convoy = { ...view.convoy, state: 'landed' as const, landedAt: before(1) };
  return { ...view, convoy, closed: 2, total: 2, beads };
}

for (const [what, { words, answers, text }] of Object.entries(prints))
  test(`${what}: gt ${words.join(' ')}`, async () => {
    const said = await gt(words, answers);
    assert.deepEqual([said.code, said.stderr], [0, '']);
    assert.equal(said.stdout, lines(text));
    for (const line of said.stdout.split('\n')) assert.ok(line.length <= 80, line);
  });

test('in JSON', async () => {
  const read = async (words: string[], answers: Answers): Promise<Record<string, unknown>> =>
    JSON.parse((await gt([...words, '--json'], answers)).stdout) as Record<string, unknown>;
  const list = await read(['scheduler', 'list'], { 'scheduler/list': [queued] });
  const [first] = list['queued'] as Record<string, unknown>[];
  assert.deepEqual([first?.['id'], first?.['reason']], ['be-auth', 'capacity']);
  const plan = await read(['convoy', 'stage', 'be-auth'], { 'convoy/stage': staged });
  assert.deepEqual(Object.keys(plan), ['convoy', 'title', 'waves', 'closed', 'errors', 'warnings']);
  assert.equal((await read(['explain', 'be-auth'], { 'bead/explain': explanation }))['reason'], 'capacity');
});

test('a plan with errors is shown, and exit 1', async () => {
  const errors = [{ bead: 'hq-a', text: 'hq-a is of no rig, so that nobody can be started for it.' }];
  const plan = { title: 'Auth', plan: { waves: [], closed: [], errors, warnings: [] } } as never;
  const said = await gt(['convoy', 'stage', 'hq-a'], { 'convoy/stage': plan });
  assert.equal(said.code, 1);
  assert.match(said.stdout, /Error: hq-a is of no rig/);
  const launched = await gt(['convoy', 'launch', 'hq-a'], { 'convoy/stage': plan });
  assert.equal(launched.code, 1);
  assert.match(launched.stderr, /Error: hq-a is of no rig/);
});

test('the words of elsewhere are taken: respawn-reset, scheduler.max_polecats, --bead', async () => {
  const reset = await gt(['sling', 'respawn-reset', 'be-auth'], { 'scheduler/retry': queued });
  assert.deepEqual(reset.asked, [{ method: 'scheduler/retry', params: { bead: 'be-auth' } }]);
  const cleared = await gt(['scheduler', 'clear', '--bead', 'be-auth'], {
    'scheduler/clear': { cleared: ['be-auth'] },
  });
  assert.deepEqual(cleared.asked[0]?.params, { bead: 'be-auth' });
  const town = {
    name: 'gt',
    defaultRuntime: 'sim',
    maxSessions: 5,
    scheduler: { mode: 'auto', maxPolecats: 3, runtimeSessions: { codex: 2 } },
  };
  const set = await gt(['config', 'set', 'scheduler.max_polecats', '3'], { 'town/configure': town as never });
  assert.equal(set.stdout, 'scheduler.max_polecats is 3 now.\n');
  const limit = await gt(['config', 'runtime.codex.max_sessions'], { 'town/get': town as never });
  assert.equal(limit.stdout, '2\n');
});
