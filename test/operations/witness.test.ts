import assert from 'node:assert/strict';
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Episode } from '../../server/domain/episode.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { git } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, TestTown } from './support.ts';

const minute = 60_000;

interface Watched {
  readonly town: TestTown;
  readonly agent: Agent;
  readonly pass: (minutes: number) => Promise<void>;
  readonly episode: () => Episode | undefined;
  /** The verbs of the witness, oldest first. */
  readonly verbs: () => Promise<string[]>;
}

/** A polecat at work, in a town whose time passes when it is told to. Its files are as old as its session. */
async function watched(
  t: TestContext,
  settings: Readonly<Record<string, readonly string[]>> = {},
): Promise<Watched> {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  // Its runtime tells nothing of itself, so that it may be silent for three times as long: a quarter of an hour.
  await town.addRig({ settings: { stallAfter: ['5m'], ...settings } });
  const agent = await town.worker();
  age(agent, clock.date());
  await town.settle();
  return {
    town,
    agent,
    pass: (minutes) => clock.pass(minutes * minute, () => town.settle()),
    episode: () => town.view.get('episodes', agent.id),
    verbs: async () => {
      const verbs: string[] = [];
      for await (const { verb } of town.parts.store.read(1))
        if (verb.startsWith('witness/')) verbs.push(verb);
      return verbs;
    },
  };
}

/** As if nothing in its worktree had changed since. */
function age({ worktree }: Agent, date: Date): void {
  for (const file of ['README.md', '.']) utimesSync(join(worktree, file), date, date);
}

const logOf = ({ town, polecat }: Agent): string =>
  town.view.get('sessions', polecat.session ?? '')?.log ?? assert.fail('it has no log');

describe('a polecat that falls silent', () => {
  test('is stalled once its bar is over, raised once with its evidence, and works again with its next call', async (t) => {
    const { town, agent, pass, episode, verbs } = await watched(t, { remedy: ['none'] });
    await pass(14);
    assert.equal(episode(), undefined);
    await pass(2);
    assert.deepEqual(
      [episode()?.verdict, episode()?.rule, agent.polecat.state],
      ['stalled', 'silent', 'stalled'],
    );
    assert.match(agent.polecat.reason ?? '', /^Nothing was heard of it for 15 min/);
    assert.ok(episode()?.evidence.some(({ name, value }) => name === 'process' && value === 'alive'));
    await pass(120);
    assert.deepEqual(await verbs(), ['witness/raise']);
    await town.ask('bead/get', { bead: agent.bead }, agent.caller);
    await town.settle();
    assert.deepEqual(
      [episode(), agent.polecat.state, agent.polecat.reason],
      [undefined, 'working', undefined],
    );
    await pass(16);
    assert.equal(episode()?.rule, 'silent');
    assert.deepEqual(await verbs(), ['witness/raise', 'witness/raise']);
    assert.deepEqual(problemsOf(town), []);
  });

  test('but commits, or changes files, works; and one that stalled is seen to work again', async (t) => {
    const { agent, pass, episode, verbs } = await watched(t, { remedy: ['none'] });
    await pass(12);
    agent.town.write(agent.worktree, { 'new.ts': 'x\n' });
    utimesSync(join(agent.worktree, 'new.ts'), ...at(agent, 12));
    age(agent, at(agent, 0)[0]);
    await pass(13);
    assert.equal(episode(), undefined);
    await pass(5);
    assert.equal(episode()?.rule, 'silent');
    assert.match(episode()?.reason ?? '', /changed file/);
    agent.commit({ 'new.ts': 'y\n' });
    const seconds = at(agent, 31)[0].getTime() / 1000;
    amendAt(agent.worktree, seconds);
    await pass(10);
    assert.deepEqual([episode(), agent.polecat.state], [undefined, 'working']);
    assert.deepEqual(await verbs(), ['witness/raise', 'witness/clear']);
  });

  test('but whose output grows, works', async (t) => {
    const { agent, pass, episode } = await watched(t, { remedy: ['none'] });
    for (let minutes = 5; minutes <= 60; minutes += 5) {
      await pass(5);
      agent.town.host.written.set(logOf(agent), at(agent, minutes)[0].getTime());
      assert.equal(episode(), undefined, `after ${minutes} minutes`);
    }
  });

  test('is nudged as often as its rig says, and never ended', async (t) => {
    const { town, agent, pass, episode } = await watched(t, { remedy: ['restart'] });
    const { session } = agent.polecat;
    await pass(180);
    const remedies = episode()?.remedies ?? [];
    assert.deepEqual(
      remedies.map(({ kind }) => kind),
      ['nudge', 'nudge'],
    );
    assert.match(remedies[0]?.outcome ?? '', /A nudge waits for it/);
    assert.ok(Date.parse(remedies[1]?.at ?? '') - Date.parse(remedies[0]?.at ?? '') >= 5 * minute);
    assert.equal(agent.polecat.session, session);
    assert.deepEqual(town.host.ended, []);
    const nudges = await town.ask('nudge/list', { agent: agent.id });
    assert.equal(nudges.length, 2);
    assert.match(nudges[0]?.text ?? '', /^The town: Nothing was heard of it for 15 min/);
    assert.equal(nudges[0]?.from, 'town');
  });

  test('is ended and begun again only over the limit that its rig sets', async (t) => {
    const { town, agent, pass } = await watched(t, { remedy: ['restart'], stallLimit: ['60m'] });
    const { session } = agent.polecat;
    await pass(70);
    assert.equal(agent.polecat.session, session);
    await pass(10);
    assert.notEqual(agent.polecat.session, session);
    assert.deepEqual([agent.polecat.state, agent.polecat.restarts?.length], ['working', 1]);
    assert.deepEqual(problemsOf(town), []);
  });

  test('gives way to a person at last, where its rig says so', async (t) => {
    const { town, agent, pass, episode } = await watched(t, { remedy: ['escalate'], maxNudges: ['1'] });
    await pass(60);
    assert.deepEqual(
      episode()?.remedies.map(({ kind }) => kind),
      ['nudge', 'escalate'],
    );
    const [escalation] = town.view.all('escalations');
    assert.match(escalation?.description ?? '', /: Nothing was heard of it/);
    assert.deepEqual([escalation?.bead, escalation?.source, escalation?.by], [agent.bead, 'witness', 'town']);
  });

  test('is not stalled for having been started a moment ago, nor by a town that slept', async (t) => {
    const { town, agent, pass, episode } = await watched(t);
    await pass(10);
    await town.reopen();
    await town.host.comeBack(town.view.get('sessions', agent.polecat.session ?? '') ?? assert.fail());
    await town.settle();
    assert.equal(episode(), undefined);
  });
});

describe('a session that ends', () => {
  test('without done is raised at once, with what its runtime said, and its commits are kept', async (t) => {
    const { town, agent, episode, verbs } = await watched(t);
    agent.commit({ 'a.txt': 'a\n' });
    const sha = git(agent.worktree, 'rev-parse', 'HEAD');
    const { session } = agent.polecat;
    await agent.exit({ end: 'failed', code: 1 });
    await town.settle();
    assert.deepEqual([episode()?.verdict, episode()?.rule], ['failed', 'exit-without-done']);
    const kept = town.view.get('sessions', session ?? '')?.kept;
    assert.deepEqual(kept, { ref: `refs/gastown/crash/${session}`, sha });
    assert.equal(git(agent.worktree, 'rev-parse', kept.ref), sha);
    assert.deepEqual((await verbs()).toSorted(), ['witness/kept', 'witness/raise']);
    await town.ask('session/run', { agent: agent.id });
    await town.settle();
    assert.deepEqual([episode(), agent.polecat.state], [undefined, 'working']);
  });

  test('keeps nothing where its rig does not want that', async (t) => {
    const { town, agent } = await watched(t, { pushOnCrash: ['no'] });
    agent.commit({ 'a.txt': 'a\n' });
    await agent.exit({ end: 'failed', code: 1 });
    await town.settle();
    assert.equal(git(agent.worktree, 'for-each-ref', 'refs/gastown/crash'), '');
  });

  test('is pushed where its rig pushes', async (t) => {
    const clock = new FakeClock();
    const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
    const rig = await town.addRig({ kind: 'url', settings: { push: ['yes'] } });
    const agent = await town.worker();
    const sha = agent.commit({ 'a.txt': 'a\n' });
    await agent.exit({ end: 'failed', code: 1 });
    await town.settle();
    assert.equal(git(rig.target, 'rev-parse', `refs/heads/${agent.polecat.branch}`), sha);
  });

  test('by a lost launcher is raised; stopped by a person it is not', async (t) => {
    const { town, agent, episode } = await watched(t);
    const other = await town.worker('Fix login form');
    await town.ask('session/stop', { session: other.polecat.session ?? '' });
    town.host.crash(agent.polecat.session ?? '');
    await town.settle();
    assert.deepEqual([episode()?.verdict, episode()?.rule], ['failed', 'launcher-lost']);
    assert.equal(town.view.get('episodes', other.id), undefined);
  });

  test('by a quota with its reset is told when that is', async (t) => {
    const { town, agent, episode } = await watched(t);
    town.host.output.set(logOf(agent), [
      '429 Too Many Requests: rate limit exceeded, try again in 20 minutes',
    ]);
    await agent.exit({ end: 'failed', code: 1 });
    await town.settle();
    const until = '2026-11-26T08:20:00.000Z';
    assert.deepEqual(
      [episode()?.verdict, episode()?.rule, episode()?.until, agent.polecat.until],
      ['rate-limited', 'rate-limit', until, until],
    );
  });

  test('is begun again by itself where its rig allows that, up to three times within the hour', async (t) => {
    const { town, agent, pass, episode } = await watched(t, { remedy: ['restart'], tries: ['10'] });
    const sessions = new Set<string>();
    for (let crash = 0; crash < 4; crash += 1) {
      sessions.add(agent.polecat.session ?? '');
      await agent.exit({ end: 'failed', code: 1 });
      await town.settle();
      await pass(6);
    }
    assert.equal(sessions.size, 4);
    assert.equal(agent.polecat.state, 'failed');
    assert.equal(episode()?.rule, 'exit-without-done');
    await pass(60);
    assert.ok(!sessions.has(agent.polecat.session ?? ''));
    assert.deepEqual(problemsOf(town), []);
  });

  test('is not begun again where it would fail of the same, nor onto a bead that was closed', async (t) => {
    const { town, agent, pass, episode } = await watched(t, { remedy: ['restart'] });
    town.host.output.set(logOf(agent), ['401 Unauthorized']);
    await agent.exit({ end: 'failed', code: 1 });
    await pass(120);
    assert.deepEqual([agent.polecat.state, episode()?.rule, episode()?.remedies], ['failed', 'sign-in', []]);
    const other = await town.worker('Fix login form');
    await town.ask('bead/close', { bead: other.bead, force: true });
    const { session } = other.polecat;
    await other.exit({ end: 'failed', code: 1 });
    await pass(20);
    assert.equal(other.isGone || other.polecat.session === session, true);
  });
});

test('a session that goes on after done is ended, since done was said', async (t) => {
  const { town, agent, pass, episode, verbs } = await watched(t);
  town.host.obedient = false;
  await agent.submit();
  await pass(0.5);
  assert.deepEqual(await verbs(), []);
  town.host.obedient = true;
  await pass(1);
  assert.deepEqual(await verbs(), ['witness/raise', 'witness/release', 'witness/remedied', 'witness/clear']);
  assert.equal(episode(), undefined);
  assert.equal(town.view.get('sessions', agent.polecat.session ?? '')?.state, 'ended');
});

test('what was wrong with a polecat goes with it', async (t) => {
  const { town, agent, episode } = await watched(t);
  await agent.exit({ end: 'failed', code: 1 });
  await town.settle();
  assert.ok(episode());
  await town.ask('polecat/remove', { agent: agent.id, force: true });
  await town.settle();
  assert.equal(episode(), undefined);
});

test('a scan looks now, says what would be done, and changes nothing', async (t) => {
  const { town, agent, pass } = await watched(t);
  const other = await town.worker('Fix login form');
  await agent.exit({ end: 'failed', code: 1 });
  await town.settle();
  await pass(1);
  const { seq } = town.parts.store;
  const { scanned } = await town.ask('patrol/scan', { rig: 'backend' });
  assert.deepEqual(
    scanned.map(({ agent: id, verdict, wouldDo }) => [id, verdict.kind, wouldDo?.kind]),
    [
      [agent.id, 'failed', 'none'],
      [other.id, 'working', undefined],
    ].toSorted(([a = ''], [b = '']) => a.localeCompare(b)),
  );
  assert.equal(town.parts.store.seq, seq);
  const shown = await town.ask('polecat/get', { agent: other.id });
  assert.equal(shown.verdict?.kind, 'working');
  assert.ok(shown.verdict.signals.some(({ name }) => name === 'process'));
  assert.equal((await town.ask('polecat/get', { agent: agent.id })).episode?.rule, 'exit-without-done');
});

/** So many minutes after the session began, twice: as both times of a file. */
function at({ polecat }: Agent, minutes: number): [Date, Date] {
  const date = new Date(Date.parse(polecat.createdAt) + minutes * minute);
  return [date, date];
}

/** The newest commit, as if it had been made then: git's clock is not the town's. */
function amendAt(worktree: string, seconds: number): void {
  const raw = git(worktree, 'cat-file', 'commit', 'HEAD').replaceAll(/> \d+ /gu, `> ${seconds} `);
  const file = join(worktree, '..', 'commit.txt');
  writeFileSync(file, `${raw}\n`);
  const sha = git(worktree, 'hash-object', '-t', 'commit', '-w', file);
  rmSync(file);
  git(worktree, 'reset', '--quiet', '--hard', sha);
}
