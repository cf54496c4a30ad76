import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Episode } from '../../server/domain/episode.ts';
import type { Params } from '../../server/protocol/messages.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, refusal, TestTown } from './support.ts';

const minute = 60_000;

interface Limited {
  readonly town: TestTown;
  readonly clock: FakeClock;
  readonly pass: (minutes: number) => Promise<void>;
  /** When the town went on with whom, as minutes since the beginning. */
  readonly went: () => Promise<number[]>;
}

const begin = Date.parse('2026-11-26T08:00:00.000Z');

async function limited(t: TestContext, remedy: string, stallAfter = '60m'): Promise<Limited> {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep, waits: { startMs: 30_000 } });
  await town.addRig({ settings: { stallAfter: [stallAfter], remedy: [remedy], maxPolecats: ['20'] } });
  await town.settle();
  return {
    town,
    clock,
    pass: (minutes) => clock.pass(minutes * minute, () => town.settle()),
    went: async () => {
      const times: number[] = [];
      for await (const { verb, at } of town.parts.store.read(1))
        if (verb === 'witness/go-on') times.push((Date.parse(at) - begin) / minute);
      return times;
    },
  };
}

const words = (resets: string): string[] => [`429 Too Many Requests: rate limit exceeded${resets}`];
const in20 = ', try again in 20 minutes';

const logOf = ({ town, polecat }: Agent): string =>
  town.view.get('sessions', polecat.session ?? '')?.log ?? assert.fail('it has no log');

/** Its runtime meets the limit and ends. */
async function ends(agent: Agent, resets = in20): Promise<void> {
  agent.town.host.output.set(logOf(agent), words(resets));
  await agent.exit({ end: 'failed', code: 1 });
  await agent.town.settle();
}

/** Its runtime meets the limit and waits. */
function waits(agent: Agent, clock: FakeClock, resets = in20): void {
  for (const file of ['README.md', '.']) utimesSync(join(agent.worktree, file), clock.date(), clock.date());
  agent.town.host.output.set(logOf(agent), words(resets));
  agent.town.host.written.set(logOf(agent), clock.date().getTime());
}

const episodeOf = (agent: Agent): Episode | undefined => agent.town.view.get('episodes', agent.id);

async function attention(town: TestTown): Promise<Params<'attention/list'> & { items: string[] }> {
  const { items } = await town.ask('attention/list', {});
  return { items: items.map(({ subject, reason, action }) => `${subject}: ${reason} ${action.command}`) };
}

describe('a polecat whose session ended at a limit', () => {
  test('is begun again once when the limit is over, and until then needs nobody', async (t) => {
    const { town, pass, went } = await limited(t, 'restart');
    const agent = await town.worker();
    const { session } = agent.polecat;
    await ends(agent);
    assert.deepEqual([agent.polecat.state, (await attention(town)).items], ['rate-limited', []]);
    const said = await town.ask('bead/explain', { bead: agent.bead });
    assert.deepEqual([said.reason, said.place], ['quota', 'hooked']);
    assert.match(said.sentence, /goes on at 2026-11-26 08:20 UTC/);
    const [status] = await town.ask('witness/status', {});
    assert.equal(status?.goesOnAt, '2026-11-26T08:20:00.000Z');
    const limit = { polecats: 1, goesOnAt: '2026-11-26T08:20:00.000Z' };
    assert.deepEqual((await town.ask('scheduler/status', {})).limited, limit);
    assert.deepEqual((await town.ask('quota/list', {}))[0]?.limited, limit);
    await pass(19);
    assert.equal(agent.polecat.session, session);
    await pass(2);
    assert.notEqual(agent.polecat.session, session);
    assert.deepEqual([agent.polecat.state, episodeOf(agent)], ['working', undefined]);
    await pass(55);
    assert.deepEqual(await went(), [20]);
    assert.deepEqual(problemsOf(town), []);
  });

  test('goes on later and later where the limit comes again at once, and never before it is over', async (t) => {
    const { town, pass, went } = await limited(t, 'restart');
    const agent = await town.worker();
    await ends(agent, '');
    await pass(16);
    assert.deepEqual(await went(), [15]);
    await ends(agent, '');
    await pass(40);
    assert.deepEqual(await went(), [15, 46]);
    await ends(agent, ', try again in 120 minutes');
    await pass(130);
    assert.deepEqual((await went()).slice(2), [176]);
    assert.deepEqual(problemsOf(town), []);
  });

  test('is named to a person when the limit is over, where its rig begins nothing; and goes on once it may', async (t) => {
    const { town, pass, went } = await limited(t, 'nudge');
    const agent = await town.worker();
    await ends(agent);
    await pass(19);
    assert.deepEqual((await attention(town)).items, []);
    assert.match((await town.ask('bead/explain', { bead: agent.bead })).sentence, /until .*08:20 UTC/);
    await pass(2);
    const [item = ''] = (await attention(town)).items;
    assert.match(item, /rate limit.* gt session run backend/);
    const said = await town.ask('bead/explain', { bead: agent.bead });
    assert.deepEqual([said.reason, said.place], ['dead-session', 'attention']);
    assert.match(said.sentence, /the rig's remedy is nudge/);
    assert.deepEqual(await went(), []);
    assert.deepEqual(problemsOf(town), []);
    await town.configure('backend', 'remedy', 'restart');
    await pass(1);
    assert.deepEqual([agent.polecat.state, (await went()).length], ['working', 1]);
    assert.deepEqual((await attention(town)).items, []);
  });

  for (const remedy of ['nudge', 'restart'])
    for (const verb of ['session/run', 'session/handoff'] as const)
      test(`waits on where its next session cannot start: ${verb}, ${remedy}`, async (t) => {
        const { town, pass, went } = await limited(t, remedy);
        await town.ask('runtime/add', { preset: { id: 'other', extends: 'sim' } });
        const agent = await town.worker();
        await ends(agent, ', try again in 120 minutes');
        town.host.fate = 'refuses';
        const next = verb === 'session/run' ? {} : { runtime: 'other' };
        await refusal('no-host', town.ask(verb, { agent: agent.id, ...next }));
        await town.settle();
        town.host.fate = 'starts';
        await pass(1);
        assert.deepEqual(
          [agent.polecat.state, agent.polecat.until, agent.polecat.runtime],
          ['rate-limited', '2026-11-26T10:00:00.000Z', 'sim'],
        );
        const parked: string[] = [];
        for await (const entry of town.parts.store.read(1))
          if (entry.verb === 'quota/park') parked.push(entry.subject ?? '');
        assert.deepEqual(parked, ['sim']);
        assert.deepEqual((await attention(town)).items, []);
        assert.deepEqual(problemsOf(town), []);
        await pass(118);
        assert.equal((await town.ask('quota/list', {})).length, 1);
        assert.equal(await went().then((times) => times.length), 0);
        await pass(10);
        const isBegun = remedy === 'restart';
        assert.deepEqual(
          [agent.polecat.state, (await went()).length, (await attention(town)).items.length],
          isBegun ? ['working', 1, 0] : ['rate-limited', 0, 1],
        );
        assert.deepEqual(problemsOf(town), []);
      });

  test('is a person’s where it could not be begun five times', async (t) => {
    const { town, pass, went } = await limited(t, 'restart');
    const agent = await town.worker();
    await ends(agent);
    town.host.fate = 'refuses';
    await pass(20 * 60);
    assert.equal((await went()).length, 5);
    assert.equal(agent.polecat.state, 'rate-limited');
    assert.match((await attention(town)).items[0] ?? '', /gt session run backend/);
  });

  test('stays where it is while its rig is parked, and where a person stopped it', async (t) => {
    const { town, pass, went } = await limited(t, 'restart');
    const [agent, other] = [await town.worker(), await town.worker('Cache work')];
    await ends(agent);
    await ends(other);
    await town.ask('session/stop', { session: other.polecat.session ?? '' });
    assert.equal(other.polecat.state, 'interrupted');
    await town.ask('rig/move', { rigs: ['backend'], move: 'park' });
    await pass(120);
    assert.deepEqual(await went(), []);
    await town.ask('rig/move', { rigs: ['backend'], move: 'unpark' });
    await pass(5);
    assert.deepEqual([agent.polecat.state, other.polecat.state], ['working', 'interrupted']);
    assert.deepEqual(problemsOf(town), []);
  });

  test('goes on after a restart of the town server across the reset, once', async (t) => {
    const { town, clock, pass, went } = await limited(t, 'restart');
    const agent = await town.worker();
    await ends(agent);
    clock.suspend(3 * 60 * minute);
    await town.reopen({ now: clock.date, sleep: clock.sleep });
    await pass(1);
    assert.deepEqual([agent.polecat.state, (await went()).length], ['working', 1]);
    await pass(50);
    assert.equal((await went()).length, 1);
  });

  test('does not go on while its runtime is parked for longer', async (t) => {
    const { town, pass, went } = await limited(t, 'restart');
    const agent = await town.worker();
    await ends(agent);
    await town.ask('quota/park', { runtime: 'sim', until: '10:00' });
    await pass(119);
    assert.deepEqual(await went(), []);
    await pass(2);
    assert.deepEqual([await went(), agent.polecat.state], [[120], 'working']);
  });
});

test('a person who clears the quota has those that wait for it go on now', async (t) => {
  const { town, pass, went } = await limited(t, 'restart');
  const agent = await town.worker();
  await ends(agent, ', try again in 120 minutes');
  await pass(30);
  await town.ask('quota/clear', { runtime: 'sim' });
  await town.settle();
  await pass(1);
  assert.deepEqual([await went(), agent.polecat.state], [[30], 'working']);
  assert.deepEqual(await town.ask('quota/list', {}), []);
  assert.deepEqual(problemsOf(town), []);
});

test('one that crashed long after it spoke of a limit waits for none: it is begun again, and its try counts', async (t) => {
  const { town, pass } = await limited(t, 'restart');
  const agent = await town.worker();
  const { session } = agent.polecat;
  const wrote = Array.from({ length: 900 }, (_, at) => `wrote file ${at}`);
  town.host.output.set(logOf(agent), [...words(in20), ...wrote, 'Segmentation fault']);
  await agent.exit({ end: 'failed', code: 139 });
  await town.settle();
  await pass(1);
  assert.deepEqual([agent.polecat.state, town.view.get('tries', agent.bead)?.failures], ['working', 1]);
  assert.notEqual(agent.polecat.session, session);
  assert.deepEqual(await town.ask('quota/list', {}), []);
});

test('a quota is back before its time only when its polecat calls again, not when a process was started', async (t) => {
  const { town, pass } = await limited(t, 'restart');
  const agent = await town.worker();
  await ends(agent, ', try again in 120 minutes');
  await pass(5);
  await town.ask('session/run', { agent: agent.id });
  await pass(5);
  assert.equal(agent.polecat.state, 'working');
  await town.ask('session/event', { event: 'prompt' }, agent.caller);
  await pass(1);
  assert.deepEqual(
    (await town.ask('quota/list', {})).map(({ id, until }) => [id, until]),
    [['sim', '2026-11-26T10:00:00.000Z']],
  );
  await town.ask('bead/get', { bead: agent.bead }, agent.caller);
  await town.settle();
  assert.deepEqual(await town.ask('quota/list', {}), []);
  assert.deepEqual(problemsOf(town), []);
});

test('many go on one after the other, at the spawn rate', async (t) => {
  const { town, pass, went } = await limited(t, 'restart');
  await town.ask('town/configure', { key: 'scheduler.spawn_delay', words: ['60s'] });
  await town.ask('town/configure', { key: 'scheduler.batch_size', words: ['2'] });
  const agents: Agent[] = [];
  for (const what of ['Auth', 'Cache', 'Docs', 'Login', 'Search'])
    agents.push(await town.worker(`${what} work`));
  for (const agent of agents) await ends(agent);
  await pass(30);
  assert.deepEqual(
    (await went()).map((at) => at - 20),
    [0, 0.5, 1, 1.5, 2],
  );
  assert.ok(agents.every(({ polecat }) => polecat.state === 'working'));
});

describe('a polecat whose process waits at a limit', () => {
  test('is told once that it is over; where it says nothing then, a person is', async (t) => {
    const { town, clock, pass, went } = await limited(t, 'restart', '2m');
    const agent = await town.worker();
    const { session } = agent.polecat;
    waits(agent, clock);
    await pass(10);
    assert.deepEqual([agent.polecat.state, episodeOf(agent)?.verdict], ['rate-limited', 'rate-limited']);
    await pass(11);
    const nudges = await town.ask('nudge/list', { agent: agent.id });
    assert.equal(nudges.length, 1);
    assert.match(nudges[0]?.text ?? '', /your limit was reset\. Go on with be-/);
    assert.deepEqual((await attention(town)).items, []);
    await pass(60);
    assert.deepEqual([await went(), agent.polecat.session], [[20], session]);
    assert.match((await attention(town)).items[0] ?? '', /gt session attach backend/);
    await town.ask('bead/get', { bead: agent.bead }, agent.caller);
    await town.settle();
    assert.deepEqual([agent.polecat.state, (await attention(town)).items], ['working', []]);
    assert.deepEqual(problemsOf(town), []);
  });

  test('is told again after the next limit, and not while it is muted', async (t) => {
    const { town, clock, pass, went } = await limited(t, 'nudge', '2m');
    const agent = await town.worker();
    waits(agent, clock);
    await pass(21);
    assert.deepEqual(await went(), [20]);
    waits(agent, clock, ', try again in 60 minutes');
    await pass(70);
    assert.deepEqual(await went(), [20, 81]);
    waits(agent, clock, ', try again in 60 minutes');
    await town.ask('notify/set', { agent: agent.id, level: 'muted' });
    await pass(90);
    assert.equal((await went()).length, 2);
    assert.equal((await attention(town)).items.length, 1);
  });
});
