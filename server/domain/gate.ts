import type { Sha, Timestamp } from './ids.ts';

/** `before`: on what is about to be put on the target. `after`: on the target, once the work is there; only then is it verified. */
export type GatePhase = 'before' | 'after';

/** What a gate that does not pass means: `reject`: nothing lands (or is verified) with it; `warn` and `notify`: it is only told. */
export type GateFailure = 'reject' | 'warn' | 'notify';

/** A named command that judges work by its exit code. */
export interface Gate {
  readonly name: string;
  /** argv, no shell. */
  readonly command: readonly string[];
  readonly phase: GatePhase;
  /** It is ended with all that it started when this is over. */
  readonly timeoutMs: number;
  readonly onFail: GateFailure;
  /** How often it is run again after it has failed. */
  readonly retries: number;
  readonly from: 'setting' | 'plugin';
}

/** What `gt rig config` keeps of a gate; what is absent is as `gateDefaults` says. A person who sets it has approved it by that. */
export interface GateSetting {
  /** Absent for `check` alone, whose command is the rig's setting of that name. */
  readonly command?: readonly string[];
  readonly phase?: GatePhase;
  readonly timeoutMs?: number;
  readonly onFail?: GateFailure;
  readonly retries?: number;
}

/** Of a rig's settings. */
interface GateSettings {
  readonly check: readonly string[];
  readonly gates?: Readonly<Record<string, GateSetting>>;
}

export interface GateOutcome {
  readonly name: string;
  readonly phase: GatePhase;
  readonly outcome: 'passed' | 'failed' | 'timed-out';
  /** Of the last try; absent where it was ended. */
  readonly code?: number;
  /** Of one that has not passed and is no plugin: what was run. */
  readonly command?: readonly string[];
  /** Of a plugin that has not passed: why, in a sentence. */
  readonly reason?: string;
  /** All tries together. */
  readonly ms: number;
  readonly tries: number;
  /** The last lines of the last try. */
  readonly output: readonly string[];
  readonly onFail: GateFailure;
  readonly at: Timestamp;
  /** The commit that it was run on. */
  readonly on: Sha;
}

export const gateDefaults = {
  phase: 'before',
  timeoutMs: 30 * 60_000,
  onFail: 'reject',
  retries: 1,
} as const satisfies GateSetting;

/** The gate whose command is the rig's setting `check`. */
export const checkGate = 'check';

/** The gates of a rig's settings, `check` first and the others by name. */
export function settingGates({ check, gates = {} }: GateSettings): readonly Gate[] {
  const named = Object.entries(gates).filter(([name]) => name !== checkGate);
  const all: readonly (readonly [string, GateSetting])[] = [
    [checkGate, { ...gates[checkGate], command: check }],
    ...named.toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ];
  return all.flatMap(([name, { command = [], ...rest }]) =>
    command.length === 0 ? [] : [{ ...gateDefaults, ...rest, name, command, from: 'setting' as const }],
  );
}

/** Whether it stands in the way. */
export function rejects({ outcome, onFail }: GateOutcome): boolean {
  return outcome !== 'passed' && onFail === 'reject';
}

/** `passed at the second try`, `failed with exit code 3`, `was ended after 300 s`: to stand behind the gate's name. */
export function gateWords({ outcome, code, tries, ms }: GateOutcome): string {
  if (outcome === 'passed') return tries > 1 ? `passed at the ${ordinal(tries)} try` : 'passed';
  const times = tries > 1 ? `${tries === 2 ? 'twice' : `${tries} times`}, ` : '';
  if (outcome === 'timed-out') return `was ended after ${Math.round(ms / 1000)} s`;
  return times === '' ? `failed with exit code ${code ?? -1}` : `failed ${times}with exit code ${code ?? -1}`;
}

const ordinals = ['first', 'second', 'third'];

const ordinal = (number: number): string => ordinals[number - 1] ?? `${number}th`;

const missing = 127;

/** A program that is not there is not there the next time either, and what hangs would hang twice as long. */
export function mayPassNext({
  code,
  timedOut,
}: {
  readonly code: number;
  readonly timedOut: boolean;
}): boolean {
  return code !== missing && !timedOut;
}
