import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { FeedItem, FeedParams } from '../../server/protocol/town.ts';
import { Activity, activityKinds } from '../../client/activity.ts';
import { filterActivity, reveal } from '../../client/commands/activity.ts';
import type { CommandParts } from '../../client/commands/parts.ts';
import { ActivityRows } from '../../client/views/activity.ts';
import { RigRows } from '../../client/views/rigs.ts';
import { RowTree } from '../../client/views/tree.ts';
import { bead, someDay } from '../support/beads.ts';
import { type MarkdownString, person, seen } from '../support/vscode.ts';
import { eventually } from '../support/wait.ts';
import { noViews, now, polecat, rig, SmallTown } from './town.ts';

const happened = (seq: number, verb: string, subject?: string): FeedItem => ({
  seq,
  at: someDay,
  by: 'overseer',
  verb,
  ...(subject === undefined ? {} : { subject }),
  text: `overseer ${verb} ${subject ?? ''}`.trim(),
});

/** A town in which these things have happened, and what was asked of its feed. */
async function open(t: TestContext, items: FeedItem[]) {
  const town = new SmallTown();
  town.rigs = [rig('backend', { polecats: { working: 1, needYou: 0, total: 1 } })];
  town.polecats = [polecat('backend/nux', bead({ id: 'be-auth' }))];
  const asked: FeedParams[] = [];
  town.answers['town/status'] = () =>
    ({ seq: items[0]?.seq ?? 0, beads: { open: 0, ready: 0, blocked: 0 } }) as never;
  town.answers['town/feed'] = (params) => {
    asked.push(params);
    const { after } = params;
    if (after === undefined) return { items: items.slice(0, params.limit), more: false };
    return { items: items.filter(({ seq }) => seq > after), more: false, seq: items[0]?.seq ?? 0 };
  };
  const model = await town.model();
  const activity = new Activity(town.ask, (text) => assert.fail(text));
  t.after(() => activity.dispose());
  return { town, model, activity, asked, items };
}

test('what happened is read when somebody looks, what is new alone, and the last hundred stay', async (t) => {
  const { activity, asked, items } = await open(t, [
    happened(2, 'sling', 'be-auth'),
    happened(1, 'bead/create', 'be-auth'),
  ]);
  activity.changed();
  assert.deepEqual([asked, activity.items], [[], []]);
  activity.look(true);
  await eventually('it is read', () => activity.items.length === 2);
  items.unshift(...Array.from({ length: 120 }, (_, at) => happened(122 - at, 'land', 'be-auth')));
  activity.changed();
  activity.changed();
  await eventually('what is new is read', () => activity.items[0]?.seq === 122);
  assert.equal(activity.items.length, 100);
  assert.deepEqual(asked, [{ limit: 100 }, { after: 2 }]);
});

test('a row has the icon of its kind, and goes to what it is about', async (t) => {
  const { model, activity } = await open(t, [
    happened(5, 'land/conflict', 'be-auth'),
    happened(4, 'sling', 'be-auth'),
    happened(3, 'session/remind', 'backend/nux'),
    happened(2, 'rig/create', 'backend'),
    happened(1, 'town/create', 'gt'),
    happened(0, 'escalation/create', 'es-1'),
  ]);
  const source = new ActivityRows(activity, model, () => now);
  assert.equal(source.rows(), undefined, 'nobody knows yet');
  activity.look(true);
  await source.read();
  assert.deepEqual(
    source
      .rows()
      ?.map(({ icon, description, subject, command }) => [icon?.id, description, subject, command?.command]),
    [
      ['warning', '4 m', { kind: 'bead', bead: 'be-auth' }, 'gastown.reveal'],
      ['rocket', '4 m', { kind: 'bead', bead: 'be-auth' }, 'gastown.reveal'],
      ['terminal', '4 m', { kind: 'polecat', agent: 'backend/nux' }, 'gastown.reveal'],
      ['repo', '4 m', { kind: 'rig', rig: 'backend' }, 'gastown.reveal'],
      ['organization', '4 m', { kind: 'entry', entry: 'town/create' }, undefined],
      ['circle-small', '4 m', { kind: 'entry', entry: 'escalation/create' }, undefined],
    ],
  );
});

test('a row of a tree is found by what it stands for, however deep', async (t) => {
  const { model } = await open(t, []);
  const tree = new RowTree(new RigRows(model));
  const found = await tree.locate((subject) => subject.kind === 'bead' && subject.bead === 'be-auth');
  assert.equal(found?.row.label, 'be-auth');
  assert.equal(found && tree.getParent(found)?.row.label, 'nux');
  assert.equal(await tree.locate(({ kind }) => kind === 'convoy'), undefined);
});

test('the view is narrowed to a kind, and what no view shows has a history', async (t) => {
  const { activity, asked } = await open(t, [happened(1, 'land', 'be-auth')]);
  activity.look(true);
  await eventually('it is read', () => activity.items.length === 1);
  const parts = { views: { ...noViews, activity } } as unknown as CommandParts;
  person.answers.push('Landings');
  await filterActivity(parts);
  await eventually('it is read again', () => asked.length === 2);
  assert.deepEqual([activity.kind.label, asked[1]], ['Landings', { types: ['land'], limit: 100 }]);
  assert.equal(new Set(activityKinds.map(({ label }) => label)).size, activityKinds.length);
  await reveal(parts, { kind: 'bead', bead: 'be-gone' });
  const said = seen.messages.at(-1);
  assert.match(said?.message ?? '', /be-gone is in none of the views/);
  assert.deepEqual(said?.buttons, ['Copy "gt log be-gone"']);
});

test('the tooltip of a rig says how its runtime did, and is there without where that cannot be had', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend')];
  const row = { samples: 8, landedFirst: 6, landedReworked: 1, failed: 1, firstRate: 0.75 };
  town.answers['runtime/scorecard'] = () => ({
    leastSamples: 5,
    rows: [
      { ...row, runtime: 'claude-code', type: 'bug' },
      { ...row, runtime: 'other', type: 'bug' },
    ] as never,
  });
  const tree = new RowTree(new RigRows(await town.model()));
  const [backend] = await tree.getChildren();
  assert.ok(backend);
  const read = async (): Promise<readonly string[]> => {
    const shown = await tree.resolveTreeItem(tree.getTreeItem(backend), backend);
    return (shown.tooltip as unknown as MarkdownString).texts;
  };
  assert.equal((await read()).at(-1), 'Landed at first try: bug 6 of 8 (75 %). More: gt runtime scorecard');
  town.answers['runtime/scorecard'] = () => Promise.reject(new Error('gone'));
  const without = await read();
  assert.ok(without.length > 0 && without.every((text) => !text.includes('first try')));
});
