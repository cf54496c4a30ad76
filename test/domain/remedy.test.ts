import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Episode, RemedyKind } from '../../server/domain/episode.ts';
import { noteLife, noteVerdict } from '../../server/domain/episodes.ts';
import { nextRemedy, type RemedyFacts } from '../../server/domain/remedy.ts';
import type { RemedyCeiling } from '../../server/domain/rig.ts';
import type { Session } from '../../server/domain/session.ts';
import type { WitnessSettings } from '../../server/domain/witnessSettings.ts';
import { agentId, beadId, given, polecat, rigName, time } from './support.ts';

const now = time(0);

function settings(remedy: RemedyCeiling, more: Partial<WitnessSettings> = {}): WitnessSettings {
  return { stallAfterMs: 900_000, maxNudges: 2, pushOnCrash: true, remedy, ...more };
}

function episode(fields: Partial<Episode> = {}): Episode {
  return {
    id: agentId('backend/nux'),
    rig: rigName('backend'),
    session: 's-1' as Session['id'],
    bead: beadId('be-a'),
    verdict: 'stalled',
    rule: 'silent',
    reason: 'It is silent.',
    since: time(-60),
    evidence: [],
    remedies: [],
    ...fields,
  };
}

/** Tried, so many minutes ago. */
const tried = (...all: readonly (readonly [RemedyKind, number])[]): Pick<Episode, 'remedies'> => ({
  remedies: all.map(([kind, minutes]) => ({ kind, at: time(-minutes) })),
});

interface Row {
  readonly what: string;
  readonly fields?: Partial<Episode>;
  readonly facts?: Partial<Omit<RemedyFacts, 'episode'>>;
  /** What comes of each ceiling: none, nudge, restart, escalate. */
  readonly steps: readonly [string, string, string, string];
  readonly limit?: number;
}

const failed = { verdict: 'failed', rule: 'exit-without-done' } as const;
const gone = { isGone: true } as const;

const rows: readonly Row[] = [
  { what: 'silent', steps: ['none', 'nudge', 'nudge', 'nudge'] },
  { what: 'nudged a moment ago', fields: tried(['nudge', 2]), steps: ['none', 'none', 'none', 'none'] },
  { what: 'nudged once', fields: tried(['nudge', 6]), steps: ['none', 'nudge', 'nudge', 'nudge'] },
  {
    what: 'nudged twice, and never ended for that',
    fields: tried(['nudge', 20], ['nudge', 10]),
    steps: ['none', 'none', 'none', 'escalate'],
  },
  {
    what: 'escalated',
    fields: tried(['nudge', 20], ['nudge', 10], ['escalate', 6]),
    steps: ['none', 'none', 'none', 'none'],
  },
  { what: 'over the limit of its rig', limit: 30, steps: ['none', 'nudge', 'restart', 'restart'] },
  { what: 'within the limit of its rig', limit: 90, steps: ['none', 'nudge', 'nudge', 'nudge'] },
  {
    what: 'asking',
    fields: { verdict: 'needs-you', rule: 'asked' },
    steps: ['none', 'none', 'none', 'none'],
  },
  {
    what: 'waiting for a limit',
    fields: { verdict: 'rate-limited', rule: 'quota' },
    facts: { isGone: true, goOn: { at: time(5) } },
    steps: ['none', 'none', 'none', 'none'],
  },
  {
    what: 'whose limit is over',
    fields: { verdict: 'rate-limited', rule: 'quota' },
    facts: { goOn: { at: time(-1) } },
    steps: ['go-on', 'go-on', 'go-on', 'go-on'],
  },
  {
    what: 'whose limit is over, and that is left to a person',
    fields: { verdict: 'rate-limited', rule: 'quota' },
    facts: { goOn: { at: time(-1), left: 'It is muted.' } },
    steps: ['none', 'none', 'none', 'escalate'],
  },
  { what: 'gone', fields: failed, facts: gone, steps: ['none', 'none', 'restart', 'restart'] },
  {
    what: 'gone with a full conversation',
    fields: { verdict: 'failed', rule: 'context-limit' },
    facts: gone,
    steps: ['none', 'none', 'handoff', 'handoff'],
  },
  {
    what: 'alive with a full conversation',
    fields: { rule: 'context-limit' },
    steps: ['none', 'none', 'none', 'escalate'],
  },
  {
    what: 'gone for want of a sign-in',
    fields: { verdict: 'failed', rule: 'sign-in' },
    facts: gone,
    steps: ['none', 'none', 'none', 'escalate'],
  },
  {
    what: 'gone with the terminal that somebody closed',
    fields: { verdict: 'failed', rule: 'launcher-lost' },
    facts: { isGone: true, wasClosedByHand: true },
    steps: ['none', 'none', 'none', 'escalate'],
  },
  {
    what: 'gone again after a restart a moment ago',
    fields: failed,
    facts: { isGone: true, restarts: [time(-1)] },
    steps: ['none', 'none', 'none', 'none'],
  },
  {
    what: 'gone after three restarts within the hour',
    fields: failed,
    facts: { isGone: true, restarts: [time(-50), time(-40), time(-30)] },
    steps: ['none', 'none', 'none', 'none'],
  },
  {
    what: 'gone after three restarts, the first of them longer ago',
    fields: failed,
    facts: { isGone: true, restarts: [time(-61), time(-40), time(-30)] },
    steps: ['none', 'none', 'restart', 'restart'],
  },
  {
    what: 'gone in a rig that is parked or docked',
    fields: failed,
    facts: { isGone: true, rigRests: true },
    steps: ['none', 'none', 'none', 'none'],
  },
  {
    what: 'silent over the limit of a rig that is parked or docked',
    facts: { rigRests: true },
    limit: 30,
    steps: ['none', 'nudge', 'nudge', 'nudge'],
  },
  {
    what: 'going on after done',
    fields: { verdict: 'stuck-in-done', rule: 'done-but-running' },
    steps: ['none', 'release', 'release', 'release'],
  },
  {
    what: 'going on with a closed bead',
    fields: { verdict: 'stuck-in-done', rule: 'bead-closed' },
    steps: ['none', 'nudge', 'nudge', 'nudge'],
  },
];

describe('the remedy for a polecat', () => {
  for (const { what, fields, facts, steps, limit } of rows) {
    test(`${what}: ${steps.join(', ')}`, () => {
      const known = {
        isGone: false,
        wasClosedByHand: false,
        rigRests: false,
        restarts: [],
        ...facts,
        episode: episode(fields),
      };
      const more = limit === undefined ? {} : { stallLimitMs: limit * 60_000 };
      const found = (['none', 'nudge', 'restart', 'escalate'] as const).map((ceiling) => {
        const next = nextRemedy(known, settings(ceiling, more), now);
        assert.match(next.why, /\.$/);
        return next.kind;
      });
      assert.deepEqual(found, steps);
    });
  }

  test('says when there may be another', () => {
    const facts = {
      episode: episode(tried(['nudge', 2])),
      isGone: false,
      wasClosedByHand: false,
      rigRests: false,
      restarts: [],
    };
    const next = nextRemedy(facts, settings('nudge'), now);
    assert.equal(next.kind === 'none' ? next.again : undefined, time(3));
  });
});

const session = 's-1' as Session['id'];
const running = [
  'sessions',
  { id: session, agent: agentId('backend/nux'), state: 'running' } as Session,
] as const;
const silent = { kind: 'stalled', rule: 'silent', reason: 'It is silent.', signals: [] } as const;

describe('an episode', () => {
  const [, worker] = polecat('backend/nux', 'be-a', { session });

  test('is raised once, and its polecat follows', () => {
    given(['agents', worker], running)
      .when((draft) => [
        noteVerdict(draft, worker, silent, now),
        noteVerdict(draft, draft.get('agents', worker.id) ?? worker, silent, time(5)),
      ])
      .thenHolds((changes, town) => {
        assert.deepEqual(changes, ['raised', undefined]);
        assert.deepEqual(
          [town.get('agents', worker.id)?.state, town.get('episodes', worker.id)?.since],
          ['stalled', now],
        );
      });
  });

  test('keeps what was tried where another rule fires, and is over with a sign of life', () => {
    given(['agents', worker], running, ['episodes', episode(tried(['nudge', 3]))])
      .when((draft) => {
        const verdict = { ...silent, rule: 'at-rest', kind: 'needs-you' } as const;
        const change = noteVerdict(draft, worker, verdict, now);
        const kept = draft.get('episodes', worker.id)?.remedies.length;
        noteLife(draft, draft.get('agents', worker.id) ?? worker, now);
        return [change, kept];
      })
      .thenHolds((result, town) => {
        assert.deepEqual(result, ['changed', 1]);
        assert.deepEqual(
          [town.get('agents', worker.id)?.state, town.get('episodes', worker.id)],
          ['working', undefined],
        );
      });
  });

  test('is not over because the town has just woken', () => {
    given(['agents', { ...worker, state: 'stalled' }], running, ['episodes', episode()])
      .when((draft) => noteVerdict(draft, worker, { ...silent, kind: 'working', rule: 'woken' }, now))
      .thenHolds((change, town) => {
        assert.equal(change, undefined);
        assert.ok(town.get('episodes', worker.id));
      });
  });

  test('of an earlier session of the name is none', () => {
    const other = { ...worker, session: 's-2' as Session['id'] };
    given(['agents', other], ['sessions', { ...running[1], id: other.session }], ['episodes', episode()])
      .when((draft) => noteVerdict(draft, other, silent, now))
      .thenHolds((change, town) => {
        assert.equal(change, 'raised');
        assert.equal(town.get('episodes', other.id)?.session, 's-2');
      });
  });
});
