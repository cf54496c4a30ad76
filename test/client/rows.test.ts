import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Episode } from '../../server/domain/episode.ts';
import type { RigName, Timestamp } from '../../server/domain/ids.ts';
import { displayText } from '../../server/domain/text.ts';
import { listedBeadRow } from '../../client/views/beadRow.ts';
import { BeadRows, beadSummary } from '../../client/views/beads.ts';
import { ConvoyRows } from '../../client/views/convoys.ts';
import { RigRows } from '../../client/views/rigs.ts';
import type { Row, RowSource } from '../../client/views/row.ts';
import { bead } from '../support/beads.ts';
import { beadless, convoy, listed, now, polecat, rig, SmallTown } from './town.ts';

const backend = 'backend' as RigName;
const auth = bead({ id: 'be-auth', rig: backend, title: 'Refactor auth middleware', status: 'in_progress' });
const limit = bead({ id: 'be-limit', rig: backend, title: 'Limit requests', status: 'in_progress' });

function looks(rows: readonly Row[] | undefined): string[] {
  return (rows ?? []).map(({ label, description, icon }) => `${icon?.id} ${label}: ${description}`);
}

function below(source: RowSource, label: string, parent?: Row): readonly Row[] {
  const row = (source.rows(parent) ?? []).find((each) => each.label === label);
  assert.ok(row, `no row ${label}`);
  return source.rows(row) ?? [];
}

test('a rig shows its runtime and what goes on, its polecats what they do and for how long', async () => {
  const town = new SmallTown();
  town.rigs = [
    rig('backend', { polecats: { working: 1, needYou: 1, total: 2 }, queue: 0 }),
    rig('ml-pipeline', { runtimeLabel: 'Codex' }),
    rig('frontend', { warnings: ['Cursor is not installed.'] }),
  ];
  town.polecats = [
    polecat('backend/nux', auth, { session: {} }),
    polecat('backend/slit', limit, { state: 'needs-you', reason: 'per user or per key?', needsPerson: true }),
  ];
  const rows = new RigRows(await town.model(), () => now);
  assert.deepEqual(looks(rows.rows()), [
    'repo backend: Claude Code · 1 working · 1 needs you',
    'repo ml-pipeline: Codex · idle',
    'repo frontend: Claude Code · not ready',
  ]);
  const polecats = below(rows, 'backend');
  assert.deepEqual(looks(polecats), [
    'loading~spin nux: working · Claude Code · be-auth Refactor auth middleware · 4 m',
    'bell-dot slit: needs you · per user or per key? · Claude Code · be-limit · 4 m',
  ]);
  assert.deepEqual(looks(below(rows, 'nux', rows.rows()?.[0])), [
    'checklist be-auth: in progress · Refactor auth middleware',
  ]);
  assert.match(polecats[1]?.spoken ?? '', /needs you: per user or per key\?\. Bead be-limit, Limit requests/);
  assert.ok(polecats[1]?.tooltip().includes('per user or per key?'));
});

test('a polecat in trouble shows why in its row, and what shows it when it is pointed at', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend', { polecats: { working: 0, needYou: 1, total: 1 } })];
  const before = (minutes: number) => new Date(now - minutes * 60_000).toISOString() as Timestamp;
  const reason = 'No call of gt or commit for 16 min.';
  const episode = {
    id: 'backend/nux',
    session: 's-1',
    verdict: 'stalled',
    rule: 'silent',
    reason,
    since: before(2),
    evidence: [
      { name: 'process', value: 'alive' },
      { name: 'call', at: before(18), ageMs: 16 * 60_000 },
    ],
    remedies: [{ kind: 'nudge', at: before(2) }],
  } as unknown as Episode;
  const stalled = polecat('backend/nux', auth, { state: 'stalled', reason, needsPerson: true });
  town.polecats = [{ ...stalled, episode }];
  const [row] = below(new RigRows(await town.model(), () => now), 'backend');
  assert.match(row?.description ?? '', /^stalled · No call of gt or commit for 16 min\./);
  const hover = row?.tooltip() ?? [];
  assert.ok(hover.includes('Evidence (silent): process alive, call 18 m ago'), hover.join('\n'));
  assert.ok(hover.includes('Tried: nudge 2 m ago'));
  assert.equal(hover.filter((line) => line === reason).length, 1);
});

test('a polecat of another runtime than its rig’s shows its own', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend', { polecats: { working: 1, needYou: 0, total: 1 } })];
  town.polecats = [polecat('backend/nux', auth, { runtimeLabel: 'Codex' })];
  const rows = new RigRows(await town.model(), () => now);
  assert.deepEqual(looks(below(rows, 'backend')), [
    'loading~spin nux: working · Codex · be-auth Refactor auth middleware · 4 m',
  ]);
});

test('a polecat that asked and whose session has ended says both', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend', { polecats: { working: 0, needYou: 1, total: 1 } })];
  const asks = { state: 'needs-you', reason: 'per user?', needsPerson: true } as const;
  town.polecats = [polecat('backend/slit', limit, { ...asks, session: { state: 'ended' } })];
  assert.deepEqual(looks(below(new RigRows(await town.model(), () => now), 'backend')), [
    'bell-dot slit: needs you · per user? · session ended · Claude Code · be-limit · 4 m',
  ]);
});

test('a polecat without a bead has an empty hook, and no row below', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend', { polecats: { working: 1, needYou: 1, total: 2 } })];
  town.polecats = [
    beadless('backend/nux'),
    beadless('backend/slit', { state: 'needs-you', reason: 'what now?', needsPerson: true }),
  ];
  const rows = new RigRows(await town.model(), () => now);
  const polecats = below(rows, 'backend');
  assert.deepEqual(looks(polecats), [
    'loading~spin nux: working · Claude Code · an empty hook · 4 m',
    'bell-dot slit: needs you · what now? · Claude Code · an empty hook · 4 m',
  ]);
  assert.equal(polecats[0]?.spoken, 'Polecat nux, working. It has an empty hook. Claude Code.');
  for (const row of polecats) {
    assert.deepEqual([row.children, rows.rows(row)], [undefined, []]);
    assert.ok(row.tooltip().includes('an empty hook'));
    for (const text of [row.spoken, ...row.tooltip()]) assert.doesNotMatch(text ?? '', /undefined/);
  }
});

test('menus are told by the words of a row', async () => {
  const merge = { state: 'submitted' } as const;
  const cases = {
    'polecat working running terminal talkable held worked': polecat('backend/nux', auth, { session: {} }),
    'polecat interrupted talkable resumable held worked': polecat('backend/nux', auth, {
      state: 'interrupted',
      session: { state: 'ended' },
    }),
    'polecat done running talkable mergeable rejectable worked': polecat('backend/nux', auth, {
      state: 'done',
      session: {},
      mergeRequest: merge,
    }),
    'polecat done worked': polecat('backend/nux', auth, {
      state: 'done',
      mergeRequest: { state: 'verified' },
    }),
  };
  for (const [words, detail] of Object.entries(cases)) {
    const town = new SmallTown();
    town.rigs = [rig('backend', { polecats: { working: 1, needYou: 0, total: 1 } })];
    town.polecats = [detail];
    assert.equal(below(new RigRows(await town.model()), 'backend')[0]?.context, words);
  }
});

test('what was submitted waits for a review; what is in conflict says where', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend', { polecats: { working: 0, needYou: 2, total: 2 } })];
  town.polecats = [
    polecat('backend/nux', auth, { state: 'done', needsPerson: true, mergeRequest: { state: 'submitted' } }),
    polecat('backend/slit', limit, {
      state: 'done',
      needsPerson: true,
      mergeRequest: { state: 'conflict', reason: 'README.md changed on both sides', files: ['README.md'] },
    }),
  ];
  const model = await town.model();
  assert.deepEqual(looks(below(new RigRows(model, () => now), 'backend')), [
    'bell-dot nux: needs review · Claude Code · be-auth Refactor auth middleware · 4 m',
    'warning slit: conflict · README.md changed on both sides · Claude Code · be-limit · 4 m',
  ]);
});

test('a convoy shows how far it is, its beads how their landing stands', async () => {
  const town = new SmallTown();
  town.convoys = [
    convoy(
      'hq-auth',
      [
        {
          id: 'be-auth',
          bead: auth,
          rig: 'backend',
          runtimeLabel: 'Claude Code',
          state: 'verified',
          mergeRequest: { state: 'verified', landed: 'a1b2c3d4e5' } as never,
        },
        { id: 'fe-login', rig: 'frontend', runtimeLabel: 'Cursor', state: 'waiting-for-checkout' },
        { id: 'be-gone', state: 'unknown' },
      ],
      'Auth System Overhaul',
    ),
    convoy('hq-old', [{ id: 'be-old', state: 'closed' }], 'Old'),
  ];
  const rows = new ConvoyRows(await town.model(), () => now);
  assert.deepEqual(looks(rows.rows()), [
    'list-tree Auth System Overhaul: 1/3 landed',
    'list-tree Old: 1/1 landed · 4 m',
  ]);
  assert.deepEqual(looks(below(rows, 'Auth System Overhaul')), [
    'pass-filled be-auth: verified a1b2c3d · backend · Claude Code',
    'git-branch fe-login: waits for your checkout · frontend · Cursor',
    'question be-gone: unknown',
  ]);
});

test('a convoy with an agent that needs somebody says so', async () => {
  const town = new SmallTown();
  town.polecats = [polecat('backend/slit', limit, { state: 'needs-you', needsPerson: true })];
  town.convoys = [
    convoy('hq-auth', [{ id: 'be-limit', bead: limit, agent: 'backend/slit', state: 'needs-you' }]),
  ];
  const rows = new ConvoyRows(await town.model(), () => now);
  assert.deepEqual(looks(rows.rows()), ['list-tree hq-auth: 0/1 landed · 1 needs you']);
  assert.equal(rows.rows()?.[0]?.icon?.color, 'list.warningForeground');
  assert.deepEqual(looks(below(rows, 'hq-auth')), ['bell-dot be-limit: needs you']);
});

test('beads are read by rig when somebody looks, a page at a time', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend', { openBeads: 450 }), rig('frontend')];
  town.beads = Array.from({ length: 450 }, (_, index) => listed(bead({ id: `be-${index}`, rig: backend })));
  town.beads.push(listed(bead({ id: 'hq-plan', title: 'Plan', type: 'epic' })));
  const model = await town.model();
  const rows = new BeadRows(model);
  assert.deepEqual(looks(rows.rows()), ['repo backend: 450 open', 'home hq: 1 open']);
  assert.equal(beadSummary(model), '451 ready');
  assert.deepEqual(
    town.asked.filter((each) => each.startsWith('bead/')),
    [],
  );
  const [group, own] = rows.rows() ?? [];
  assert.ok(group && own);
  assert.equal(rows.rows(group), undefined);
  await rows.read(group);
  await rows.read(own);
  assert.deepEqual(looks(rows.rows(own)), ['milestone hq-plan: ready · Plan']);
  assert.equal(rows.rows(group)?.length, 201);
  assert.deepEqual(looks(rows.rows(group)).at(-1), 'ellipsis Show 200 more: 250 not shown');
  await model.showMoreBeads('backend');
  await model.showMoreBeads('backend');
  assert.equal(rows.rows(group)?.length, 450);
});

test('a listed bead says what blocks it, and what its polecat does', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend', { openBeads: 3 })];
  town.polecats = [polecat('backend/nux', auth)];
  const blocked = bead({ id: 'be-next', rig: backend, title: 'Next', type: 'bug' });
  town.beads = [
    listed(auth),
    listed(blocked, { ready: false, blocked: true, blockedBy: [auth.id] }),
    listed(bead({ id: 'be-free', rig: backend, title: 'Free', type: 'feature' })),
  ];
  const rows = new BeadRows(await town.model());
  const [group] = rows.rows() ?? [];
  assert.ok(group);
  await rows.read(group);
  const found = rows.rows(group) ?? [];
  assert.deepEqual(looks(found), [
    'checklist be-auth: working · Claude Code · Refactor auth middleware',
    'bug be-next: blocked · Next',
    'lightbulb be-free: ready · Free',
  ]);
  assert.deepEqual(
    found.map(({ context }) => context),
    ['bead working worked held', 'bead blocked', 'bead ready slingable'],
  );
  assert.ok(found[1]?.tooltip().includes('waits for be-auth'));
});

test('texts of others come without controls, wherever they are shown', async () => {
  const hostile = '\u001B]52;c;aGk=\u0007\u202Eevil\u0000\n[x](command:y)';
  const town = new SmallTown();
  const one = bead({ id: 'be-x', rig: backend, title: hostile, description: hostile, labels: [hostile] });
  town.rigs = [
    rig('backend', { runtimeLabel: hostile, openBeads: 1, polecats: { working: 0, needYou: 1, total: 1 } }),
  ];
  town.polecats = [
    polecat('backend/nux', one, {
      state: 'needs-you',
      reason: hostile,
      needsPerson: true,
      runtimeLabel: hostile,
    }),
  ];
  town.convoys = [
    convoy('hq-x', [{ id: 'be-x', bead: one, runtimeLabel: hostile, state: 'ready' }], hostile),
  ];
  town.beads = [listed(one)];
  const model = await town.model();
  await model.beads.read('backend');
  const sources = [new RigRows(model), new ConvoyRows(model), new BeadRows(model)];
  const texts = sources.flatMap((source) =>
    allRows(source).flatMap((row) => [row.label, row.description, row.spoken, ...row.tooltip()]),
  );
  assert.ok(texts.length > 10);
  for (const text of texts) assert.equal(text, text && displayText(text, 5000));
});

function allRows(source: RowSource, parent?: Row): Row[] {
  return (source.rows(parent) ?? []).flatMap((row) => [row, ...allRows(source, row)]);
}

test('an open bead that is somebody’s says whose, so that nobody thinks that it is free', () => {
  const view = { ready: true, blocked: false, blockedBy: [], dependencies: [], dependents: 0 };
  const row = listedBeadRow({ ...view, bead: bead({ id: 'be-fix', assignee: 'backend/nux' }) }, undefined);
  assert.match(row.description ?? '', /^for backend\/nux · /);
  assert.match(row.spoken, /, for backend\/nux\.$/);
  assert.equal(row.context, 'bead ready slingable');
});
