import type { Bead } from './bead.ts';
import type { JournalEntry } from './journal.ts';
import type { LandingState, MergeRequest } from './mergeRequest.ts';
import type { Polecat } from './polecat.ts';
import type { Session } from './session.ts';

/** Below this many a rate says nothing. */
export const leastSamples = 5;

/** How one runtime does with one type of bead. An attempt is one polecat of one runtime on one bead. */
export interface ScoreRow {
  readonly runtime: string;
  readonly type: string;
  /** Attempts that have ended: what the rates are of. */
  readonly samples: number;
  readonly landedFirst: number;
  /** After a conflict, a rejection, or being lost. */
  readonly landedReworked: number;
  /** Ended without landing: removed, taken back, or handed to another runtime. */
  readonly failed: number;
  /** Ended by closing a bead that had nothing to land; in no rate. */
  readonly withoutCode: number;
  /** Under way; in no rate. */
  readonly open: number;
  /** How often work had to be done again. */
  readonly reworks: number;
  /** From the sling to the proof. Absent: nothing has landed. */
  readonly medianMs?: number;
  /** Of the attempts that ended; absent below `leastSamples`. */
  readonly firstRate?: number;
  /** Of sessions, by what they failed of: `quota`, `context-limit`, `failed` where nobody knows. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface ScoreFilter {
  readonly rig?: string;
  /** Only attempts that began at this time or later. */
  readonly since?: string;
}

type Outcome = 'open' | 'first' | 'reworked' | 'failed' | 'without-code';

interface Attempt {
  readonly agent: string;
  readonly bead: string;
  readonly rig: string;
  readonly runtime: string;
  readonly startedAt: string;
  outcome: Outcome;
  reworks: number;
  landedMs?: number;
  readonly failures: string[];
}

const reworked: ReadonlySet<LandingState> = new Set(['conflict', 'rejected', 'lost']);

/** Takes in the journal, entry by entry from its first, and says at any time how the runtimes do. */
export class Scorecard {
  readonly #types = new Map<string, string>();
  readonly #attempts: Attempt[] = [];
  /** The attempt under way of each agent. */
  readonly #current = new Map<string, Attempt>();
  /** The newest of each bead and agent: its landing may be proved when the agent is gone. */
  readonly #newest = new Map<string, Attempt>();
  readonly #states = new Map<string, LandingState>();
  readonly #failed = new Set<string>();

  take({ at, changes }: JournalEntry): void {
    // What landed in the same entry that ends its polecat has landed.
    for (const [collection, id, record] of changes) {
      if (collection === 'beads' && record) this.#types.set(id, record.type);
      if (collection === 'mergeRequests' && record) this.#request(record, at);
    }
    for (const [collection, id, record] of changes) {
      if (collection === 'agents') this.#agent(id, record, at);
      if (collection === 'sessions' && record) this.#session(record);
      if (collection === 'beads' && record) this.#bead(record);
    }
  }

  rows(filter: ScoreFilter = {}): readonly ScoreRow[] {
    const groups = new Map<string, Attempt[]>();
    for (const attempt of this.#attempts) {
      if (filter.rig !== undefined && attempt.rig !== filter.rig) continue;
      if (filter.since !== undefined && attempt.startedAt < filter.since) continue;
      const key = JSON.stringify([attempt.runtime, this.#types.get(attempt.bead) ?? 'task']);
      groups.set(key, [...(groups.get(key) ?? []), attempt]);
    }
    return [...groups]
      .map(([key, attempts]) => {
        const [runtime = '', type = ''] = JSON.parse(key) as string[];
        return rowOf(runtime, type, attempts);
      })
      .toSorted((a, b) => a.runtime.localeCompare(b.runtime) || a.type.localeCompare(b.type));
  }

  #agent(id: string, record: Polecat | null, at: string): void {
    const current = this.#current.get(id);
    const goesOn = current && record?.bead === current.bead && record.runtime === current.runtime;
    if (goesOn) return;
    if (current?.outcome === 'open') current.outcome = 'failed';
    this.#current.delete(id);
    if (!record || record.bead === undefined) return;
    const { bead, rig, runtime } = record;
    const attempt: Attempt = {
      agent: id,
      bead,
      rig,
      runtime,
      startedAt: at,
      outcome: 'open',
      reworks: 0,
      failures: [],
    };
    this.#attempts.push(attempt);
    this.#current.set(id, attempt);
    this.#newest.set(`${bead} ${id}`, attempt);
  }

  #request({ id, bead, agent, state, verifiedAt }: MergeRequest, at: string): void {
    const before = this.#states.get(id);
    this.#states.set(id, state);
    const attempt = this.#newest.get(`${bead} ${agent}`);
    if (!attempt || before === state) return;
    if (reworked.has(state)) {
      attempt.reworks += 1;
      // What was proved and is lost again has not landed.
      if (attempt.outcome !== 'failed') attempt.outcome = this.#isCurrent(attempt) ? 'open' : 'failed';
    }
    if (state !== 'verified') return;
    attempt.outcome = attempt.reworks > 0 ? 'reworked' : 'first';
    attempt.landedMs = Date.parse(verifiedAt ?? at) - Date.parse(attempt.startedAt);
  }

  #isCurrent(attempt: Attempt): boolean {
    return this.#current.get(attempt.agent) === attempt;
  }

  #session({ id, agent, runtime, state, exit, failure }: Session): void {
    if (state !== 'ended' || this.#failed.has(id)) return;
    const kind = failure?.verdict ?? (exit && isFailure(exit.end) ? exit.end : undefined);
    if (kind === undefined) return;
    this.#failed.add(id);
    const attempt = this.#current.get(agent);
    if (attempt?.runtime === runtime) attempt.failures.push(kind);
  }

  /** Closed while its polecat has nothing in the queue: there was nothing to land. */
  #bead({ id, status, assignee }: Bead): void {
    if (status !== 'closed' || assignee === undefined) return;
    const attempt = this.#newest.get(`${id} ${assignee}`);
    if (attempt?.outcome === 'open') attempt.outcome = 'without-code';
  }
}

const isFailure = (end: string): boolean => end === 'failed' || end === 'not-started';

function rowOf(runtime: string, type: string, attempts: readonly Attempt[]): ScoreRow {
  const count = (outcome: Outcome): number => attempts.filter((each) => each.outcome === outcome).length;
  const [landedFirst, landedReworked, failed] = [count('first'), count('reworked'), count('failed')];
  const samples = landedFirst + landedReworked + failed;
  const landed = attempts.filter(({ outcome }) => outcome === 'first' || outcome === 'reworked');
  const median = medianOf(landed.flatMap(({ landedMs }) => landedMs ?? []));
  const failures: Record<string, number> = {};
  for (const kind of attempts.flatMap((each) => each.failures)) failures[kind] = (failures[kind] ?? 0) + 1;
  return {
    runtime,
    type,
    samples,
    landedFirst,
    landedReworked,
    failed,
    withoutCode: count('without-code'),
    open: count('open'),
    reworks: attempts.reduce((sum, { reworks }) => sum + reworks, 0),
    ...(median === undefined ? {} : { medianMs: median }),
    ...(samples < leastSamples ? {} : { firstRate: landedFirst / samples }),
    failures,
  };
}

function medianOf(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined || sorted.length % 2 === 1) return upper;
  return ((sorted[middle - 1] ?? upper) + upper) / 2;
}
