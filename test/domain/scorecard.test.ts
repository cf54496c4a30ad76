import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { JournalEntry } from '../../server/domain/journal.ts';
import type { Change } from '../../server/domain/records.ts';
import { Scorecard, type ScoreRow } from '../../server/domain/scorecard.ts';

type Agent = { bead?: string; rig: string; runtime: string } | null;
type Step =
  | { kind: 'agent'; id: string; record: Agent }
  | { kind: 'request'; id: string; bead: string; agent: string; state: string }
  | { kind: 'session'; id: string; agent: string; runtime: string; verdict?: string }
  | { kind: 'close'; bead: string; assignee: string };

const ids = ['backend/nux', 'backend/slit', 'frontend/ace'] as const;
const agent = fc.constantFrom(...ids);
const beadId = fc.constantFrom('be-a', 'be-b', 'be-c');
const runtime = fc.constantFrom('codex', 'gemini');

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('agent' as const),
    id: agent,
    record: fc.option(fc.record({ bead: beadId, rig: fc.constantFrom('backend', 'frontend'), runtime })),
  }),
  fc.record({
    kind: fc.constant('request' as const),
    id: fc.constantFrom('mr-1', 'mr-2', 'mr-3'),
    bead: beadId,
    agent,
    state: fc.constantFrom('submitted', 'merged', 'verified', 'conflict', 'rejected', 'lost'),
  }),
  fc.record({
    kind: fc.constant('session' as const),
    id: fc.constantFrom('s-1', 's-2', 's-3', 's-4'),
    agent,
    runtime,
    verdict: fc.constantFrom('quota', 'context-limit'),
  }),
  fc.record({ kind: fc.constant('close' as const), bead: beadId, assignee: agent }),
);

const changes: { readonly [K in Step['kind']]: (one: Extract<Step, { kind: K }>) => unknown } = {
  agent: ({ id, record }) => ['agents', id, record && { id, ...record }],
  request: (one) => ['mergeRequests', one.id, one],
  session: (one) => ['sessions', one.id, { ...one, state: 'ended', failure: { verdict: one.verdict } }],
  close: ({ bead, assignee }) => [
    'beads',
    bead,
    { id: bead, type: typeOf(bead), status: 'closed', assignee },
  ],
};

const changeOf = (one: Step): Change => (changes[one.kind] as (one: Step) => unknown)(one) as Change;

const typeOf = (bead: string): string => (bead === 'be-a' ? 'bug' : 'task');
const start = Date.parse('2026-05-01T10:00:00.000Z');
const timeOf = (at: number): string => new Date(start + at * 60_000).toISOString();

function scored(steps: readonly Step[], filter = {}): readonly ScoreRow[] {
  const card = new Scorecard();
  const typed = ['be-a', 'be-b', 'be-c'].map((id) => ['beads', id, { id, type: typeOf(id), status: 'open' }]);
  const entries = [typed, ...steps.map((one) => [changeOf(one)])];
  for (const [at, all] of entries.entries())
    card.take({ seq: at + 1, at: timeOf(at), by: 'x', verb: 'y', changes: all } as unknown as JournalEntry);
  return card.rows(filter);
}

/** Each attempt looked at by itself, over all that ever happened. */
function recounted(steps: readonly Step[]) {
  const differs = (a: Agent | undefined, b: Agent): boolean =>
    !a || !b || a.bead !== b.bead || a.runtime !== b.runtime;
  const agentSteps = (id: string) =>
    steps.flatMap((one, at) => (one.kind === 'agent' && one.id === id ? [{ at, record: one.record }] : []));
  const attempts = ids.flatMap((id) => {
    const own = agentSteps(id);
    return own.flatMap(({ at, record }, index) => {
      if (!record || !differs(own[index - 1]?.record, record)) return [];
      const end = own.slice(index + 1).find((later) => differs(record, later.record))?.at ?? Infinity;
      return [{ id, at, record, end }];
    });
  });
  return attempts.map((attempt) => {
    const { id, at, record } = attempt;
    const bead = record.bead ?? '';
    const next = attempts.find((other) => other.id === id && other.record.bead === bead && other.at > at);
    return {
      runtime: record.runtime,
      type: typeOf(bead),
      rig: record.rig,
      at,
      failures: failuresOf(steps, attempt),
      ...outcomeOf(steps, attempt, next?.at ?? Infinity),
    };
  });
}

interface Counted {
  readonly id: string;
  readonly at: number;
  readonly end: number;
  readonly record: NonNullable<Agent>;
}

function failuresOf(steps: readonly Step[], { id, at, end, record }: Counted): string[] {
  return steps.flatMap((one, p) => {
    if (one.kind !== 'session' || p <= at || p >= end) return [];
    const isSecond = steps.slice(0, p).some((each) => each.kind === 'session' && each.id === one.id);
    return !isSecond && one.agent === id && one.runtime === record.runtime ? [one.verdict ?? ''] : [];
  });
}

/** How the attempt stands after the steps between its begin and the next of its kind. */
function outcomeOf(steps: readonly Step[], { id, at, end, record }: Counted, until: number) {
  let outcome = 'open';
  let reworks = 0;
  for (const p of steps.keys()) {
    if (p === end && outcome === 'open') outcome = 'failed';
    const word = p > at && p < until ? wordOf(steps, p, `${record.bead} ${id}`) : '';
    if (word === 'again') reworks += 1;
    const next: Record<string, string> = {
      again: outcome !== 'failed' && p < end ? 'open' : 'failed',
      verified: reworks > 0 ? 'reworked' : 'first',
      closed: outcome === 'open' ? 'without-code' : outcome,
    };
    outcome = next[word] ?? outcome;
  }
  return { outcome, reworks };
}

function wordOf(steps: readonly Step[], p: number, whose: string): string {
  const one = steps[p];
  if (one?.kind === 'close') return `${one.bead} ${one.assignee}` === whose ? 'closed' : '';
  if (one?.kind !== 'request' || `${one.bead} ${one.agent}` !== whose) return '';
  const before = steps.slice(0, p).filter((each) => each.kind === 'request' && each.id === one.id);
  const last = before.at(-1);
  if (last?.kind === 'request' && last.state === one.state) return '';
  return ['conflict', 'rejected', 'lost'].includes(one.state) ? 'again' : one.state;
}

test('the scorecard is what a recount of every attempt gives', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const attempts = recounted(steps);
      for (const row of scored(steps)) {
        const own = attempts.filter(({ runtime: name, type }) => name === row.runtime && type === row.type);
        const count = (outcome: string): number => own.filter((each) => each.outcome === outcome).length;
        assert.deepEqual(
          [row.landedFirst, row.landedReworked, row.failed, row.withoutCode, row.open],
          ['first', 'reworked', 'failed', 'without-code', 'open'].map(count),
        );
        assert.equal(
          row.reworks,
          own.reduce((sum, { reworks }) => sum + reworks, 0),
        );
        assert.equal(row.samples, row.landedFirst + row.landedReworked + row.failed);
        const kinds = Object.entries(row.failures).flatMap(([kind, times]) =>
          Array<string>(times).fill(kind),
        );
        assert.deepEqual(kinds.toSorted(), own.flatMap(({ failures }) => failures).toSorted());
        assert.equal(row.firstRate === undefined, row.samples < 5);
      }
      assert.equal(
        scored(steps).reduce((sum, row) => sum + row.samples + row.open + row.withoutCode, 0),
        attempts.length,
      );
      const late = timeOf(20);
      assert.equal(
        scored(steps, { since: late, rig: 'backend' }).reduce(
          (sum, row) => sum + row.samples + row.open + row.withoutCode,
          0,
        ),
        attempts.filter(({ rig, at }) => rig === 'backend' && timeOf(at + 1) >= late).length,
      );
    }),
    { numRuns: 300 },
  );
});

test('a rate is of five at least, and the median of what landed', () => {
  const land = (at: number): Step[] => [
    { kind: 'agent', id: 'backend/nux', record: { bead: 'be-b', rig: 'backend', runtime: 'codex' } },
    ...Array.from({ length: at }, (): Step => ({ kind: 'close', bead: 'be-c', assignee: 'backend/slit' })),
    { kind: 'request', id: `mr-${at}`, bead: 'be-b', agent: 'backend/nux', state: 'verified' },
    { kind: 'agent', id: 'backend/nux', record: null },
  ];
  const [four] = scored([1, 2, 3, 10].flatMap(land));
  assert.deepEqual([four?.samples, four?.firstRate, four?.medianMs], [4, undefined, 3.5 * 60_000]);
  const [five] = scored([1, 2, 3, 10, 4].flatMap(land));
  assert.deepEqual([five?.samples, five?.firstRate, five?.medianMs], [5, 1, 4 * 60_000]);
});
