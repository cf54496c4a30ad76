import type { AgentVerdict, Signal, SignalName, VerdictKind, WitnessRule } from './episode.ts';
import type { Timestamp } from './ids.ts';
import type { PolecatState } from './polecat.ts';
import type { SessionEnd, SessionFailure, SessionState } from './session.ts';
import { passes } from './sessions.ts';
import { spanWords } from './span.ts';

/** Signs of progress, each with when it was last seen. */
export type ProgressSignal = Extract<SignalName, 'call' | 'lifecycle' | 'commit' | 'file' | 'output'>;

/** All that is known of a polecat that has, or had, a session. */
export interface Evidence {
  readonly state: PolecatState;
  /** Since when it is in that state. */
  readonly stateAt: Timestamp;
  /** Why it is in that state, where it or the end of its session said so. */
  readonly reason?: string | undefined;
  /** Of one that waits for a limit: until when, where that is known. */
  readonly until?: Timestamp | undefined;
  readonly session: {
    readonly state: SessionState;
    readonly createdAt: Timestamp;
    readonly startedAt?: Timestamp | undefined;
    readonly end?: SessionEnd | undefined;
    readonly failure?: SessionFailure | undefined;
  };
  /** Its runtime is a person. */
  readonly isPerson: boolean;
  /** Its runtime tells of itself while it works, by lifecycle hooks or line by line. */
  readonly reports: boolean;
  /** Its process; absent: nobody looked. */
  readonly program?: 'alive' | 'gone' | undefined;
  readonly launcher?: 'connected' | 'gone' | undefined;
  readonly seen: Readonly<Partial<Record<ProgressSignal, Timestamp>>>;
  /** What its runtime says last of a failure while it still runs. `sure`: it is no mere talk of one. */
  readonly complaint?: { readonly failure: SessionFailure; readonly sure: boolean } | undefined;
  /** It ended its turn without gt done. */
  readonly atRest: boolean;
  /** The bead is closed, or somebody else's. */
  readonly beadLeft?: { readonly at: Timestamp; readonly how: string } | undefined;
  /** Before this the town was not there to hear anything, or the machine slept. */
  readonly awakeSince?: Timestamp | undefined;
}

/** How long a polecat may be silent, and the rest that a rig says about it. */
export interface Bars {
  readonly stallAfterMs: number;
}

/** A start takes this long at most before silence counts. */
const spawnMs = 5 * 60_000;
/** A session that said gt done is asked to stop and ended within half of this. */
const doneMs = 60_000;
/** What a runtime complains of counts when it says nothing else for so long. */
export const complaintMs = 2 * 60_000;
/** A process that is gone is told of by its launcher well within this. */
const goneMs = 60_000;
/** A runtime that tells nothing of itself is given so many times as long. */
const quietFactor = 3;

/**
 * How a polecat is. Undefined: there is nothing to judge, since it is done, waits for its first bead, or was stopped on purpose. A
 * session that lives is never judged by one silent signal while another is fresh.
 */
export function judge(evidence: Evidence, bars: Bars, now: Timestamp): AgentVerdict | undefined {
  const facts = factsOf(evidence, bars, now);
  const rules = evidence.session.state === 'ended' ? rulesOfEnded : rulesOfLiving;
  for (const rule of rules) {
    const found = rule(facts);
    if (found === 'nothing') return undefined;
    if (found) return { ...found, signals: signalsOf(evidence, now) };
  }
  return undefined;
}

interface Facts extends Evidence {
  readonly now: number;
  /** How long it may be silent. */
  readonly bar: number;
  /** Since the freshest sign of progress that is no complaint. */
  readonly silence: number;
  readonly freshest: { readonly name: string; readonly at: number };
}

type Found = Omit<AgentVerdict, 'signals'>;
type Rule = (facts: Facts) => Found | 'nothing' | undefined;

function factsOf(evidence: Evidence, bars: Bars, now: Timestamp): Facts {
  const at = Date.parse(now);
  const { session, seen, complaint, awakeSince } = evidence;
  const heard = Object.entries(seen)
    // Lines that complain are output too.
    .filter(([name]) => name !== 'output' || !complaint)
    .map(([name, time]) => ({ name, at: Date.parse(time) }));
  const begun = [
    { name: 'start', at: Date.parse(session.startedAt ?? session.createdAt) },
    ...(awakeSince === undefined ? [] : [{ name: 'town', at: Date.parse(awakeSince) }]),
  ];
  const freshest = [...begun, ...heard].reduce((one, other) => (other.at > one.at ? other : one));
  return {
    ...evidence,
    now: at,
    bar: bars.stallAfterMs * (evidence.reports ? 1 : quietFactor),
    silence: at - freshest.at,
    freshest,
  };
}

const isDone: Rule = ({ state, session, stateAt, awakeSince, now }) => {
  if (state !== 'done') return undefined;
  if (session.state === 'ended') return 'nothing';
  const since = Date.parse(stateAt);
  const again = latest(since, awakeSince) + doneMs;
  if (now < again) {
    const reason = 'It said gt done, and its session ends.';
    return { kind: 'working', rule: 'finishing', reason, again: time(again) };
  }
  const reason = `It said gt done ${spanWords(now - since)} ago, and its session still runs.`;
  return { kind: 'stuck-in-done', rule: 'done-but-running', reason };
};

const hasAsked: Rule = ({ state, reason = 'It asks for a person.' }) =>
  state === 'needs-you' ? { kind: 'needs-you', rule: 'asked', reason } : undefined;

const lostItsBead: Rule = ({ beadLeft, awakeSince, now }) => {
  if (!beadLeft) return undefined;
  const again = latest(Date.parse(beadLeft.at), awakeSince) + doneMs;
  if (now < again) {
    const reason = `${beadLeft.how}; its session has time to end.`;
    return { kind: 'working', rule: 'finishing', reason, again: time(again) };
  }
  return {
    kind: 'stuck-in-done',
    rule: 'bead-closed',
    reason: `${beadLeft.how}, and its session still runs.`,
  };
};

const isPerson: Rule = (facts) =>
  facts.isPerson ? { kind: 'working', rule: 'a-person', reason: 'A person works there.' } : undefined;

const lostItsProcess: Rule = ({ program, silence }) =>
  program === 'gone' && silence >= goneMs
    ? { kind: 'failed', rule: 'process-gone', reason: 'Its process is gone, and nothing told how it ended.' }
    : undefined;

const complains: Rule = ({ complaint, silence, bar }) => {
  if (!complaint || silence < (complaint.sure ? Math.min(complaintMs, bar) : bar)) return undefined;
  const { failure } = complaint;
  const kind = passes(failure) ? 'rate-limited' : (kindOfLiving[failure.verdict ?? 'refused'] ?? 'stalled');
  return failed(kind, failure, `It has said nothing else for ${spanWords(silence)}.`);
};

const isStarting: Rule = ({ state, session, now, awakeSince }) => {
  if (state !== 'spawning' && session.state !== 'starting') return undefined;
  const until = latest(Date.parse(session.createdAt), awakeSince) + spawnMs;
  if (now >= until) return undefined;
  return { kind: 'working', rule: 'starting', reason: 'It is being started.', again: time(until) };
};

const isAtRest: Rule = ({ atRest, silence, bar }) =>
  atRest && silence >= bar
    ? {
        kind: 'needs-you',
        rule: 'at-rest',
        reason: `It stopped its turn without gt done, and nobody has spoken to it for ${spanWords(silence)}.`,
      }
    : undefined;

const isSilent: Rule = ({ silence, bar, seen, reports }) => {
  if (silence < bar) return undefined;
  const reason = `${nothingOf(Object.keys(seen))} for ${spanWords(silence)}${reports ? '' : ', and its runtime tells nothing of itself'}.`;
  return { kind: 'stalled', rule: 'silent', reason };
};

const isFresh: Rule = ({ freshest, silence, bar, complaint, now }) => {
  const { name, at } = freshest;
  const complainsAt = complaint ? at + (complaint.sure ? Math.min(complaintMs, bar) : bar) : undefined;
  const next = [at + bar, complainsAt ?? Infinity].filter((when) => when > now);
  const reason = `${wordsOf[name] ?? name} ${spanWords(silence)} ago.`;
  return {
    kind: 'working',
    rule: name === 'town' ? 'woken' : 'fresh',
    reason,
    again: time(Math.min(...next)),
  };
};

const wasStopped: Rule = ({ session: { end }, state, beadLeft }) => {
  // A start that fails belongs to its sling, which is told and undoes it.
  if (beadLeft || state === 'spawning' || end === 'stopped' || end === 'done') return 'nothing';
  // What it put off itself waits for a person to take it up.
  return state === 'interrupted' && end === 'failed' ? 'nothing' : undefined;
};

/** What could not be started has met no other end than the one before it: it waits for its limit still. */
const waitsOn: Rule = ({ state, session: { end }, until, reason = 'It waits for its limit.' }) =>
  state === 'rate-limited' && end === 'not-started'
    ? { kind: 'rate-limited', rule: 'rate-limit', reason, ...(until === undefined ? {} : { until }) }
    : undefined;

const endedFailed: Rule = ({ session: { failure, end }, reason = 'Its session ended without gt done.' }) => {
  if (end === 'interrupted') return { kind: 'failed', rule: 'launcher-lost', reason };
  if (!failure) return { kind: 'failed', rule: 'exit-without-done', reason };
  return { ...failed(passes(failure) ? 'rate-limited' : 'failed', failure, ''), reason };
};

const rulesOfLiving: readonly Rule[] = [
  isDone,
  lostItsBead,
  hasAsked,
  isPerson,
  lostItsProcess,
  complains,
  isStarting,
  isAtRest,
  isSilent,
  isFresh,
];

const rulesOfEnded: readonly Rule[] = [isDone, hasAsked, wasStopped, waitsOn, endedFailed];

/** What only a person can do something about. */
const kindOfLiving: Readonly<Partial<Record<WitnessRule, VerdictKind>>> = {
  'sign-in': 'needs-you',
  dialog: 'needs-you',
  quota: 'needs-you',
};

function failed(kind: VerdictKind, failure: SessionFailure, more: string): Found {
  const { verdict, evidence, advice, resets, resetsAt } = failure;
  const until = resets === undefined ? '' : ` It resets ${resets}.`;
  return {
    kind,
    rule: verdict ?? 'exit-without-done',
    reason: [`Its runtime says: ${evidence}.${until}`, advice, more].filter(Boolean).join(' '),
    ...(resetsAt === undefined ? {} : { until: resetsAt }),
  };
}

function signalsOf(evidence: Evidence, now: Timestamp): readonly Signal[] {
  const { program, launcher, seen, complaint, session, awakeSince } = evidence;
  const at = (name: SignalName, when: Timestamp): Signal => ({
    name,
    at: when,
    ageMs: Math.max(0, Date.parse(now) - Date.parse(when)),
  });
  const failure = complaint?.failure ?? session.failure;
  return [
    ...(program === undefined ? [] : [{ name: 'process', value: program } as const]),
    ...(launcher === undefined ? [] : [{ name: 'launcher', value: launcher } as const]),
    ...Object.entries(seen).map(([name, when]) => at(name as SignalName, when)),
    ...(failure === undefined ? [] : [{ name: 'failure', value: failure.evidence } as const]),
    at('start', session.startedAt ?? session.createdAt),
    ...(awakeSince === undefined ? [] : [at('town', awakeSince)]),
  ];
}

const wordsOf: Readonly<Record<string, string>> = {
  call: 'It called gt',
  lifecycle: 'Its runtime told of itself',
  commit: 'It committed',
  file: 'A file changed',
  output: 'It printed something',
  start: 'It started',
  town: 'The town woke',
};

const nouns: Readonly<Record<string, string>> = {
  call: 'call of gt',
  lifecycle: 'lifecycle hook',
  commit: 'commit',
  file: 'changed file',
  output: 'output',
};

/** `No call of gt, commit or changed file`: only of what could have been seen. */
function nothingOf(names: readonly string[]): string {
  const words = names.map((name) => nouns[name] ?? name);
  const last = words.pop();
  if (last === undefined) return 'Nothing was heard of it';
  return words.length === 0 ? `No ${last}` : `No ${words.join(', ')} or ${last}`;
}

/** Time while nobody was there to act in does not count. */
const latest = (at: number, awakeSince: Timestamp | undefined): number =>
  awakeSince === undefined ? at : Math.max(at, Date.parse(awakeSince));

const time = (ms: number): Timestamp => new Date(ms).toISOString() as Timestamp;
