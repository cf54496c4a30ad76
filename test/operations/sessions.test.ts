import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import type { Session } from '../../server/domain/session.ts';
import { commit } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import { problemsOf } from './invariants.ts';
import type { TownOptions } from './openTown.ts';
import { type Agent, refusal, TestTown } from './support.ts';

async function working(t: TestContext, options: TownOptions = {}): Promise<{ town: TestTown; agent: Agent }> {
  const town = await TestTown.open(t, options);
  await town.addRig();
  return { town, agent: await town.worker() };
}

function sessionOf(town: TestTown, agent: Agent): Session {
  return town.view.get('sessions', agent.polecat.session ?? '') ?? assert.fail('no session');
}

test('an exit without done is a failure, with its code or signal', async (t) => {
  const { town, agent } = await working(t);
  await agent.exit({ end: 'failed', code: 3, lastLines: ['out of memory'] });
  assert.equal(agent.polecat.state, 'failed');
  assert.equal(agent.polecat.reason, 'Simulated agent exited with code 3 without gt done.');
  assert.deepEqual(sessionOf(town, agent).exit, { end: 'failed', code: 3, lastLines: ['out of memory'] });
  assert.equal(town.status(agent.bead), 'hooked');

  const first = agent.polecat.session;
  const resumed = await town.ask('session/run', { agent: agent.id });
  assert.notEqual(resumed.id, first);
  assert.equal(resumed.launch.directory, agent.worktree);
  assert.equal(agent.polecat.state, 'working');
  await refusal('in-use', town.ask('session/run', { agent: agent.id }));
  await agent.exit({ end: 'failed', signal: 'SIGSEGV' });
  assert.match(agent.polecat.reason ?? '', /was ended by SIGSEGV without gt done/);
  assert.deepEqual(problemsOf(town), []);
});

test('a launcher that goes without a word and does not come back leaves its session interrupted', async (t) => {
  const { town, agent } = await working(t);
  town.host.crash(sessionOf(town, agent).id);
  assert.equal(agent.polecat.state, 'working');
  await town.settle();
  assert.equal(agent.polecat.state, 'interrupted');
  assert.match(agent.polecat.reason ?? '', /launcher of s-\w+ went away; its process is gone too/);
  // One that comes back late after all goes on.
  await town.host.comeBack(sessionOf(town, agent));
  assert.equal(agent.polecat.state, 'working');
  assert.equal(sessionOf(town, agent).state, 'running');
  assert.deepEqual(problemsOf(town), []);
});

test('what is left of a session is ended before another works in its place', async (t) => {
  const { town, agent } = await working(t);
  const { id, pid } = sessionOf(town, agent);
  town.host.crash(id);
  town.host.alive.add(pid ?? 0);
  await town.settle();
  assert.match(agent.polecat.reason ?? '', /still runs, without its terminal/);
  await town.ask('session/run', { agent: agent.id });
  assert.deepEqual(town.host.ended, [pid]);
});

test('a session outlives the town server, and its state with it', async (t) => {
  const { town, agent } = await working(t);
  const session = sessionOf(town, agent);
  await town.reopen();
  await town.host.comeBack(session);
  await town.settle();
  assert.equal(agent.polecat.state, 'working');
  assert.equal(sessionOf(town, agent).state, 'running');
  assert.deepEqual(problemsOf(town), []);
});

test('an end that the town did not hear of is read at its next start', async (t) => {
  const { town, agent } = await working(t);
  const { id } = sessionOf(town, agent);
  town.host.launched.delete(id);
  town.host.reports.set(id, { end: 'failed', code: 9, lastLines: ['killed'] });
  await town.reopen({ waits: { reattachMs: 600_000 } });
  await town.settle();
  assert.equal(agent.polecat.state, 'failed');
  assert.deepEqual(sessionOf(town, agent).exit, { end: 'failed', code: 9, lastLines: ['killed'] });
});

test('a session that nobody comes back for is interrupted, and can be resumed', async (t) => {
  const { town, agent } = await working(t);
  town.host.launched.clear();
  await town.reopen({ waits: { reattachMs: 100 } });
  await town.settle();
  assert.equal(agent.polecat.state, 'interrupted');
  assert.match(agent.polecat.reason ?? '', /did not come back after the town server started/);
  await town.ask('session/run', { agent: agent.id });
  assert.equal(agent.polecat.state, 'working');
});

test('a session that was done before the town server went is asked to stop by the next', async (t) => {
  const { town, agent } = await working(t);
  town.host.obedient = false;
  await agent.submit();
  const session = sessionOf(town, agent);
  await town.reopen();
  await town.host.comeBack(session);
  assert.deepEqual(
    town.host.launchedOf(session.id).caller.told.map(({ method }) => method),
    ['session/stop'],
  );
});

test('a session that put its work off before the town server went is asked to stop by the next', async (t) => {
  const { town, agent } = await working(t);
  town.host.obedient = false;
  await agent.done({ status: 'deferred', message: 'The API is not there yet.' });
  const session = sessionOf(town, agent);
  await town.reopen();
  await town.host.comeBack(session);
  assert.equal(agent.polecat.state, 'interrupted');
  assert.deepEqual(
    town.host.launchedOf(session.id).caller.told.map(({ method }) => method),
    ['session/stop'],
  );
});

test('a runtime that ends at once does not leave its polecat working', async (t) => {
  const town = await TestTown.open(t, {
    checkpoint: async (step) => {
      if (step !== 'sling:session') return;
      const [session = ''] = town.host.launched.keys();
      await town.host.exit(session, { end: 'failed', code: 1 });
    },
  });
  await town.addRig();
  const agent = await town.worker();
  assert.equal(agent.polecat.state, 'failed');
  assert.deepEqual(problemsOf(town), []);
});

test('an agent that is done before its start was reported is done', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  let said: Promise<unknown> | undefined;
  town.host.onLaunch = ({ session }) => {
    const { worktree } = town.view.get('agents', session.agent) ?? assert.fail('no polecat');
    commit(worktree, { 'auth.txt': 'work\n' });
    const caller = { ...town.person, role: 'session' as const, agent: session.agent, session: session.id };
    said = town.ask('work/done', { directory: worktree }, caller);
  };
  const agent = await town.worker();
  await said;
  assert.equal(agent.polecat.state, 'done');
  assert.deepEqual(problemsOf(town), []);
});

test('a resumption that does not start leaves all as it was, to be tried again', async (t) => {
  const { town, agent } = await working(t, { waits: { startMs: 200 } });
  await agent.exit({ end: 'failed', code: 1 });
  const files = readdirSync(town.parts.paths.sessions);
  for (const fate of ['sleeps', 'refuses', 'cannot-start'] as const) {
    town.host.fate = fate;
    await assert.rejects(town.ask('session/run', { agent: agent.id }));
    // A program that is missing is news; that nobody came is said to the caller.
    assert.equal(agent.polecat.state, fate === 'cannot-start' ? 'interrupted' : 'failed');
    assert.equal(sessionOf(town, agent).exit?.end, 'not-started');
    assert.deepEqual(readdirSync(town.parts.paths.sessions), files);
    assert.ok(existsSync(agent.worktree));
    assert.deepEqual(problemsOf(town), []);
  }
  town.host.fate = 'starts';
  await town.ask('session/run', { agent: agent.id });
  assert.equal(agent.polecat.state, 'working');
});

test('work that is taken up again and fails at once is not done', async (t) => {
  const { town, agent } = await working(t);
  const request = await agent.submit();
  await town.configure('backend', 'check', 'node', '-e', 'process.exit(1)');
  assert.equal((await town.merge(request)).state, 'rejected');
  await town.ask('session/run', { agent: agent.id });
  await agent.exit({ end: 'failed', code: 1 });
  assert.equal(agent.polecat.state, 'failed');
  assert.equal(sessionOf(town, agent).exit?.end, 'failed');
  await town.ask('session/run', { agent: agent.id });
  assert.deepEqual(problemsOf(town), []);
});

test('what is submitted and waits for a person is not resumed', async (t) => {
  const { town, agent } = await working(t);
  await agent.submit();
  await eventually('its session has ended', () => sessionOf(town, agent).state === 'ended');
  const { details } = await refusal('closed', town.ask('session/run', { agent: agent.id }));
  assert.equal(details.next, `gt mq show ${agent.bead}`);
});

test('a person stops a session; one that does not listen is ended', async (t) => {
  const { town, agent } = await working(t);
  assert.equal((await town.ask('session/stop', { session: agent.id })).exit?.end, 'stopped');
  assert.equal(agent.polecat.state, 'interrupted');
  assert.equal(agent.polecat.reason, 'Stopped by overseer.');
  await town.ask('session/run', { agent: agent.id });
  const { id, pid } = sessionOf(town, agent);
  town.host.crash(id);
  town.host.alive.add(pid ?? 0);
  assert.equal((await town.ask('session/stop', { session: id })).state, 'ended');
  assert.deepEqual(town.host.ended, [pid]);
});

test('the town goes down only when asked twice, and all that was begun stays', async (t) => {
  const { town, agent } = await working(t);
  const { message } = await refusal('in-use', town.ask('town/down', {}));
  assert.match(message, new RegExp(agent.id));
  assert.deepEqual((await town.ask('town/down', { force: true })).ended, [agent.id]);
  assert.equal(agent.polecat.state, 'interrupted');
  assert.equal(town.status(agent.bead), 'hooked');
  await town.reopen();
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
  await town.ask('session/run', { agent: agent.id });
  await town.merge(await agent.submit());
  assert.equal(town.status(agent.bead), 'closed');
});

test('a polecat whose session ends long after its bead has landed is removed then', async (t) => {
  const { town, agent } = await working(t, { waits: { endMs: 50 } });
  town.host.obedient = false;
  await town.merge(await agent.submit());
  await town.settle();
  assert.ok(!agent.isGone);
  await agent.exit({ end: 'failed', code: 0 });
  await town.settle();
  assert.ok(agent.isGone);
  assert.deepEqual(problemsOf(town), []);
});

test('the sessions of a polecat that has gone are still listed by its name; a name of nobody is refused', async (t) => {
  const { town, agent } = await working(t);
  const session = sessionOf(town, agent);
  await town.ask('work/unsling', { bead: agent.bead });
  assert.equal(town.view.get('agents', agent.id), undefined);
  const listed = await town.ask('session/list', { agent: agent.id, all: true });
  assert.deepEqual(
    listed.map(({ id }) => id),
    [session.id],
  );
  await refusal('not-found', town.ask('session/list', { agent: 'backend/nobody', all: true }));
});
