import type { Dispatch } from '../domain/dispatch.ts';
import type { Explanation } from '../domain/explaining.ts';
import type { Timestamp } from '../domain/ids.ts';
import type { Quota } from '../domain/quota.ts';
import type { Budget, Scheduler } from '../domain/scheduler.ts';

/** A bead in the queue, and why it is still there. */
export interface QueuedBead {
  readonly dispatch: Dispatch;
  readonly title: string;
  readonly explanation: Explanation;
}

/** A bead that is begun again: from the queue, or by a session of whoever has it. */
export interface RetriedBead extends Pick<QueuedBead, 'title' | 'explanation'> {
  readonly dispatch?: Dispatch;
}

/** A budget, and what of it is used today (UTC). */
export interface BudgetStatus extends Budget {
  /** Absent: the town's. */
  readonly rig?: string;
  readonly usedTurns: number;
  readonly usedMinutes: number;
}

/** A runtime that is parked, and who waits for it. */
export interface QuotaView extends Quota {
  /** Polecats that met its limit. */
  readonly limited?: LimitedStatus;
}

/** Polecats that wait for a limit. */
export interface LimitedStatus {
  readonly polecats: number;
  /** When the first of them goes on by itself; absent: none does. */
  readonly goesOnAt?: Timestamp;
}

export interface SchedulerStatus {
  readonly mode: 'direct' | 'auto';
  readonly paused?: NonNullable<Scheduler['paused']>;
  readonly maxPolecats?: number;
  readonly batchSize: number;
  readonly spawnDelay: number;
  /** Where the rate keeps the queue from starting another now: until when. */
  readonly nextStartAt?: Timestamp;
  /** Absent: none waits for a limit. */
  readonly limited?: LimitedStatus;
  /** Polecats at work. */
  readonly working: number;
  readonly sessions: number;
  readonly maxSessions: number;
  readonly waiting: number;
  /** Beads that failed too often, in the queue or with their polecat. */
  readonly broken: number;
  /** The town's, and those of rigs that have one. */
  readonly budgets: readonly BudgetStatus[];
  /** The runtimes whose cost is known: none reports it to the town, so that there is no budget of cost. */
  readonly costReported: readonly string[];
  readonly quotas: readonly QuotaView[];
}

export interface SchedulerRequests {
  /** Why a bead is not running, in one sentence with the next step. */
  'bead/explain': { params: { readonly bead: string }; result: Explanation };
  'scheduler/status': { params: object; result: SchedulerStatus };
  /** In the order they will be started, then those that failed too often. */
  'scheduler/list': { params: { readonly rig?: string }; result: readonly QueuedBead[] };
  /** Nothing of the queue is started until it is resumed. What runs goes on. */
  'scheduler/pause': { params: { readonly reason?: string }; result: SchedulerStatus };
  'scheduler/resume': { params: object; result: SchedulerStatus };
  /** Starts what can be started now, up to `batch`, also while it is paused. With `dryRun` says only what it would be. */
  'scheduler/run': {
    params: { readonly batch?: number; readonly dryRun?: boolean };
    result: { readonly started: readonly string[]; readonly refused: readonly QueuedBead[] };
  };
  /** Takes beads out of the queue: one, or all that wait. */
  'scheduler/clear': { params: { readonly bead?: string }; result: { readonly cleared: readonly string[] } };
  /** What failed too often is tried again, from the beginning. */
  'scheduler/retry': { params: { readonly bead: string }; result: RetriedBead };
  'quota/list': { params: object; result: readonly QuotaView[] };
  /** Nothing new is started on this runtime until then, or until it is cleared. */
  'quota/park': {
    params: { readonly runtime: string; readonly until?: string; readonly reason?: string };
    result: Quota;
  };
  'quota/clear': { params: { readonly runtime: string }; result: { readonly runtime: string } };
}
