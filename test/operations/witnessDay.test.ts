import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { WitnessRule } from '../../server/domain/episode.ts';
import type { AgentId, Timestamp } from '../../server/domain/ids.ts';
import { verdictOn } from '../../server/operations/evidence.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { type Random, randomOf } from '../support/random.ts';
import { tempFolder } from '../support/repository.ts';
import { type Act, runtimeOf, WatchedTown } from './watchedTown.ts';

const minute = 60_000;
/** From eight to six, with an hour of sleep at noon. */
const dayMinutes = 9 * 60;
const noon = 4 * 60;
const lunchMs = 60 * minute;
const crowd = 500;

/** Minutes of being awake since the morning, what happens, to whom. */
interface Moment {
  readonly minute: number;
  readonly agent: AgentId;
  readonly act: Act;
}

interface Fault {
  readonly what: string;
  readonly rule: WitnessRule;
  readonly acts: readonly Act[];
  /** Within so many minutes it is to be found. */
  readonly bar: number;
}

const quota = {
  verdict: 'quota',
  evidence: 'You have hit your limit',
  advice: 'The plan is used up until its reset.',
  resets: '3pm',
  resetsAt: '2026-11-26T15:00:00.000Z' as Timestamp,
} as const;

const says = (verdict: 'context-limit' | 'sign-in' | 'missing-tool'): Act => ({
  complains: { verdict, evidence: verdict, advice: 'Do something.' },
});

/** What a runtime says counts after two minutes, and a log is read every five; silence is found when its bar is over. */
const faults: readonly Fault[] = [
  { what: 'a dead launcher', rule: 'launcher-lost', acts: ['launcher-lost'], bar: 0 },
  { what: 'a full context', rule: 'context-limit', acts: [says('context-limit')], bar: 7 },
  { what: 'a quota with its reset', rule: 'quota', acts: [{ complains: quota }], bar: 7 },
  { what: 'no sign-in', rule: 'sign-in', acts: [says('sign-in')], bar: 7 },
  { what: 'a missing tool', rule: 'missing-tool', acts: [says('missing-tool')], bar: 7 },
  { what: 'a silent hang', rule: 'silent', acts: [], bar: 16 },
  { what: 'a session that goes on after done', rule: 'done-but-running', acts: ['done'], bar: 2 },
];

interface Planted extends Fault {
  readonly agent: AgentId;
  readonly minute: number;
}

/** What everybody does, and what goes wrong: the same in every run. */
function script(polecats: readonly AgentId[]): {
  readonly moments: ReadonlyMap<number, Moment[]>;
  readonly planted: readonly Planted[];
  readonly askers: readonly AgentId[];
} {
  const chance = randomOf(7);
  // One of each kind in the morning, one about the sleep, one in the afternoon.
  const planted = polecats.slice(0, 3 * 28).flatMap((agent, index) => {
    const fault = index % 4 === 0 ? faults[(index / 4) % faults.length] : undefined;
    return fault ? [{ ...fault, agent, minute: 60 + Math.floor(index / 28) * 150 + chance.below(60) }] : [];
  });
  const broken = new Map(planted.map((fault) => [fault.agent, fault]));
  const all = polecats.flatMap((agent, index) => dayOf(agent, index, broken.get(agent), chance));
  return {
    moments: byMinute(all),
    planted,
    askers: polecats.filter((agent, index) => index % 10 === 6 && !broken.has(agent)),
  };
}

function byMinute(moments: readonly Moment[]): ReadonlyMap<number, Moment[]> {
  const grouped = new Map<number, Moment[]>();
  for (const moment of moments) {
    const same = grouped.get(moment.minute);
    if (same) same.push(moment);
    else grouped.set(moment.minute, [moment]);
  }
  return grouped;
}

/** Long thoughts, nearly as long as the bar, between signs of all kinds; some ask, and are answered, some are done early. */
function dayOf(agent: AgentId, index: number, fault: Planted | undefined, chance: Random): readonly Moment[] {
  const longest = runtimeOf(index) === 'sim' ? 42 : 13;
  const kinds: readonly Act[] =
    fault?.rule === 'missing-tool'
      ? ['lifecycle']
      : ['call', 'lifecycle', 'commit', 'file', 'output', 'output'];
  const until = fault?.minute ?? dayMinutes;
  const day: Moment[] = [];
  for (let at = 1 + chance.below(4); at < until; at += 1 + chance.below(longest))
    day.push({ minute: at, agent, act: chance.pick(kinds) });
  const moment = (at: number, act: Act): Moment => ({ minute: at, agent, act });
  if (fault) return [...day, moment(until, 'lifecycle'), ...fault.acts.map((act) => moment(until, act))];
  if (index % 10 === 6) return [...day, moment(100, 'ask'), moment(190, 'answer')];
  return index % 10 === 8 ? [...day, moment(500, 'done'), moment(500, 'end')] : day;
}

/** When each was raised, by agent and rule; in minutes of being awake. */
async function raisedIn(town: WatchedTown): Promise<Map<string, Timestamp[]>> {
  const raised = new Map<string, Timestamp[]>();
  for await (const { verb, at, changes } of town.store.read(1)) {
    if (verb !== 'witness/raise') continue;
    for (const [collection, id, record] of changes) {
      if (collection !== 'episodes' || !record) continue;
      const key = `${id} ${record.rule}`;
      raised.set(key, [...(raised.get(key) ?? []), at]);
    }
  }
  return raised;
}

test('500 polecats over a working day: no false alarm, every fault found within its bar, each raised once', async (t) => {
  const clock = new FakeClock();
  const start = clock.date().getTime();
  const town = await WatchedTown.open(tempFolder(t), clock, crowd);
  t.after(() => town.store.close());
  const { moments, planted, askers } = script(town.polecats);
  const awakeMinute = (time: Timestamp): number => {
    const ms = Date.parse(time) - start;
    return (ms > noon * minute ? Math.max(noon * minute, ms - lunchMs) : ms) / minute;
  };
  /** After a sleep everybody is given time anew. */
  const from = (at: number, bar: number): number => (at <= noon && noon < at + bar ? noon : at);
  for (let at = 1; at <= dayMinutes; at += 1) {
    await clock.pass(minute, town.settle);
    const now = moments.get(at) ?? [];
    // Whoever is done, or ended, or broken, does nothing more.
    if (now.length > 0) await town.play(now.filter(stillWorks(town)).map(({ agent, act }) => [agent, act]));
    if (at === noon) clock.suspend(lunchMs);
  }
  const raised = await raisedIn(town);
  const expected = new Set([
    ...planted.map(({ agent, rule }) => `${agent} ${rule}`),
    ...askers.map((agent) => `${agent} asked`),
  ]);
  assert.deepEqual(
    [...raised.keys()].filter((key) => !expected.has(key)),
    [],
    'false alarms',
  );
  for (const { what, rule, agent, minute: at, bar } of planted) {
    const [first, ...more] = raised.get(`${agent} ${rule}`) ?? [];
    assert.ok(first !== undefined, `${what} of ${agent} at ${at} was not found`);
    assert.equal(more.length, 0, `${what} of ${agent} was raised ${more.length + 1} times`);
    const late = awakeMinute(first) - from(at, bar);
    assert.ok(late >= 0 && late <= bar, `${what} of ${agent} at ${at} was found after ${late} minutes`);
    assert.equal(town.episode(agent)?.until, rule === 'quota' ? quota.resetsAt : undefined);
  }
  assert.deepEqual(
    askers.filter((agent) => town.episode(agent) !== undefined),
    [],
    'whoever was answered works again',
  );
  assert.equal(planted.length, 21);
  countLooks(t, town);
  measure(t, town);
});

const stillWorks =
  (town: WatchedTown) =>
  ({ agent, act }: Moment): boolean => {
    const polecat = town.store.view.get('agents', agent);
    if (polecat?.state === 'done') return act === 'end';
    return polecat?.state !== 'interrupted' && (polecat?.state !== 'needs-you' || act === 'answer');
  };

/** Looking costs: whoever is heard of is not looked at, and a worktree is looked at only when its polecat would count as stalled. */
function countLooks(t: TestContext, { looked: { logs, worktrees } }: WatchedTown): void {
  const hours = dayMinutes / 60;
  const each = (looks: number): number => looks / crowd / hours;
  t.diagnostic(
    `of each polecat in an hour ${each(logs).toFixed(1)} looks at its log, ${each(worktrees).toFixed(1)} at its worktree`,
  );
  assert.ok(each(logs) < 20, `${logs} looks at logs`);
  assert.ok(each(worktrees) < 5, `${worktrees} looks at worktrees`);
}

/** A figure to read, which fails on no slow machine. */
function measure(t: TestContext, town: WatchedTown): void {
  const { view } = town.store;
  const now = town.clock.now();
  const rounds = 20;
  const timed = (work: () => void): number => {
    let best = Infinity;
    for (let round = 0; round < rounds; round += 1) {
      const began = performance.now();
      work();
      best = Math.min(best, performance.now() - began);
    }
    return best;
  };
  let judged = 0;
  const patrol = timed(() => {
    for (const polecat of view.all('agents')) if (verdictOn(view, polecat, town.memory, now)) judged += 1;
  });
  const loop = timed(() => {
    for (const polecat of view.all('agents')) if (polecat.bead === undefined) judged += 1;
  });
  assert.ok(judged > 0);
  t.diagnostic(
    `a patrol over ${crowd} polecats: ${patrol.toFixed(2)} ms; an empty loop: ${loop.toFixed(3)} ms`,
  );
}
