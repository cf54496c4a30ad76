import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { RuntimeName } from '../../server/domain/ids.ts';
import type { GivenPreset } from '../../server/protocol/preset.ts';
import { git } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { Agent, refusal, TestTown } from './support.ts';

async function addRuntime(town: TestTown, id: string, more: Partial<GivenPreset> = {}): Promise<void> {
  await town.ask('runtime/add', { preset: { id: id as RuntimeName, extends: 'sim', ...more } });
}

/** As a runtime whose own id is known. */
async function knowAs(town: TestTown, session: string, runtimeSession: string): Promise<void> {
  await town.parts.store.transact({ verb: 'test', by: 'town' }, (draft) => {
    const known = draft.get('sessions', session);
    if (known) draft.put('sessions', { ...known, runtimeSession });
  });
}

test('another runtime goes on with the same bead, worktree, branch and hook, and the first is remembered', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await addRuntime(town, 'other');
  const agent = await town.worker();
  const sha = agent.commit({ 'begun.txt': 'begun\n' });
  await town.ask('bead/update', { bead: agent.bead, notes: 'mine' });
  const { worktree, branch, session: first } = agent.polecat;
  const next = await town.ask('session/handoff', {
    agent: agent.id,
    runtime: 'other',
    note: 'the tests are left',
  });
  assert.deepEqual([next.runtime, next.bead, next.state], ['other', agent.bead, 'running']);
  const now = agent.polecat;
  assert.deepEqual(
    [now.worktree, now.branch, now.runtime, now.state],
    [worktree, branch, 'other', 'working'],
  );
  assert.equal(town.view.get('sessions', first ?? '')?.exit?.end, 'stopped');
  assert.equal(
    town.view.get('beads', agent.bead)?.notes,
    'mine\nHanded off from sim to other by overseer: the tests are left',
  );
  assert.match((await town.ask('work/prime', {}, agent.caller)).text, /^\| .*the tests are left$/m);
  assert.equal(git(worktree, 'rev-parse', 'HEAD'), sha);
  assert.deepEqual(problemsOf(town), []);

  const { mergeRequest } = await agent.done();
  assert.equal(mergeRequest?.runtime, 'other');
  assert.equal((await town.merge(mergeRequest?.id ?? '')).state, 'verified');
});

test('what cannot be handed off is refused while the first still runs', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const { session } = agent.polecat;
  await refusal('not-found', town.ask('session/handoff', { agent: agent.id, runtime: 'nobody' }));
  await refusal('missing-program', town.ask('session/handoff', { agent: agent.id, runtime: 'augment' }));
  await refusal(
    'no-host',
    town.ask('session/handoff', { agent: agent.id, runtime: 'human', host: 'process' }),
  );
  await refusal('not-found', town.ask('session/handoff', { agent: 'nobody', runtime: 'sim' }));
  assert.equal(town.view.get('sessions', session ?? '')?.state, 'running');
  await agent.submit();
  await town.settle();
  await refusal('closed', town.ask('session/handoff', { agent: agent.id, runtime: 'sim' }));
});

test('where the successor cannot start, all is as before but the session, and that is said', async (t) => {
  const town = await TestTown.open(t, { waits: { startMs: 200 } });
  await town.addRig();
  await addRuntime(town, 'other');
  const agent = await town.worker();
  const before = agent.polecat;
  for (const fate of ['refuses', 'cannot-start', 'sleeps'] as const) {
    town.host.fate = fate;
    const refused = await refusal(
      fate === 'refuses' ? 'no-host' : fate === 'sleeps' ? 'failed' : 'missing-program',
      town.ask('session/handoff', { agent: agent.id, runtime: 'other', note: 'go\non' }),
    );
    // It had ended before the second and third.
    assert.equal(/has been ended for it/.test(refused.message), fate === 'refuses', refused.message);
    assert.match(refused.details.next ?? '', new RegExp(`gt session run ${agent.id} goes on with sim`));
    const { runtime, session, worktree, branch, bead, state } = agent.polecat;
    assert.deepEqual(
      [runtime, session, worktree, branch, bead, state],
      ['sim', before.session, before.worktree, before.branch, before.bead, 'interrupted'],
    );
    assert.equal(town.view.get('beads', agent.bead)?.notes, undefined);
    assert.deepEqual(problemsOf(town), []);
  }
  town.host.fate = 'starts';
  assert.equal((await town.ask('session/run', { agent: agent.id })).runtime, 'sim');
});

test('crew is handed off with an empty hook, too', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await addRuntime(town, 'other');
  const { agent } = await town.ask('crew/add', { rig: 'backend', name: 'dave', runtime: 'sim' });
  await town.ask('seance/start', { role: 'crew', rig: 'backend', name: 'dave' });
  assert.equal((await town.ask('session/handoff', { agent, runtime: 'other' })).runtime, 'other');
  assert.equal(town.view.get('workplaces', agent)?.runtime, 'other');
  assert.deepEqual(problemsOf(town), []);
});

test("resuming insists on the runtime's own session, and starts nothing else", async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await addRuntime(town, 'resumes', { resumeOneShot: ['sim', '--resume', '{id}'] });
  const plain = await town.worker('Auth work');
  await plain.exit({ end: 'failed', code: 1 });
  assert.match(
    (await refusal('invalid', town.ask('session/run', { agent: plain.id, resume: true }))).message,
    /cannot resume/,
  );
  const agent = await town.sling(await town.bead('Cache work'), { runtime: 'resumes' });
  const running = await refusal('in-use', town.ask('session/run', { agent: agent.id, resume: true }));
  assert.match(running.message, /running already/);
  await agent.exit({ end: 'failed', code: 1 });
  const unknown = await refusal('invalid', town.ask('session/run', { agent: agent.id, resume: true }));
  assert.match(unknown.details.next ?? '', /gt session run .* starts afresh/);
  await knowAs(town, agent.polecat.session ?? '', 'own-1');
  const next = await town.ask('session/run', { agent: agent.id, resume: true });
  assert.equal(next.runtimeSession, 'own-1');
  assert.match(next.launch.arguments.join(' '), /sim --resume own-1/);
});

test('a past session is asked with its own runtime, as nobody but the person who asks', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const talk = { terminal: ['sim'], oneShot: ['sim', '--resume', '{id}'], copy: false };
  await addRuntime(town, 'resumes', { talk, prompt: { kind: 'argument' } });
  const agent = await town.sling(await town.bead('Auth work'), { runtime: 'resumes' });
  const { session = '' } = agent.polecat;
  const mute = async (): Promise<string | undefined> => (await town.ask('seance/get', { session })).mute;
  assert.match((await mute()) ?? '', /not known under which id/);
  await knowAs(town, session, '--own');
  assert.match((await mute()) ?? '', /still running, and .* cannot fork/);
  await refusal('invalid', town.ask('seance/talk', { session }));
  await agent.exit({ end: 'failed', code: 1 });
  assert.equal(await mute(), undefined);

  const { launch, readOnly } = await town.ask('seance/talk', { session, question: '--help; $(id)' });
  assert.equal(readOnly, false);
  assert.deepEqual(launch.arguments, ['launcher', 'sim', '--resume', '--own', ' --help; $(id)']);
  assert.equal(launch.directory, agent.worktree);
  assert.deepEqual(
    Object.keys(launch.environment).toSorted((a, b) => a.localeCompare(b)),
    ['GT_TOWN', 'PATH'],
  );
  for (const name of ['GT_SESSION', 'BD_ACTOR', 'GIT_AUTHOR_*']) assert.ok(launch.strip.includes(name), name);
  await refusal('invalid', town.ask('seance/talk', { session, question: ' ' }));

  await town.ask('work/unsling', { bead: agent.bead });
  assert.ok(!existsSync(agent.worktree));
  assert.match((await mute()) ?? '', /worktree that it ran in is gone/);
  assert.ok(agent instanceof Agent);
});

test('in a full town with a queue the place is kept for the fresh session', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await town.configure('backend', 'maxPolecats', '1');
  await town.ask('town/configure', { key: 'maxSessions', words: ['1'] });
  const agent = await town.worker();
  const waiting = await town.bead('Cache sessions');
  const { queued = [] } = await town.ask('work/sling', { beads: [waiting], queue: true });
  assert.equal(queued.length, 1);
  const next = await town.ask('session/handoff', { agent: agent.id });
  await town.settle();
  assert.equal(town.view.get('sessions', next.id)?.state, 'running');
  assert.equal(town.status(waiting), 'open');
  assert.equal(agent.polecat.successor, undefined);
  // Where it does not begin, the place is the queue's.
  town.host.fate = 'refuses';
  await assert.rejects(town.ask('session/handoff', { agent: agent.id }));
  town.host.fate = 'starts';
  assert.equal(agent.polecat.successor, undefined);
  await town.settle();
  assert.equal(town.status(waiting), 'hooked');
  await refusal('capacity', town.ask('session/handoff', { agent: agent.id }));
  assert.deepEqual(problemsOf(town), []);
});
