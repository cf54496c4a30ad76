import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RigName } from '../../server/domain/ids.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import type { RuntimeSummary } from '../../server/protocol/runtime.ts';
import type { Model } from '../../client/model.ts';
import { bead, dependency } from '../support/beads.ts';
import { eventually } from '../support/wait.ts';
import { convoy, entry, listed, missingRuntime, polecat, rig, runtime, SmallTown } from './town.ts';

const backend = 'backend' as RigName;
const auth = bead({ id: 'be-auth', rig: backend, title: 'Refactor auth middleware' });

/** A town with one bead, shown in all three views. */
async function shown(): Promise<{ town: SmallTown; model: Model; changes: () => number }> {
  const town = new SmallTown();
  town.rigs = [rig('backend', { openBeads: 1 })];
  town.beads = [listed(auth)];
  town.convoys = [convoy('hq-auth', [{ id: 'be-auth', bead: auth, state: 'ready' }])];
  const model = await town.model();
  await model.beads.read('backend');
  town.asked = [];
  let changes = 0;
  model.onDidChange(() => (changes += 1));
  return { town, model, changes: () => changes };
}

const titles = (model: Model): (string | undefined)[] => [
  model.beads.get('backend')?.items[0]?.bead.title,
  model.town?.convoys[0]?.beads[0]?.bead?.title,
  model.town?.polecats[0]?.bead?.title,
];

test('a bead of which only a text is another is put in its place without asking the town', async () => {
  const { town, model, changes } = await shown();
  town.polecats = [polecat('backend/nux', auth)];
  await model.refresh();
  town.asked = [];
  const before = changes();
  model.take(entry(['beads', 'be-auth', { ...auth, title: 'Rework' }]));
  await eventually('it is shown', () => changes() > before);
  assert.deepEqual(titles(model), ['Rework', 'Rework', 'Rework']);
  assert.deepEqual(town.asked, []);
});

test('a bead that closes makes the town be asked for what may follow from it', async () => {
  const { town, model, changes } = await shown();
  const closed = { ...auth, status: 'closed' as const };
  town.beads = [];
  town.convoys = [convoy('hq-auth', [{ id: 'be-auth', bead: closed, state: 'verified' }])];
  model.take(entry(['beads', 'be-auth', closed]));
  await eventually('it is shown', () => changes() > 0);
  assert.deepEqual(
    new Set(town.asked),
    new Set([
      'town/status',
      'rig/list',
      'polecat/list',
      'attention/list',
      'convoy/get hq-auth',
      'bead/list backend',
    ]),
  );
  assert.equal(model.town?.convoys[0]?.closed, 1);
  assert.deepEqual(model.beads.get('backend')?.items, []);
});

test('only the convoys that a change is about are read again', async () => {
  const { town, model, changes } = await shown();
  const other = bead({ id: 'be-other', rig: backend, status: 'closed' });
  town.convoys = [...town.convoys, convoy('hq-other', [{ id: 'be-other', bead: other, state: 'closed' }])];
  await model.refresh();
  town.asked = [];
  const before = changes();
  model.take(entry(['mergeRequests', 'mr-1', { id: 'mr-1', bead: 'be-auth' }]));
  await eventually('it is shown', () => changes() > before);
  assert.deepEqual(
    town.asked.filter((each) => each.startsWith('convoy')),
    ['convoy/get hq-auth'],
  );
  model.take(entry(['dependencies', 'be-auth be-other', dependency('be-auth', 'be-other')]));
  await eventually('it is shown', () => changes() > before + 1);
  assert.ok(town.asked.includes('bead/list backend'));
});

test('changes in a burst are read together', async () => {
  const { town, model, changes } = await shown();
  for (let index = 0; index < 100; index += 1) {
    model.take(entry(['agents', `backend/a${index}`, { id: `backend/a${index}`, bead: 'be-auth' }]));
  }
  await eventually('they are shown', () => changes() > 0 && town.asked.length > 0);
  assert.equal(town.asked.filter((each) => each === 'polecat/list').length, 1);
});

test('what cannot be read stays as it was, and is read when the town is back', async () => {
  const { town, model, changes } = await shown();
  town.broken = new Refusal('unavailable', 'The town cannot be reached.');
  town.rigs = [];
  model.take(entry(['rigs', 'backend', null]));
  await eventually('it was tried', () => changes() > 0);
  assert.equal(model.town?.rigs.length, 1);
  assert.match(model.problem ?? '', /cannot be reached/);
  town.broken = undefined;
  await model.refresh();
  assert.equal(model.town?.rigs.length, 0);
  assert.equal(model.problem, undefined);
});

test('a refresh that fails says so', async () => {
  const { town, model } = await shown();
  town.broken = new Refusal('unavailable', 'The town cannot be reached.');
  await assert.rejects(model.refresh(), /cannot be reached/);
});

test('an answer about an earlier town is thrown away', async () => {
  const { town, model } = await shown();
  let answer = (): void => undefined;
  town.answers['rig/list'] = () => new Promise((resolve) => (answer = () => resolve([rig('old')])));
  const reading = model.refresh();
  await eventually('it is asked', () => town.asked.includes('rig/list'));
  model.forget();
  answer();
  await reading;
  assert.equal(model.town, undefined);
});

test('the beads of a rig that has gone are forgotten, the rest is read', async () => {
  const { town, model } = await shown();
  town.rigs = [rig('frontend')];
  town.answers['bead/list'] = () => Promise.reject(new Refusal('not-found', 'There is no rig backend.'));
  await model.refresh();
  assert.equal(model.beads.get('backend'), undefined);
  assert.equal(model.town?.rigs[0]?.rig.id, 'frontend');
});

test('a list that changes between two pages is read from its beginning', async () => {
  const { town, model } = await shown();
  town.beads = Array.from({ length: 1200 }, (_, index) => listed(bead({ id: `be-${index}`, rig: backend })));
  let refused = 0;
  town.answers['bead/list'] = (params) => {
    if (params.after === undefined || refused > 0) return town.page(params);
    refused += 1;
    throw new Refusal('stale', 'The list has changed since the page before.');
  };
  for (let page = 0; page < 5; page += 1) await model.showMoreBeads('backend');
  assert.equal(refused, 1);
  assert.equal(model.beads.get('backend')?.items.length, 1200);
});

test('landed convoys stand behind open ones, and those that a sling made are not kept', async () => {
  const town = new SmallTown();
  const automatic = convoy('hq-auto', [{ id: 'be-a', state: 'verified' }]);
  town.convoys = [
    { ...automatic, convoy: { ...automatic.convoy, automatic: true } },
    convoy('hq-landed', [{ id: 'be-b', state: 'verified' }]),
    convoy('hq-open', [{ id: 'be-c', state: 'ready' }]),
  ];
  const model = await town.model();
  assert.deepEqual(
    model.town?.convoys.map((view) => view.convoy.id),
    ['hq-open', 'hq-landed'],
  );
});

test('the rows do not wait for the runtimes, which are read again when one of them changes', async () => {
  const { town, model, changes } = await shown();
  let answer: ((all: RuntimeSummary[]) => void) | undefined;
  town.answers['runtime/list'] = () => new Promise((resolve) => (answer = resolve));
  const before = changes();
  model.take(entry(['runtimes', 'mine', null]));
  await eventually('the rest is shown', () => answer !== undefined && changes() > before);
  const now = changes();
  answer?.([missingRuntime('claude-code')]);
  await eventually('the runtimes are shown', () => changes() > now);
  assert.equal(model.lacksRuntime, true);
  town.answers['runtime/list'] = () => [runtime('claude-code')];
  await model.refresh();
  await eventually('it was installed', () => !model.lacksRuntime);
});

test('the crew is read again for who is no polecat, and for no polecat', async () => {
  const { town, model } = await shown();
  const nux = polecat('backend/nux', auth, { session: { agent: 'backend/nux' as never } });
  town.polecats = [nux];
  await model.refresh();
  const readings = new Set(['polecat/list', 'crew/list']);
  const asks = async (...changed: readonly unknown[]): Promise<boolean> => {
    town.asked = [];
    model.take(entry(changed));
    await eventually('it is read', () => town.asked.some((method) => readings.has(method)));
    return town.asked.includes('crew/list');
  };
  assert.equal(await asks('agents', 'backend/nux', nux.polecat), false);
  assert.equal(await asks('sessions', 's-1', nux.session), false);
  assert.equal(await asks('workplaces', 'backend/crew/ann', { id: 'backend/crew/ann', role: 'crew' }), true);
  assert.equal(await asks('sessions', 's-2', { ...nux.session, agent: 'mayor' }), true);
  assert.equal(await asks('agents', 'backend/nux', null), false);
});
