import assert from 'node:assert/strict';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Git } from '../../server/git/git.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { script, writePlugin } from '../support/plugins.ts';
import { eventually } from '../support/wait.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, TestTown } from './support.ts';

const minute = 60_000;

interface Scene {
  readonly town: TestTown;
  readonly agent: Agent;
  readonly pass: (minutes: number) => Promise<void>;
  /** The remedies that were begun, oldest first. */
  readonly remedies: () => Promise<string[]>;
}

/** A polecat at work in a rig that lets the witness begin again whatever it may. */
async function scene(t: TestContext, git: (real: Git) => Git = (real) => real): Promise<Scene> {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep, git });
  await town.addRig({ settings: { stallAfter: ['5m'], remedy: ['restart'] } });
  const agent = await town.worker();
  for (const file of ['README.md', '.']) utimesSync(join(agent.worktree, file), clock.date(), clock.date());
  await town.settle();
  const tried = new Set(['witness/nudge', 'witness/restart', 'witness/handoff', 'witness/release']);
  return {
    town,
    agent,
    pass: (minutes) => clock.pass(minutes * minute, () => town.settle()),
    remedies: async () => {
      const verbs: string[] = [];
      for await (const { verb } of town.parts.store.read(1)) if (tried.has(verb)) verbs.push(verb);
      return verbs;
    },
  };
}

test('the plugins of on-stall run once for each time that a polecat stalls', async (t) => {
  const { town, agent, pass } = await scene(t);
  await town.configure('backend', 'remedy', 'none');
  const book = join(town.folder, 'book');
  writeFileSync(book, '');
  const said = (): string[] => readFileSync(book, 'utf8').split('\n').filter(Boolean);
  const code = `require('fs').appendFileSync(${JSON.stringify(book)}, process.argv.slice(2).join(' ') + '\\n')`;
  writePlugin(join(town.parts.paths.town, 'backend', 'plugins'), 'on-stall/10-tell.sh', script(code));
  const { id, hash = '' } = await town.ask('plugin/get', { plugin: 'tell' });
  await town.ask('plugin/approve', { plugin: id, hash });
  await pass(14);
  assert.deepEqual(said(), []);
  await pass(2);
  assert.equal(said().length, 1, said().join('\n'));
  assert.ok(said()[0]?.includes(agent.id) && said()[0]?.includes(agent.bead), said()[0]);
  await pass(120);
  assert.equal(said().length, 1);
  await town.ask('bead/get', { bead: agent.bead }, agent.caller);
  await pass(16);
  assert.equal(said().length, 2);
  // One that fails is no polecat that stalls.
  await agent.exit({ end: 'failed', code: 1 });
  await pass(10);
  assert.equal(said().length, 2);
});

describe('the witness leaves alone', () => {
  test('a polecat that a person stopped, however its process ended', async (t) => {
    const { town, agent, pass, remedies } = await scene(t);
    const session = agent.caller.session ?? '';
    town.host.obedient = false;
    const stopping = town.ask('session/stop', { session });
    await eventually(
      'it is asked to stop',
      () => town.view.get('sessions', session)?.stopAsked !== undefined,
    );
    await agent.exit({ end: 'failed', code: 143 });
    assert.equal((await stopping).exit?.end, 'stopped');
    await pass(120);
    assert.deepEqual([agent.polecat.state, agent.polecat.session], ['interrupted', session]);
    assert.deepEqual(await remedies(), []);
    assert.equal(town.view.get('episodes', agent.id), undefined);
    town.host.obedient = true;
    await town.ask('session/run', { agent: agent.id });
    await town.settle();
    assert.equal(agent.polecat.state, 'working');
  });

  test('a polecat whose rig was stopped, though its launcher was lost on the way; the rig takes it up again', async (t) => {
    const { town, agent, pass, remedies } = await scene(t);
    const session = agent.caller.session ?? '';
    town.host.obedient = false;
    const stopping = town.ask('rig/move', { rigs: ['backend'], move: 'stop' });
    await eventually(
      'it is asked to stop',
      () => town.view.get('sessions', session)?.stopAsked !== undefined,
    );
    town.host.crash(session);
    await stopping;
    await pass(120);
    assert.deepEqual([agent.polecat.state, agent.polecat.session], ['interrupted', session]);
    town.host.obedient = true;
    const { done } = await town.ask('rig/move', { rigs: ['backend'], move: 'start' });
    assert.deepEqual(done[0]?.resumed, [agent.id]);
    await pass(1);
    assert.deepEqual(await remedies(), []);
    assert.deepEqual(problemsOf(town), []);
  });

  test('what came from an archive: a person goes on with it', async (t) => {
    const { town, agent, pass, remedies } = await scene(t);
    await town.configure('backend', 'remedy', 'none');
    agent.commit({ 'a.txt': 'a\n' });
    town.host.crash(agent.caller.session ?? '');
    await town.settle();
    assert.equal(town.view.get('episodes', agent.id)?.rule, 'launcher-lost');
    await pass(10);
    const { archiveId = '' } = await town.ask('work/unsling', { bead: agent.bead });
    await town.configure('backend', 'remedy', 'restart');
    await town.ask('archive/restore', { archive: archiveId });
    await pass(120);
    assert.deepEqual([agent.polecat.state, await remedies()], ['interrupted', []]);
    assert.equal(town.view.get('episodes', agent.id), undefined);
    const { scanned } = await town.ask('patrol/scan', {});
    assert.deepEqual(scanned, []);
    await town.ask('session/run', { agent: agent.id });
    await agent.exit({ end: 'failed', code: 1 });
    await pass(10);
    assert.deepEqual(await remedies(), ['witness/restart'], 'what fails from then on is its own');
  });
});

describe('nothing is begun again', () => {
  test('in a rig that is parked, until it is not any more', async (t) => {
    const { town, agent, pass, remedies } = await scene(t);
    await town.ask('rig/move', { rigs: ['backend'], move: 'park' });
    await agent.exit({ end: 'failed', code: 1 });
    await pass(120);
    assert.deepEqual([agent.polecat.state, await remedies()], ['failed', []]);
    const { scanned } = await town.ask('patrol/scan', {});
    assert.match(scanned[0]?.wouldDo?.why ?? '', /parked/);
    await town.ask('rig/move', { rigs: ['backend'], move: 'unpark' });
    await pass(10);
    assert.deepEqual([agent.polecat.state, await remedies()], ['working', ['witness/restart']]);
  });

  test('over the limit of a rig that is docked: it is nudged, and goes on', async (t) => {
    const { town, agent, pass, remedies } = await scene(t);
    await town.configure('backend', 'stallLimit', '60m');
    const { session } = agent.polecat;
    await town.ask('rig/move', { rigs: ['backend'], move: 'park' });
    await pass(180);
    assert.equal(agent.polecat.session, session);
    assert.deepEqual([...new Set(await remedies())], ['witness/nudge']);
  });

  test('while the town is being stopped', async (t) => {
    const { town, agent, pass, remedies } = await scene(t);
    const other = await town.worker('Cache work');
    town.host.obedient = false;
    const down = town.ask('town/down', { stop: true });
    await eventually('it is asked to stop', () =>
      [...town.view.all('sessions')].some(({ stopAsked }) => stopAsked !== undefined),
    );
    await agent.exit({ end: 'failed', code: 1 });
    await other.exit({ end: 'failed', code: 1 });
    await down;
    await pass(120);
    assert.deepEqual(await remedies(), []);
    assert.equal(town.host.launched.size, 0);
  });

  test('without a worktree, or a base: its work is kept, and its bead is begun by another, once', async (t) => {
    const lost = new Set<string>();
    const { town, agent, pass, remedies } = await scene(t, (real) => ({
      ...real,
      resolve: async (rig, text) => (lost.has(text) ? undefined : await real.resolve(rig, text)),
    }));
    const other = await town.worker('Cache work');
    agent.commit({ 'a.txt': 'a\n' });
    const sha = other.commit({ 'b.txt': 'b\n' });
    const isAnother = (of: Agent): boolean => {
      const [now] = town.view.find('agentsByBead', of.bead);
      return now?.state === 'working' && now.worktree !== of.worktree;
    };
    await agent.exit({ end: 'failed', code: 1 });
    rmSync(agent.worktree, { recursive: true });
    await pass(10);
    assert.deepEqual([isAnother(agent), town.status(agent.bead)], [true, 'hooked']);
    lost.add(other.polecat.base);
    await other.exit({ end: 'failed', code: 1 });
    await pass(10);
    assert.deepEqual([isAnother(other), town.status(other.bead)], [true, 'hooked']);
    const begun = (await remedies()).filter((verb) => verb !== 'witness/nudge');
    assert.deepEqual(begun, ['witness/restart', 'witness/restart']);
    const archives = [...town.view.all('archives')].map(({ agent: id, why }) => `${id} ${why}`);
    assert.deepEqual(archives.toSorted(), [`${agent.id} released`, `${other.id} released`].toSorted());
    assert.equal([...town.view.find('archivesByBead', other.bead)][0]?.tip, sha);
    assert.equal(town.host.launched.size, 2);
    assert.deepEqual(problemsOf(town), []);
  });

  test('without a worktree, fed by a convoy: the bead is queued for another as it was slung, also across a restart', async (t) => {
    const { town, agent, pass } = await scene(t);
    await town.ask('runtime/add', { preset: { id: 'other', extends: 'sim' } });
    await town.ask('work/unsling', { bead: agent.bead });
    const { convoy } = await town.ask('convoy/create', { title: 'Auth', beads: [agent.bead] });
    await town.ask('convoy/launch', { convoy: convoy.id });
    await town.settle();
    const [fed] = town.view.find('agentsByBead', agent.bead);
    assert.ok(fed);
    await town.parts.store.transact({ verb: 'test', by: 'town' }, (draft) => {
      const instructions = { bead: fed.bead ?? agent.polecat.id, text: 'Mind the tests.' } as never;
      draft.put('agents', { ...fed, runtime: 'other' as never, instructions });
    });
    await town.ask('scheduler/pause', {});
    rmSync(fed.worktree, { recursive: true });
    await town.host.exit(fed.session ?? '', { end: 'failed', code: 1 });
    await pass(10);
    await town.reopen();
    const {
      queuedBy,
      runtime,
      instructions,
      convoy: of,
      state,
    } = town.view.get('dispatches', agent.bead) ?? {};
    assert.deepEqual(
      [queuedBy, runtime, instructions, of, state],
      ['town', 'other', 'Mind the tests.', convoy.id, 'waiting'],
    );
    assert.equal((await town.ask('bead/explain', { bead: agent.bead })).reason, 'paused');
    assert.deepEqual(problemsOf(town), []);
  });
});

test('a conversation that is full is handed over with a packet, as gt handoff makes one, that says what the witness saw', async (t) => {
  const { town, agent, pass, remedies } = await scene(t);
  await town.ask(
    'handoff/write',
    { words: { tried: ['a global lock'], questions: ['and admins?'] } },
    agent.caller,
  );
  await pass(1);
  agent.commit({ 'src/auth.js': 'one\ntwo\n' });
  const { session } = agent.polecat;
  const log = town.view.get('sessions', session ?? '')?.log ?? '';
  town.host.output.set(log, ['Error: the context length is exceeded: maximum context length reached']);
  await agent.exit({ end: 'failed', code: 1 });
  await town.settle();
  await pass(1);
  assert.deepEqual(await remedies(), ['witness/handoff']);
  assert.notEqual(agent.polecat.session, session);
  assert.equal(agent.polecat.state, 'working');
  const { handoff } = await town.ask('handoff/get', { of: agent.bead });
  assert.ok(handoff);
  const { by, to, bead, facts, words } = handoff;
  assert.deepEqual([by, to, bead, facts.goal], ['town', 'sim', agent.bead, 'Refactor auth middleware']);
  assert.deepEqual(facts.files, [{ path: 'src/auth.js', added: 2, removed: 0 }]);
  assert.deepEqual(words.questions, ['and admins?']);
  const [own, seen = ''] = words.tried ?? [];
  assert.equal(own, 'a global lock');
  assert.match(seen, /The witness saw: .*maximum context length/);
  const { text } = await town.ask('work/prime', {}, agent.caller);
  assert.match(text, /\| Handoff ho-/);
  assert.match(text, /The witness saw/);
  assert.deepEqual(problemsOf(town), []);
});

test('a packet names the gates of the last landing, and how each came out', async (t) => {
  const { town, agent } = await scene(t);
  const good = { name: 'lint', ok: true };
  const request = await agent.submit();
  await town.parts.store.transact({ verb: 'test', by: 'town' }, (draft) => {
    const known = draft.get('mergeRequests', request);
    assert.ok(known);
    const at = known.updatedAt;
    const gates = [
      { name: good.name, at, outcome: 'passed', output: [] },
      { name: 'unit', at, outcome: 'failed', output: ['1 of 9 failed'] },
    ];
    draft.put('mergeRequests', {
      ...known,
      state: 'rejected',
      reason: 'The gate unit rejects it.',
      gates: gates as never,
    });
  });
  const packet = await town.ask('handoff/write', { agent: agent.id, dryRun: true });
  assert.deepEqual(packet.facts.gates, ['lint: passed', 'unit: failed']);
});
