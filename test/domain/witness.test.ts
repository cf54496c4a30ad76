import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { VerdictKind, WitnessRule } from '../../server/domain/episode.ts';
import type { Timestamp } from '../../server/domain/ids.ts';
import type { SessionFailure } from '../../server/domain/session.ts';
import type { Verdict } from '../../server/domain/verdict.ts';
import { judge, type Evidence } from '../../server/domain/witness.ts';
import { time } from './support.ts';

const bars = { stallAfterMs: 15 * 60_000 };

/** So many minutes before the moment at which all is judged. */
const ago = (minutes: number): Timestamp => time(-minutes);
const now = time(0);

type Given = Omit<Partial<Evidence>, 'session'> & { readonly session?: Partial<Evidence['session']> };

function evidence({ session, ...more }: Given = {}): Evidence {
  return {
    state: 'working',
    stateAt: ago(60),
    isPerson: false,
    reports: true,
    program: 'alive',
    launcher: 'connected',
    seen: {},
    atRest: false,
    ...more,
    session: { state: 'running', createdAt: ago(61), startedAt: ago(60), ...session },
  };
}

function failure(verdict: Verdict, more: Partial<SessionFailure> = {}): SessionFailure {
  return { verdict, evidence: `it says ${verdict}`, advice: 'Do something.', ...more };
}

const complaint = (
  verdict: Verdict,
  more: Partial<SessionFailure> = {},
): NonNullable<Evidence['complaint']> => ({
  failure: failure(verdict, more),
  sure: true,
});

interface Row {
  readonly what: string;
  readonly given: Given;
  readonly rule: WitnessRule | 'nothing';
  readonly kind?: VerdictKind;
  readonly says?: RegExp;
  readonly until?: Timestamp;
}

const rows: readonly Row[] = [
  {
    what: 'called a moment ago',
    given: { seen: { call: ago(2) } },
    rule: 'fresh',
    says: /called gt 2 min ago/,
  },
  { what: 'silent up to the bar', given: { seen: { call: ago(14) } }, rule: 'fresh' },
  {
    what: 'silent over the bar',
    given: { seen: { call: ago(16), commit: ago(20), file: ago(17), output: ago(30) } },
    rule: 'silent',
    kind: 'stalled',
    says: /^No call of gt, commit, changed file or output for 16 min\.$/,
  },
  {
    what: 'silent in all but a file that changed',
    given: { seen: { call: ago(50), commit: ago(40), file: ago(3) } },
    rule: 'fresh',
    says: /A file changed 3 min ago/,
  },
  { what: 'silent in all but its output', given: { seen: { call: ago(50), output: ago(1) } }, rule: 'fresh' },
  { what: 'silent in all but a commit', given: { seen: { call: ago(50), commit: ago(9) } }, rule: 'fresh' },
  {
    what: 'silent since its start',
    given: {},
    rule: 'silent',
    kind: 'stalled',
    says: /Nothing was heard of it for 1 h\./,
  },
  {
    what: 'silent, and its runtime tells nothing of itself: within three times the bar',
    given: { reports: false, seen: { call: ago(44) } },
    rule: 'fresh',
  },
  {
    what: 'silent for longer than three times the bar',
    given: { reports: false, seen: { call: ago(46) } },
    rule: 'silent',
    kind: 'stalled',
    says: /tells nothing of itself/,
  },
  {
    what: 'a person, who thinks for hours',
    given: { isPerson: true, seen: { call: ago(600) } },
    rule: 'a-person',
  },
  {
    what: 'a person who asked',
    given: { isPerson: true, state: 'needs-you', reason: 'Which one?' },
    rule: 'asked',
    kind: 'needs-you',
    says: /^Which one\?$/,
  },
  { what: 'asked, and waits for hours', given: { state: 'needs-you' }, rule: 'asked', kind: 'needs-you' },
  {
    what: 'at rest for a while',
    given: { atRest: true, seen: { lifecycle: ago(5) } },
    rule: 'fresh',
  },
  {
    what: 'at rest for long',
    given: { atRest: true, seen: { lifecycle: ago(20) } },
    rule: 'at-rest',
    kind: 'needs-you',
    says: /stopped its turn without gt done.* 20 min/,
  },
  {
    what: 'starting',
    given: { state: 'spawning', session: { state: 'starting', createdAt: ago(4), startedAt: ago(4) } },
    rule: 'starting',
  },
  {
    what: 'starting for longer than a start takes',
    given: { state: 'spawning', session: { createdAt: ago(20), startedAt: ago(20) } },
    rule: 'silent',
    kind: 'stalled',
  },
  {
    what: 'asleep over lunch: the town has just woken',
    given: { seen: { call: ago(90) }, awakeSince: ago(1) },
    rule: 'woken',
    says: /The town woke 1 min ago/,
  },
  { what: 'done', given: { state: 'done', session: { state: 'ended', end: 'done' } }, rule: 'nothing' },
  { what: 'done a moment ago', given: { state: 'done', stateAt: ago(0.5) }, rule: 'finishing' },
  {
    what: 'done before a sleep',
    given: { state: 'done', stateAt: ago(50), awakeSince: ago(0.5) },
    rule: 'finishing',
  },
  {
    what: 'done, and alive',
    given: { state: 'done', stateAt: ago(2), seen: { output: ago(0) } },
    rule: 'done-but-running',
    kind: 'stuck-in-done',
    says: /gt done 2 min ago, and its session still runs/,
  },
  {
    what: 'alive, with its bead closed',
    given: { beadLeft: { at: ago(3), how: 'be-a is closed' }, seen: { call: ago(0) } },
    rule: 'bead-closed',
    kind: 'stuck-in-done',
    says: /be-a is closed, and its session still runs/,
  },
  {
    what: 'its bead closed a moment ago',
    given: { beadLeft: { at: ago(0.2), how: 'be-a is closed' } },
    rule: 'finishing',
  },
  {
    what: 'its process gone, and heard of a moment ago',
    given: { program: 'gone', seen: { call: ago(0.5) } },
    rule: 'fresh',
  },
  {
    what: 'its process gone',
    given: { program: 'gone', seen: { call: ago(2) } },
    rule: 'process-gone',
    kind: 'failed',
  },
  {
    what: 'at its rate limit, retrying',
    given: { complaint: complaint('rate-limit'), seen: { call: ago(3), output: ago(0) } },
    rule: 'rate-limit',
    kind: 'rate-limited',
  },
  {
    what: 'at its rate limit, and calling all the same',
    given: { complaint: complaint('rate-limit'), seen: { call: ago(1), output: ago(0) } },
    rule: 'fresh',
  },
  {
    what: 'out of its quota, with a reset',
    given: {
      complaint: complaint('quota', { resets: 'at 3pm', resetsAt: time(180) }),
      seen: { call: ago(3) },
    },
    rule: 'quota',
    kind: 'rate-limited',
    until: time(180),
    says: /it says quota\. It resets at 3pm\./,
  },
  {
    what: 'out of its quota for good',
    given: { complaint: complaint('quota'), seen: { call: ago(3) } },
    rule: 'quota',
    kind: 'needs-you',
  },
  {
    what: 'not signed in',
    given: { complaint: complaint('sign-in'), seen: { call: ago(3) } },
    rule: 'sign-in',
    kind: 'needs-you',
  },
  {
    what: 'with its context full',
    given: { complaint: complaint('context-limit'), seen: { call: ago(3) } },
    rule: 'context-limit',
    kind: 'stalled',
  },
  {
    what: 'without its tools',
    given: { complaint: complaint('missing-tool'), seen: { lifecycle: ago(3) } },
    rule: 'missing-tool',
    kind: 'stalled',
  },
  {
    what: 'talking of rate limits, in plain text',
    given: {
      complaint: { failure: failure('rate-limit'), sure: false },
      seen: { call: ago(5), output: ago(0) },
    },
    rule: 'fresh',
  },
  {
    what: 'with a failure that was recorded when it ended',
    given: {
      state: 'failed',
      reason: 'Claude exited with code 1.',
      session: { state: 'ended', end: 'failed', failure: failure('sign-in') },
    },
    rule: 'sign-in',
    kind: 'failed',
    says: /^Claude exited with code 1\.$/,
  },
  {
    what: 'ended at a limit that passes',
    given: {
      state: 'rate-limited',
      session: {
        state: 'ended',
        end: 'failed',
        failure: failure('quota', { resets: 'x', resetsAt: time(9) }),
      },
    },
    rule: 'quota',
    kind: 'rate-limited',
    until: time(9),
  },
  {
    what: 'ended without done',
    given: { state: 'failed', session: { state: 'ended', end: 'failed' } },
    rule: 'exit-without-done',
    kind: 'failed',
  },
  {
    what: 'with its launcher gone',
    given: { state: 'interrupted', session: { state: 'ended', end: 'interrupted' } },
    rule: 'launcher-lost',
    kind: 'failed',
  },
  {
    what: 'stopped by a person',
    given: { state: 'interrupted', session: { state: 'ended', end: 'stopped' } },
    rule: 'nothing',
  },
  {
    what: 'put off by itself',
    given: { state: 'interrupted', session: { state: 'ended', end: 'failed' } },
    rule: 'nothing',
  },
  {
    what: 'ended, with its bead closed meanwhile',
    given: {
      state: 'failed',
      session: { state: 'ended', end: 'failed' },
      beadLeft: { at: ago(3), how: 'x' },
    },
    rule: 'nothing',
  },
  {
    what: 'ended after it asked',
    given: { state: 'needs-you', session: { state: 'ended', end: 'failed' } },
    rule: 'asked',
    kind: 'needs-you',
  },
];

describe('a polecat', () => {
  for (const { what, given, rule, kind = 'working', says, until } of rows) {
    test(`${what}: ${rule}`, () => {
      const verdict = judge(evidence(given), bars, now);
      const expected = rule === 'nothing' ? [undefined, undefined, undefined] : [kind, rule, until];
      assert.deepEqual([verdict?.kind, verdict?.rule, verdict?.until], expected);
      if (says) assert.match(verdict?.reason ?? '', says);
      assert.ok(verdict?.again === undefined || verdict.again > now, 'it is not to be looked at in the past');
    });
  }

  test('every verdict shows its signals, with their ages', () => {
    const verdict = judge(evidence({ seen: { call: ago(16), file: ago(20) } }), bars, now);
    assert.deepEqual(
      verdict?.signals.map(({ name, value, ageMs }) => [name, value ?? (ageMs ?? 0) / 60_000]),
      [
        ['process', 'alive'],
        ['launcher', 'connected'],
        ['call', 16],
        ['file', 20],
        ['start', 60],
      ],
    );
  });

  test('is looked at again when its bar is reached, and is judged another then', () => {
    const given = evidence({ seen: { call: ago(4) } });
    const first = judge(given, bars, now);
    assert.equal(first?.again, time(11));
    assert.equal(judge(given, bars, time(11))?.rule, 'silent');
  });
});

/** From what needs nothing to what needs most. */
const order: readonly VerdictKind[] = [
  'working',
  'rate-limited',
  'needs-you',
  'stalled',
  'stuck-in-done',
  'failed',
];
const rank = (given: Evidence): number => order.indexOf(judge(given, bars, now)?.kind ?? 'working');

test('fresher evidence never makes a verdict worse', () => {
  const signals = ['call', 'lifecycle', 'commit', 'file', 'output'] as const;
  const minutes = fc.integer({ min: 0, max: 120 });
  const seen = fc.dictionary(fc.constantFrom(...signals), minutes);
  const state = fc.constantFrom(...(['spawning', 'working', 'needs-you', 'stalled', 'done'] as const));
  const verdicts = ['rate-limit', 'quota', 'sign-in', 'context-limit', 'missing-tool'] as const;
  const said = fc.option(fc.record({ verdict: fc.constantFrom(...verdicts), sure: fc.boolean() }), {
    nil: undefined,
  });
  const given = fc.record({
    state,
    stateAt: minutes,
    seen,
    reports: fc.boolean(),
    isPerson: fc.boolean(),
    atRest: fc.boolean(),
    gone: fc.boolean(),
    said,
  });
  fc.assert(
    fc.property(given, fc.constantFrom(...signals, 'town' as const), minutes, (base, signal, fresher) => {
      const times = Object.fromEntries(Object.entries(base.seen).map(([name, age]) => [name, ago(age)]));
      const one = evidence({
        state: base.state,
        stateAt: ago(base.stateAt),
        seen: times,
        reports: base.reports,
        isPerson: base.isPerson,
        atRest: base.atRest,
        program: base.gone ? 'gone' : 'alive',
        ...(base.said ? { complaint: { failure: failure(base.said.verdict), sure: base.said.sure } } : {}),
      });
      const age = Math.min(fresher, base.seen[signal as 'call'] ?? fresher);
      const other: Evidence =
        signal === 'town'
          ? { ...one, awakeSince: ago(age) }
          : { ...one, seen: { ...one.seen, [signal]: ago(age) } };
      assert.ok(rank(other) <= rank(one), JSON.stringify([one, other]));
    }),
    { numRuns: 2000 },
  );
});
