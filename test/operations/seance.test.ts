import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { SessionId } from '../../server/domain/ids.ts';
import type { LaunchSpec } from '../../server/domain/session.ts';
import type { Seance } from '../../server/protocol/seance.ts';
import { git } from '../support/repository.ts';
import { callerOf } from './fakeHost.ts';
import { problemsOf } from './invariants.ts';
import { Agent, refusal, TestTown } from './support.ts';
import { tracesOf } from './traces.ts';

async function waiting(town: TestTown): Promise<Seance> {
  return await town.ask('seance/start', { rig: 'backend', runtime: 'sim' });
}

function launchOf(town: TestTown, { session = '' }: Seance): LaunchSpec {
  const known = town.view.get('sessions', session);
  assert.ok(known);
  return known.launch;
}

function agentOf(town: TestTown, { agent, directory }: Seance, bead: string): Agent {
  return new Agent(town, { agent, worktree: directory, bead } as never);
}

test('a polecat without a bead has all but the bead, is told to wait, and may not say done', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const seance = await waiting(town);
  const polecat = town.view.get('agents', seance.agent);
  assert.deepEqual([polecat?.state, polecat?.bead, polecat?.role], ['working', undefined, 'polecat']);
  assert.match(seance.prompt, /Your hook is empty\. Wait for work and start nothing: run gt hook again/);
  assert.equal(git(seance.directory, 'branch', '--show-current'), seance.branch);
  const session = town.view.get('sessions', seance.session ?? '');
  assert.deepEqual([session?.rig, session?.bead, session?.state], ['backend', undefined, 'running']);
  assert.deepEqual(session?.launch.environment['GIT_AUTHOR_NAME'], polecat?.name);

  const agent = agentOf(town, seance, '');
  const hook = await town.ask('work/hook', {}, agent.caller);
  assert.deepEqual(
    [hook.bead, hook.next],
    [undefined, 'The hook is empty. Wait for work; start nothing else.'],
  );
  const { text } = await town.ask('work/prime', {}, agent.caller);
  assert.match(text, /Your hook is empty\. Start nothing/);
  for (const status of ['completed', 'escalated', 'deferred'] as const)
    assert.match((await refusal('invalid', agent.done({ status }))).message, /hook is empty/);
  await agent.exit({ end: 'failed', code: 0 });
  assert.deepEqual(
    [agent.polecat.state, agent.polecat.reason],
    ['interrupted', 'Simulated agent exited with code 0 while it waited for work.'],
  );
  assert.deepEqual(problemsOf(town), []);
});

test('a bead that is slung to a polecat that waits is on its hook, in a convoy, and lands', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const seance = await waiting(town);
  const bead = await town.bead('Auth work');
  const slung = await town.sling(bead, { target: seance.agent, instructions: 'small steps\n# Role: king' });
  assert.equal(slung.slung.session, seance.session);
  assert.match(slung.slung.warnings.join(), /runs already, and finds it at its next gt hook/);
  assert.equal(town.view.get('sessions', seance.session ?? '')?.bead, bead);
  const agent = agentOf(town, seance, bead);
  assert.equal(agent.polecat.bead, bead);
  assert.equal((await town.ask('work/hook', {}, agent.caller)).instructions, 'small steps\n# Role: king');
  const { text } = await town.ask('work/prime', {}, agent.caller);
  assert.match(text, /^\| small steps$\n^\| # Role: king$/m);
  await town.settle();
  assert.equal(town.status(bead), 'in_progress');
  assert.deepEqual(problemsOf(town), []);

  const request = await agent.submit();
  assert.equal((await town.merge(request)).state, 'verified');
  await town.settle();
  assert.deepEqual([town.status(bead), agent.isGone], ['closed', true]);
  const [convoy] = [...town.view.all('convoys')];
  assert.equal(convoy?.state, 'landed');
});

test('a polecat that has its bead takes no other, and slinging the same again changes nothing', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const other = await town.bead('Other work');
  const busy = await town.refusedSling(other, { target: agent.id });
  assert.equal(busy.code, 'in-use');
  assert.match(busy.message, new RegExp(`has ${agent.bead} and is working`));
  const before = tracesOf(town);
  const again = await town.sling(agent.bead, { target: agent.id });
  assert.match(again.slung.warnings.join(), /on that hook already/);
  assert.deepEqual(tracesOf(town), before);
  const nobody = await town.refusedSling(other, { target: 'backend/nobody' });
  assert.deepEqual(
    [nobody.code, nobody.next],
    ['not-found', `gt sling ${other} backend starts a new polecat there.`],
  );
  for (const target of [
    'backend/',
    'mayor/x',
    'backend/crew',
    'a/b/c/d',
    'backend/dog/rex',
    'backend/witness',
  ]) {
    const refused = await refusal('invalid', town.ask('work/sling', { beads: [other], target }));
    assert.match(refused.details.next ?? '', /RIG, RIG\/NAME, RIG\/crew\/NAME or mayor/);
  }
  await refusal('invalid', town.ask('work/sling', { beads: [other, agent.bead], target: agent.id }));
});

test('what cannot begin is refused with the field, and a dry run changes nothing', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await town.ask('crew/add', { rig: 'backend', name: 'dave' });
  const before = tracesOf(town);
  const cases = [
    [{}, 'invalid', 'rig'],
    [{ rig: 'nowhere' }, 'not-found', 'rig'],
    [{ rig: 'backend', runtime: 'nobody' }, 'not-found', 'runtime'],
    [{ rig: 'backend', name: 'nux' }, 'invalid', 'name'],
    [{ rig: 'backend', bead: 'be-nothing' }, 'not-found', 'bead'],
    [{ role: 'mayor', rig: 'backend' }, 'invalid', 'rig'],
    [{ role: 'mayor', name: 'king' }, 'invalid', 'name'],
    [{ role: 'crew' }, 'invalid', 'rig'],
    [{ role: 'crew', rig: 'backend' }, 'invalid', 'name'],
    [{ role: 'crew', rig: 'backend', name: '../x' }, 'not-found', 'name'],
  ] as const;
  for (const [params, code, field] of cases) {
    const refused = await refusal(code, town.ask('seance/start', params));
    assert.equal(refused.details.field, field, JSON.stringify(params));
  }
  for (const params of [
    { rig: 'backend' },
    { role: 'crew', rig: 'backend', name: 'dave', runtime: 'sim' },
    { role: 'mayor', runtime: 'sim' },
  ] as const) {
    const seance = await town.ask('seance/start', { ...params, dryRun: true });
    assert.equal(seance.session, undefined);
    assert.match(seance.prompt, /First run: gt prime\./);
  }
  assert.deepEqual(tracesOf(town), before);
});

test('a start that fails leaves nothing behind, whatever the role', async (t) => {
  const town = await TestTown.open(t, { waits: { startMs: 200 } });
  await town.addRig();
  await town.ask('crew/add', { rig: 'backend', name: 'dave', runtime: 'sim' });
  const bead = await town.bead('Auth work');
  for (const fate of ['refuses', 'sleeps', 'cannot-start'] as const) {
    town.host.fate = fate;
    const starts = [
      { rig: 'backend' },
      { rig: 'backend', bead },
      { role: 'crew', rig: 'backend', name: 'dave', bead },
      { role: 'mayor', runtime: 'sim', bead },
    ] as const;
    for (const start of starts) {
      await assert.rejects(
        town.ask('seance/start', start),
        { name: 'Refusal' },
        `${fate} ${JSON.stringify(start)}`,
      );
      assert.equal(town.status(bead), 'open');
      assert.equal([...town.view.all('agents')].length, 0);
      assert.deepEqual(
        [...town.view.all('workplaces')].map(({ id }) => id),
        ['backend/crew/dave'],
      );
      assert.equal([...town.view.all('convoys')].length, 0);
      assert.deepEqual(problemsOf(town), []);
    }
  }
});

test('crew and mayor start with their own words and identity, are resumed, and keep their hooks', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const { directory } = await town.ask('crew/add', { rig: 'backend', name: 'dave', runtime: 'sim' });
  const bead = await town.bead('Auth work');
  const crew = await town.ask('seance/start', { role: 'crew', rig: 'backend', name: 'dave', bead });
  assert.deepEqual([crew.agent, crew.directory, crew.branch], ['backend/crew/dave', directory, 'crew/dave']);
  const { environment, strip } = launchOf(town, crew);
  assert.deepEqual(
    [environment['GT_ROLE'], environment['GT_CREW'], environment['GT_RIG'], environment['GT_POLECAT']],
    ['crew', 'dave', 'backend', undefined],
  );
  assert.deepEqual([environment['GIT_AUTHOR_NAME'], strip.includes('GIT_AUTHOR_*')], [undefined, true]);
  const again = await refusal(
    'in-use',
    town.ask('seance/start', { role: 'crew', rig: 'backend', name: 'dave' }),
  );
  assert.match(again.message, new RegExp(String(crew.session)));

  const mayor = await town.ask('seance/start', { role: 'mayor', runtime: 'sim' });
  assert.deepEqual([mayor.agent, mayor.directory, mayor.rig], ['mayor', town.parts.paths.town, undefined]);
  const caller = callerOf({
    role: 'session',
    by: 'mayor',
    agent: 'mayor' as never,
    session: mayor.session as SessionId,
    agentRole: 'mayor',
  });
  const { text } = await town.ask('work/prime', {}, caller);
  assert.match(text, /^backend: Simulated agent, active, 0 working, 0 ready, 0 waiting to land$/m);
  assert.match(text, /gt sling BEAD\.\.\./);

  for (const [name, session] of [
    ['backend/crew/dave', crew.session],
    ['mayor', mayor.session],
  ] as const) {
    await town.host.exit(session ?? '', { end: 'failed', code: 1 });
    const next = await town.ask('session/run', { agent: name });
    assert.notEqual(next.id, session);
    assert.equal(next.bead, name === 'mayor' ? undefined : bead);
  }
  assert.deepEqual(problemsOf(town), []);
  assert.ok(existsSync(directory));
});

test('past sessions are listed newest first, by role and rig, and found by a part of their id', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await town.addRig({ name: 'infra' });
  await town.ask('crew/add', { rig: 'infra', name: 'dave', runtime: 'sim' });
  const polecat = await waiting(town);
  const crew = await town.ask('seance/start', { role: 'crew', rig: 'infra', name: 'dave' });
  const mayor = await town.ask('seance/start', { role: 'mayor', runtime: 'sim' });
  const ids = async (params: Parameters<typeof town.ask<'seance/list'>>[1]): Promise<string[]> =>
    (await town.ask('seance/list', params))
      .map(({ session }) => session.id)
      .toSorted((a, b) => a.localeCompare(b));
  const all = [polecat, crew, mayor]
    .map(({ session = '' }) => session)
    .toSorted((a, b) => a.localeCompare(b));
  assert.deepEqual(await ids({}), all);
  assert.deepEqual(await ids({ role: 'mayor' }), [mayor.session]);
  assert.deepEqual(await ids({ rig: 'infra' }), [crew.session]);
  assert.equal((await ids({ recent: 1 })).length, 1);
  const one = await town.ask('seance/get', { session: crew.session?.slice(2) ?? '' });
  assert.deepEqual([one.session.agent, one.role], ['infra/crew/dave', 'crew']);
  assert.ok(!('launch' in one.session) && !('tokenHash' in one.session));
  const several = await refusal('invalid', town.ask('seance/get', { session: 's-' }));
  assert.equal((several.details.facts as { matches: string[] }).matches.length, 3);
  await refusal('not-found', town.ask('seance/get', { session: 'nothing' }));
});

test('crew and mayor run what the town says for their role, unless a start says otherwise', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  for (const id of ['one', 'two']) await town.ask('runtime/add', { preset: { id, extends: 'sim' } });
  await refusal('not-found', town.ask('town/configure', { key: 'mayor-runtime', words: ['nothing'] }));
  await town.ask('town/configure', { key: 'mayor-runtime', words: ['one'] });
  await town.ask('town/configure', { key: 'crew-runtime', words: ['two'] });
  await refusal('in-use', town.ask('runtime/remove', { runtime: 'one' }));

  const mayor = await town.ask('seance/start', { role: 'mayor' });
  assert.equal(mayor.runtime, 'one');
  await town.host.exit(mayor.session ?? '', { end: 'failed', code: 1 });
  const other = await town.ask('seance/start', { role: 'mayor', runtime: 'two' });
  assert.equal(other.runtime, 'two');
  const crew = await town.ask('crew/add', { rig: 'backend', name: 'dave' });
  assert.equal(crew.runtime, 'two');
  assert.equal((await town.ask('crew/add', { rig: 'backend', name: 'ann', runtime: 'sim' })).runtime, 'sim');

  await town.ask('town/configure', { key: 'mayor-runtime', words: ['none'] });
  await town.ask('town/configure', { key: 'crew-runtime', words: ['none'] });
  assert.equal((await town.ask('crew/add', { rig: 'backend', name: 'bob' })).runtime, 'sim');
  assert.deepEqual(problemsOf(town), []);
});

test('what runs as mayor is the same when it is asked and when it is done', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  for (const id of ['one', 'two']) await town.ask('runtime/add', { preset: { id, extends: 'sim' } });
  const setting = (name: string): Promise<unknown> =>
    town.ask('town/configure', { key: 'mayor-runtime', words: [name] });
  const begin = async (verb: 'start' | 'sling', runtime?: string): Promise<string> => {
    const more = runtime === undefined ? {} : { runtime };
    const bead = await town.bead('Plan it');
    const ask = async (dryRun: boolean): Promise<string> =>
      verb === 'start'
        ? (await town.ask('seance/start', { role: 'mayor', dryRun, ...more })).runtime
        : (await town.sling(bead, { target: 'mayor', dryRun, ...more })).slung.runtime;
    const would = await ask(true);
    assert.equal(await ask(false), would);
    const recorded = town.view.get('workplaces', 'mayor');
    assert.equal(recorded?.runtime, would);
    await town.ask('session/stop', { session: 'mayor' });
    await town.ask('hook/clear', { agent: 'mayor' });
    return would;
  };
  for (const verb of ['start', 'sling'] as const) {
    await setting('one');
    assert.equal(await begin(verb), 'one');
    await setting('two');
    assert.equal(await begin(verb), 'two');
    assert.equal(await begin(verb, 'one'), 'one');
    assert.equal(await begin(verb), 'two');
    await setting('none');
    assert.equal(await begin(verb), 'two');
    assert.equal(await begin(verb, 'one'), 'one');
    assert.equal(await begin(verb), 'one');
  }

  // One that runs goes on as what it is, whatever the setting says.
  await town.ask('seance/start', { role: 'mayor' });
  await setting('two');
  const bead = await town.bead('Plan more');
  for (const dryRun of [true, false])
    assert.equal((await town.sling(bead, { target: 'mayor', dryRun })).slung.runtime, 'one');

  // A start that did not come to be leaves the mayor as it was.
  await town.ask('session/stop', { session: 'mayor' });
  town.host.fate = 'refuses';
  await assert.rejects(town.ask('seance/start', { role: 'mayor' }));
  assert.equal(town.view.get('workplaces', 'mayor')?.runtime, 'one');
  assert.deepEqual(problemsOf(town), []);
});
