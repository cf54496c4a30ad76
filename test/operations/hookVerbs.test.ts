import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AgentId, SessionId } from '../../server/domain/ids.ts';
import { Refusal, type RefusalCode } from '../../server/domain/refusal.ts';
import type { Caller } from '../../server/protocol/caller.ts';
import { git } from '../support/repository.ts';
import { callerOf } from './fakeHost.ts';
import { problemsOf } from './invariants.ts';
import { refusal, TestTown } from './support.ts';
import { tracesOf } from './traces.ts';

const crewId = 'backend/crew/dave';

async function townWithCrew(town: TestTown): Promise<void> {
  await town.addRig();
  await town.ask('crew/add', { rig: 'backend', name: 'dave', runtime: 'sim' });
}

async function callerFor(town: TestTown, agent: string): Promise<Caller> {
  const { id } = await town.ask('session/run', { agent });
  const role = town.view.get('workplaces', agent)?.role ?? 'polecat';
  return callerOf({
    role: 'session',
    by: agent,
    agent: agent as AgentId,
    session: id,
    agentRole: role,
  });
}

test('a bead that is put on a hook starts nothing, is there once, and comes off again', async (t) => {
  const town = await TestTown.open(t);
  await townWithCrew(town);
  const [bead, other] = [await town.bead('Auth work'), await town.bead('Cache work')];
  const hook = await town.ask('hook/put', { bead, agent: crewId });
  assert.deepEqual([hook.agent, hook.bead?.id, hook.bead?.status], [crewId, bead, 'hooked']);
  assert.equal(town.host.launched.size, 0);
  const before = tracesOf(town);
  await town.ask('hook/put', { bead, agent: 'dave' });
  const full = await refusal('held', town.ask('hook/put', { bead: other, agent: crewId }));
  assert.match(full.message, new RegExp(`holds ${bead}`));
  const held = await refusal('held', town.ask('hook/put', { bead, agent: 'mayor' }));
  assert.match(held.message, new RegExp(crewId));
  assert.match(
    (await refusal('held', town.ask('hook/clear', { agent: crewId, bead: other }))).message,
    new RegExp(bead),
  );
  assert.deepEqual(tracesOf(town), before);
  assert.deepEqual(problemsOf(town), []);

  const cleared = await town.ask('hook/clear', { agent: crewId, bead });
  assert.deepEqual([cleared.freed, cleared.bead, town.status(bead)], [bead, undefined, 'open']);
  assert.equal((await town.ask('hook/clear', { agent: crewId })).freed, undefined);
  await refusal('no-session', town.ask('hook/put', { bead }));
  await refusal('not-found', town.ask('hook/put', { bead, agent: 'nobody' }));
});

test('the mayor has a hook before it ever ran, and begins with what is on it', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const { bead } = await town.ask('bead/create', { title: 'Plan the release' });
  assert.equal((await town.ask('hook/put', { bead: bead.id, agent: 'mayor' })).bead?.id, bead.id);
  const { session, prompt, bead: told } = await town.ask('seance/start', { role: 'mayor', runtime: 'sim' });
  assert.equal(told, bead.id);
  assert.match(prompt, /There is a bead on your hook\./);
  const launched = town.view.get('sessions', session ?? '');
  assert.equal(launched?.bead, bead.id);
  const caller = callerOf({
    role: 'session',
    by: 'mayor',
    agent: 'mayor' as AgentId,
    session: session as SessionId,
    agentRole: 'mayor',
  });
  assert.match((await town.ask('work/prime', {}, caller)).text, /^\| title: Plan the release$/m);
  await town.settle();
  assert.equal(town.status(bead.id), 'in_progress');
  await town.ask('bead/close', { bead: bead.id }, caller);
  assert.equal((await town.ask('work/hook', {}, caller)).bead, undefined);
});

test('crew have their own hook only, polecats none to give, the mayor every one', async (t) => {
  const town = await TestTown.open(t);
  await townWithCrew(town);
  const bead = await town.bead('Auth work');
  const crew = await callerFor(town, crewId);
  assert.equal((await town.ask('hook/put', { bead }, crew)).agent, crewId);
  await town.settle();
  // That it was put there is no sign that work has begun.
  assert.equal(town.status(bead), 'hooked');
  await refusal('forbidden', town.ask('hook/put', { bead, agent: 'mayor' }, crew));
  assert.equal((await town.ask('hook/clear', {}, crew)).freed, bead);

  const polecat = await town.worker('Cache work');
  await refusal('forbidden', town.ask('hook/put', { bead }, polecat.caller));
  await refusal('forbidden', town.ask('hook/clear', {}, polecat.caller));
  assert.match(
    (await refusal('in-use', town.ask('hook/clear', { agent: polecat.id }))).details.next ?? '',
    /gt unsling/,
  );

  const { session } = await town.ask('seance/start', { role: 'mayor', runtime: 'sim' });
  const mayor = callerOf({
    role: 'session',
    by: 'mayor',
    agent: 'mayor' as AgentId,
    session: session as SessionId,
    agentRole: 'mayor',
  });
  assert.equal((await town.ask('hook/put', { bead, agent: crewId }, mayor)).agent, crewId);
  assert.equal((await town.ask('work/hook', { agent: polecat.id }, mayor)).agent, polecat.id);
  await refusal('forbidden', town.ask('work/hook', { agent: polecat.id }, crew));
  assert.equal((await town.ask('work/unsling', { bead }, mayor)).bead.status, 'open');
  // A session that another has followed is nobody any more.
  await town.ask('session/stop', { session: crew.session ?? '' });
  await callerFor(town, crewId);
  await refusal('forbidden', town.ask('hook/put', { bead }, crew));
  assert.deepEqual(problemsOf(town), []);
});

test('slinging to crew and mayor starts them; one that runs finds it, and a second is refused', async (t) => {
  const town = await TestTown.open(t);
  await townWithCrew(town);
  const [bead, other] = [await town.bead('Auth work'), await town.bead('Cache work')];
  const slung = await town.sling(bead, { target: crewId });
  assert.deepEqual([slung.id, slung.slung.branch], [crewId, 'crew/dave']);
  assert.equal(town.view.get('sessions', slung.slung.session ?? '')?.state, 'running');
  assert.equal((await town.refusedSling(other, { target: crewId })).code, 'held');
  const mayor = await town.sling(other, { target: 'mayor', runtime: 'sim' });
  assert.deepEqual([mayor.id, mayor.slung.rig, mayor.slung.branch], ['mayor', undefined, undefined]);
  assert.deepEqual(problemsOf(town), []);
  await town.ask('session/stop', { session: crewId });
  assert.equal(town.status(bead), 'hooked');
});

test('force takes what is put off, of another rig, or held by the dead; nothing else', async (t) => {
  const town = await TestTown.open(t);
  await townWithCrew(town);
  const repository = join(town.folder, 'backend-repository');
  await town.addRig({ name: 'infra' });
  const abroad = await town.bead('Auth work');
  const foreign = await town.refusedSling(abroad, { rig: 'infra' });
  assert.deepEqual([foreign.code, foreign.facts], ['invalid', { bead: abroad, rig: 'backend' }]);
  assert.match(foreign.next ?? '', /--force/);
  assert.match((await town.sling(abroad, { rig: 'infra', force: true })).id, /^infra\//);

  const deferred = await town.bead('Cache work');
  await town.ask('bead/update', { bead: deferred, status: 'deferred' });
  assert.equal((await town.refusedSling(deferred)).code, 'deferred');
  town.host.fate = 'refuses';
  assert.equal((await town.refusedSling(deferred, { force: true })).code, 'no-host');
  assert.equal(town.status(deferred), 'deferred');
  town.host.fate = 'starts';
  await town.sling(deferred, { force: true });

  const agent = await town.worker('Queue work');
  const sha = agent.commit({ 'queue.txt': 'work\n' });
  assert.equal((await town.refusedSling(agent.bead, { force: true })).code, 'held');
  await agent.exit({ end: 'failed', code: 1 });
  const held = await town.refusedSling(agent.bead);
  assert.match(held.message, /where no session runs/);
  assert.ok(!agent.isGone);
  // Nothing is taken away for a target that could not take it.
  await town.ask('hook/put', { bead: await town.bead('Other work'), agent: crewId });
  for (const dryRun of [true, false]) {
    const busy = await town.refusedSling(agent.bead, { force: true, target: crewId, dryRun });
    assert.match(busy.message, /The hook of backend\/crew\/dave is full/);
  }
  await refusal('held', town.ask('hook/put', { bead: agent.bead, agent: crewId, force: true }));
  assert.equal(agent.polecat.bead, agent.bead);
  const next = await town.sling(agent.bead, { force: true });
  assert.notEqual(next.worktree, agent.worktree);
  const [archive = ''] = /refs\/gastown\/archive\/\S+(?=\.)/.exec(next.slung.warnings.join()) ?? [];
  assert.equal(git(repository, 'rev-parse', `${archive}^1`), sha);

  const submitted = await town.worker('Login work');
  await submitted.submit();
  await town.settle();
  assert.equal((await town.refusedSling(submitted.bead, { force: true })).code, 'held');
  const mine = await town.bead('My own work');
  await town.ask('bead/update', { bead: mine, claim: true, actor: 'ann' });
  assert.equal((await town.refusedSling(mine, { force: true })).code, 'held');
  const closed = await town.bead('Closed work');
  await town.ask('bead/close', { bead: closed });
  assert.equal((await town.refusedSling(closed, { force: true })).code, 'closed');
  assert.deepEqual(problemsOf(town), []);
});

test('crew that was removed meanwhile is not brought back', async (t) => {
  const acts = {
    sling: (town: TestTown, bead: string) =>
      town.ask('work/sling', { beads: [bead], target: crewId }).then(({ refused: [only] }) => {
        if (only) throw new Refusal(only.refusal?.code as RefusalCode, only.message);
      }),
    start: (town: TestTown) => town.ask('seance/start', { role: 'crew', rig: 'backend', name: 'dave' }),
  };
  for (const act of Object.values(acts)) {
    const town = await TestTown.open(t);
    await townWithCrew(town);
    const bead = await town.bead('Auth work');
    const ahead = town.ask('crew/remove', { agent: crewId });
    assert.match((await refusal('not-found', act(town, bead))).message, /no agent "backend\/crew\/dave"/);
    await ahead;
    assert.equal(town.view.get('workplaces', crewId), undefined);
    assert.deepEqual([town.status(bead), town.host.launched.size], ['open', 0]);
    assert.deepEqual(problemsOf(town), []);
  }
});

test('a hook whose crew was removed while its bead was taken from another takes nothing', async (t) => {
  let removed = '';
  const town = await TestTown.open(t, {
    checkpoint: async (step) => {
      if (step !== 'remove:branch' || removed === '') return;
      const agent = removed;
      removed = '';
      await town.ask('crew/remove', { agent });
    },
  });
  await townWithCrew(town);
  const agent = await town.worker();
  await agent.exit({ end: 'failed', code: 1 });
  removed = crewId;
  await refusal('not-found', town.ask('hook/put', { bead: agent.bead, agent: crewId, force: true }));
  assert.equal(town.view.get('workplaces', crewId), undefined);
  assert.equal(town.status(agent.bead), 'open');
  assert.deepEqual(problemsOf(town), []);
});
