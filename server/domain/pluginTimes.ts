import { later } from './later.ts';
import type { Timestamp } from './ids.ts';
import type { PluginGate } from './plugin.ts';
import type { PluginRun } from './pluginRun.ts';

/** What is known of a periodic plugin beside itself. */
export interface PluginPast {
  /** When it was last run, or its time passed with something in the way. */
  readonly ranAt?: Timestamp;
  readonly approvedAt?: Timestamp;
  /** When its condition was last asked, and was not met. */
  readonly askedAt?: Timestamp;
  /** What it waits for has happened since it ran. */
  readonly isCalled?: boolean;
}

/** How often a condition is asked: seldom enough that a town nobody needs may go to sleep in between. */
const conditionMs = 15 * 60_000;

export function pastOf(runs: readonly PluginRun[]): PluginPast {
  const ranAt = runs.findLast(
    ({ result, notRun }) => result !== 'approved' && result !== 'unapproved' && !notRun,
  )?.createdAt;
  const approvedAt = runs.findLast(({ result }) => result === 'approved')?.createdAt;
  return {
    ...(ranAt === undefined ? {} : { ranAt }),
    ...(approvedAt === undefined ? {} : { approvedAt }),
  };
}

/**
 * When its gate opens next, by the time alone: a time that has passed means now, and once, however often it has passed while the town
 * slept. Undefined: not by itself.
 */
export function opensAt(
  gate: PluginGate,
  past: PluginPast,
  now: Timestamp,
  nextOf: (schedule: string, timezone: string | undefined, after: Timestamp) => Timestamp | undefined,
): Timestamp | undefined {
  if (gate.type === 'manual') return undefined;
  if (gate.type === 'cron')
    return nextOf(gate.schedule, gate.timezone, latest(past.ranAt, past.approvedAt) ?? now);
  const rested = after(past.ranAt, gate.durationMs) ?? now;
  if (gate.type === 'cooldown') return rested;
  if (gate.type === 'event') return past.isCalled === true ? rested : undefined;
  return latest(after(past.ranAt, gate.durationMs), after(past.askedAt, conditionMs)) ?? now;
}

function after(time: Timestamp | undefined, ms: number): Timestamp | undefined {
  return time === undefined ? undefined : later(time, ms);
}

function latest(a: Timestamp | undefined, b: Timestamp | undefined): Timestamp | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}
