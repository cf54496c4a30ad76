import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { problemsOf } from './invariants.ts';
import { Agent, refusal, TestTown } from './support.ts';

function agentOn(town: TestTown, bead: string): Agent {
  const [polecat] = town.view.find('agentsByBead', bead);
  assert.ok(polecat, `nobody has ${bead}`);
  return new Agent(town, { ...polecat, agent: polecat.id } as never);
}

const worked = (town: TestTown): string[] =>
  [...town.view.all('agents')].flatMap(({ bead }) => bead ?? []).toSorted();

async function finish(town: TestTown, bead: string): Promise<void> {
  const agent = agentOn(town, bead);
  await agent.done({ noChanges: true });
  await agent.exit({ end: 'done' });
  await town.settle();
}

/** Auth, then cache and docs, then login. */
async function diamond(town: TestTown): Promise<string[]> {
  const beads: string[] = [];
  for (const what of ['Auth', 'Cache', 'Docs', 'Login']) beads.push(await town.bead(`${what} work`));
  const [auth = '', cache = '', docs = '', login = ''] = beads;
  for (const [bead, dependsOn] of [
    [cache, auth],
    [docs, auth],
    [login, cache],
    [login, docs],
  ] as const)
    await town.ask('dependency/add', { bead, dependsOn });
  return beads;
}

/** How often a convoy was told of in the feed. */
async function told(town: TestTown): Promise<number> {
  const { items } = await town.ask('town/feed', { limit: 500 });
  return items.filter(({ verb }) => verb === 'convoy/landed').length;
}

describe('a convoy in waves', () => {
  test('is shown before it is launched, and then fed as its beads close, until it lands and is told of once', async (t) => {
    const town = await TestTown.open(t);
    await town.addRig();
    const beads = await diamond(town);
    const [auth = '', cache = '', docs = '', login = ''] = beads;
    const { view: made, plan } = await town.ask('convoy/stage', { beads, title: 'Auth overhaul' });
    assert.ok(made);
    const { id } = made.convoy;
    assert.deepEqual(plan, { waves: [[auth], [cache, docs], [login]], closed: [], errors: [], warnings: [] });
    assert.equal(made.convoy.state, 'staged');
    const again = await town.ask('convoy/stage', { beads });
    assert.equal(again.view?.convoy.id, id, 'staged once');
    await town.settle();
    assert.deepEqual(worked(town), []);
    assert.equal((await town.ask('bead/explain', { bead: auth })).reason, 'staged');

    const { queued } = await town.ask('convoy/launch', { convoy: id });
    assert.deepEqual(queued, [auth]);
    await town.settle();
    assert.deepEqual(worked(town), [auth]);
    await finish(town, auth);
    assert.deepEqual(worked(town), [cache, docs]);
    await finish(town, cache);
    assert.deepEqual(worked(town), [docs]);
    await finish(town, docs);
    assert.deepEqual(worked(town), [login]);
    assert.equal(await told(town), 0);
    await town.ask('convoy/watch', { convoy: id });
    await finish(town, login);
    const landed = town.view.get('convoys', id);
    assert.deepEqual([landed?.state, landed?.untold, landed?.watchers], ['landed', undefined, ['overseer']]);
    assert.equal(await told(town), 1);
    assert.deepEqual(await town.ask('convoy/check', {}), { landed: [], open: [] });
    await town.reopen();
    await town.settle();
    assert.equal(await told(town), 1, 'and not again after a restart');
    const { mail } = await town.ask('mail/list', {});
    assert.deepEqual(
      mail.map(({ from, subject }) => [from, subject]),
      [['town', `The convoy ${id} "Auth overhaul" has landed`]],
    );
    assert.deepEqual((await town.ask('attention/list', {})).items, [], 'it waits, and presses nobody');
    assert.deepEqual(problemsOf(town), []);
  });

  test('a bead that a person takes off its hook is not started again behind their back', async (t) => {
    const town = await TestTown.open(t);
    await town.addRig();
    const [auth = '', ...rest] = await diamond(town);
    const { convoy } = await town.ask('convoy/create', { title: 'Auth overhaul', beads: [auth, ...rest] });
    await town.ask('convoy/launch', { convoy: convoy.id });
    await town.settle();
    await town.ask('work/unsling', { bead: auth });
    await town.settle();
    assert.deepEqual(worked(town), []);
    const [found] = await town.ask('convoy/stranded', {});
    assert.deepEqual([found?.why, found?.ready, found?.tracked], ['ready', [auth], 4]);
    assert.equal(found?.explanation?.reason, 'not-slung');
    assert.match(found?.explanation?.sentence ?? '', /it is ready, and a convoy feeds each bead once\./);
    await town.ask('convoy/launch', { convoy: convoy.id });
    await town.settle();
    assert.deepEqual(worked(town), [auth]);
    assert.deepEqual(await town.ask('convoy/stranded', {}), []);
  });

  test('is stuck where what holds it up needs somebody, and says who', async (t) => {
    const town = await TestTown.open(t);
    await town.addRig();
    const beads = await diamond(town);
    const { convoy } = await town.ask('convoy/create', { title: 'Auth overhaul', beads });
    await town.ask('convoy/launch', { convoy: convoy.id });
    await town.settle();
    await agentOn(town, beads[0] ?? '').exit({ end: 'failed', code: 1 });
    await town.settle();
    const [found] = await town.ask('convoy/stranded', {});
    assert.deepEqual([found?.why, found?.ready], ['stuck', []]);
    assert.equal(found?.explanation?.reason, 'dead-session');
  });

  test('an epic stands for the beads in it; a circle, a bead of no rig and an empty epic are errors, and nothing is made', async (t) => {
    const town = await TestTown.open(t);
    await town.addRig();
    const epic = await town.bead('Overhaul', 'backend', { type: 'epic' });
    const [auth, cache] = [await town.bead('Auth work'), await town.bead('Cache work')];
    const empty = await town.ask('convoy/stage', { beads: [epic] });
    assert.match(empty.plan.errors[0]?.text ?? '', /is an epic without beads/);
    for (const bead of [auth, cache])
      await town.ask('dependency/add', { bead, dependsOn: epic, type: 'parent-child' });
    const { view, plan, title } = await town.ask('convoy/stage', { beads: [epic] });
    assert.deepEqual([plan.waves, title], [[[auth, cache]], 'Overhaul']);
    assert.deepEqual(view?.convoy.beads, [auth, cache]);

    const { bead: own } = await town.ask('bead/create', { title: 'Think' });
    const none = await town.ask('convoy/stage', { beads: [auth, own.id] });
    assert.equal(none.view, undefined);
    assert.match(none.plan.errors[0]?.text ?? '', /is of no rig/);
    // As an import may bring it: the town itself refuses circles.
    await town.parts.store.transact({ verb: 'import', by: 'overseer' }, (draft) => {
      for (const [bead, dependsOn] of [
        [auth, cache],
        [cache, auth],
      ] as const) {
        const record = { id: `${bead} ${dependsOn}`, bead, dependsOn, type: 'blocks', createdBy: 'ann' };
        draft.put('dependencies', { ...record, createdAt: '2026-01-01T00:00:00.000Z' } as never);
      }
    });
    const circle = await town.ask('convoy/stage', { beads: [auth, cache] });
    assert.equal(circle.view, undefined);
    assert.match(circle.plan.errors[0]?.text ?? '', /waits in a circle/);
  });

  test('warnings need force', async (t) => {
    const town = await TestTown.open(t);
    await town.addRig();
    const [auth = '', cache = ''] = await diamond(town);
    const { view, plan } = await town.ask('convoy/stage', { beads: [cache] });
    assert.match(plan.warnings[0]?.text ?? '', new RegExp(`waits for ${auth}, outside the convoy`));
    const convoy = view?.convoy.id ?? '';
    const refused = await refusal('blocked', town.ask('convoy/launch', { convoy }));
    assert.equal(refused.details.next, `gt convoy launch ${convoy} --force`);
    const { queued } = await town.ask('convoy/launch', { convoy, force: true });
    assert.deepEqual(queued, []);
    await town.sling(auth);
    await finish(town, auth);
    assert.deepEqual(worked(town), [cache]);
  });
});

describe('the end of a convoy', () => {
  test('closed by a person it feeds no more, and a bead that is added opens it again', async (t) => {
    const town = await TestTown.open(t);
    await town.addRig({ settings: { state: ['parked'] } });
    const beads = await diamond(town);
    const [auth = '', cache = ''] = beads;
    const { convoy } = await town.ask('convoy/create', { title: 'Auth overhaul', beads: [auth] });
    await town.ask('convoy/launch', { convoy: convoy.id, force: true });
    const { code, details } = await refusal('blocked', town.ask('convoy/close', { convoy: convoy.id }));
    assert.deepEqual([code, details.facts?.['open']], ['blocked', [auth]]);
    const closed = await town.ask('convoy/close', { convoy: convoy.id, force: true, reason: 'given up' });
    assert.deepEqual([closed.convoy.state, closed.convoy.closeReason], ['closed', 'given up']);
    assert.equal(town.view.get('dispatches', auth), undefined);
    assert.equal((await town.ask('convoy/close', { convoy: convoy.id })).convoy.state, 'closed');
    await refusal('closed', town.ask('convoy/launch', { convoy: convoy.id }));
    const grown = await town.ask('convoy/add', { convoy: convoy.id, beads: [cache] });
    assert.deepEqual([grown.convoy.state, grown.convoy.closedAt], ['open', undefined]);
  });

  test('an empty one stays open, and says so; the last open bead that is taken out lands it', async (t) => {
    const town = await TestTown.open(t);
    await town.addRig();
    const [auth, cache] = [await town.bead('Auth work'), await town.bead('Cache work')];
    const { convoy } = await town.ask('convoy/create', { title: 'Overhaul', beads: [auth] });
    const emptied = await town.ask('convoy/remove', { convoy: convoy.id, beads: [auth] });
    assert.deepEqual([emptied.convoy.state, emptied.total], ['open', 0]);
    assert.equal((await town.ask('convoy/stranded', {}))[0]?.why, 'empty');
    await town.ask('convoy/add', { convoy: convoy.id, beads: [auth, cache] });
    await town.ask('bead/close', { bead: auth });
    const landed = await town.ask('convoy/remove', { convoy: convoy.id, beads: [cache] });
    assert.equal(landed.convoy.state, 'landed');
    await town.settle();
    assert.equal(await told(town), 1);
  });

  test('who watches it and is an agent gets a message', async (t) => {
    const town = await TestTown.open(t);
    await town.addRig();
    const other = await town.worker('Watch work');
    const auth = await town.bead('Auth work');
    const { convoy } = await town.ask('convoy/create', { title: 'Overhaul', beads: [auth] });
    await town.ask('convoy/watch', { convoy: convoy.id }, other.caller);
    await town.ask('convoy/watch', { convoy: convoy.id, who: other.id });
    await town.ask('bead/close', { bead: auth });
    await town.settle();
    const messages = [...town.view.find('messagesByAgent', other.id)];
    assert.deepEqual(
      messages.map(({ from, kind }) => [from, kind]),
      [['town', 'nudge']],
    );
    assert.match(messages[0]?.text ?? '', /has landed, all 1 beads of it/);
  });

  test('one that a sling made is told of where somebody watches it, and else its bead says it', async (t) => {
    const town = await TestTown.open(t);
    await town.addRig();
    for (const [title, watches] of [
      ['Auth work', true],
      ['Cache work', false],
    ] as const) {
      const agent = await town.worker(title);
      const [convoy] = town.view.find('convoysByBead', agent.bead);
      assert.equal(convoy?.automatic, true);
      if (watches) await town.ask('convoy/watch', { convoy: convoy.id });
      await town.ask('bead/close', { bead: agent.bead, force: true });
      await town.settle();
      assert.equal(town.view.get('convoys', convoy.id)?.state, 'landed');
    }
    assert.equal(await told(town), 1);
    const { mail } = await town.ask('mail/list', {});
    assert.deepEqual(
      mail.map(({ subject }) => subject.endsWith('"Auth work" has landed')),
      [true],
    );
  });
});
