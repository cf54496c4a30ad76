import type { RigName, RuntimeName, Timestamp } from './ids.ts';
import { Refusal } from './refusal.ts';
import type { Rig } from './rig.ts';
import type { Budget } from './scheduler.ts';
import type { Session } from './session.ts';
import { keptPlaces, nextRuntime } from './successor.ts';
import type { View } from './view.ts';

export interface LimitCheck {
  readonly rig: Rig;
  readonly runtime: RuntimeName;
  readonly now: Timestamp;
}

/** Whether a runtime may start another session now, and the day's budget allows it. Refused with `capacity`; `limit` says which. */
export function checkLimits(view: View, { rig, runtime, now }: LimitCheck): void {
  refuseParkedRuntime(view, runtime, now);
  refuseFullRuntime(view, runtime);
  refuseOverBudget(view, now);
  refuseOverBudget(view, now, rig);
}

/** Its quota is used up. */
function isParkedRuntime(view: View, runtime: string, now: Timestamp): boolean {
  const quota = view.get('quotas', runtime);
  return quota !== undefined && (quota.until === undefined || quota.until > now);
}

function refuseParkedRuntime(view: View, runtime: RuntimeName, now: Timestamp): void {
  const quota = view.get('quotas', runtime);
  if (!quota || !isParkedRuntime(view, runtime, now)) return;
  const until = quota.until === undefined ? 'until a person clears it' : `until ${clockTime(quota.until)}`;
  throw new Refusal('capacity', `The runtime ${runtime} is parked ${until}: its quota is used up.`, {
    next: `Wait, use another with --runtime, or gt quota clear ${runtime}.`,
    facts: { limit: 'quota', runtime, ...(quota.until === undefined ? {} : { until: quota.until }) },
  });
}

function refuseFullRuntime(view: View, runtime: RuntimeName): void {
  const most = view.get('town', 'town')?.scheduler?.runtimeSessions?.[runtime];
  if (most === undefined) return;
  const running = sessionsOn(view, runtime);
  if (running < most) return;
  throw new Refusal('capacity', `${running} of ${most} sessions run on ${runtime} already.`, {
    next: `Wait for one to finish, or gt config runtime.${runtime}.maxSessions ${most + 1}.`,
    facts: { limit: 'runtime', runtime, running, maxSessions: most },
  });
}

function sessionsOn(view: View, runtime: RuntimeName): number {
  let count = 0;
  for (const state of ['starting', 'running'] as const)
    for (const session of view.find('sessionsByState', state)) if (session.runtime === runtime) count += 1;
  for (const agent of keptPlaces(view)) if (nextRuntime(agent) === runtime) count += 1;
  return count;
}

/** Of the day (UTC) of `now`. */
export interface Spent {
  readonly turns: number;
  readonly minutes: number;
}

/** What sessions of a rig, or of the whole town, have used of the day: those that were started in it, and all the time in it. */
export function spentToday(view: View, now: Timestamp, rig?: RigName): Spent {
  const day = now.slice(0, 10);
  const of = (session: Session): boolean => rig === undefined || session.rig === rig;
  let turns = 0;
  let ms = 0;
  for (const session of view.find('sessionsByDay', day)) {
    if (!of(session) || session.startedAt === undefined) continue;
    turns += 1;
    ms += timeIn(session, day, now);
  }
  for (const session of view.find('sessionsByState', 'running'))
    if (of(session) && session.createdAt.slice(0, 10) !== day) ms += timeIn(session, day, now);
  return { turns, minutes: Math.floor(ms / 60_000) };
}

/** When what is used up is there again. */
function nextDay(now: Timestamp): Timestamp {
  return new Date(Date.parse(`${now.slice(0, 10)}T00:00:00.000Z`) + 86_400_000).toISOString() as Timestamp;
}

function timeIn({ startedAt, endedAt }: Session, day: string, now: Timestamp): number {
  if (startedAt === undefined) return 0;
  const from = Math.max(Date.parse(startedAt), Date.parse(`${day}T00:00:00.000Z`));
  return Math.max(0, Date.parse(endedAt ?? now) - from);
}

function refuseOverBudget(view: View, now: Timestamp, rig?: Rig): void {
  const budget: Budget = (rig ? rig.settings.budget : view.get('town', 'town')?.scheduler?.budget) ?? {};
  if (budget.turns === undefined && budget.minutes === undefined) return;
  const spent = spentToday(view, now, rig?.id);
  for (const kind of ['turns', 'minutes'] as const) {
    const most = budget[kind];
    if (most !== undefined && spent[kind] >= most)
      throw overBudget(now, { kind, spent: spent[kind], most, rig });
  }
}

interface Over {
  readonly kind: 'turns' | 'minutes';
  readonly spent: number;
  readonly most: number;
  readonly rig: Rig | undefined;
}

function overBudget(now: Timestamp, { kind, spent, most, rig }: Over): Refusal {
  const where = rig ? rig.id : 'the town';
  const said = kind === 'turns' ? 'sessions were started' : 'minutes were worked';
  const set = rig ? `gt rig config ${rig.id} budget-${kind}` : `gt config scheduler.budget-${kind}`;
  return new Refusal('capacity', `The budget of ${where} is reached: ${spent} of ${most} ${said} today.`, {
    next: `It is there again at ${clockTime(nextDay(now))}; ${set} ${most * 2} raises it.`,
    facts: { limit: 'budget', kind, spent, budget: most, until: nextDay(now) },
  });
}

/** `2026-05-01 14:00 UTC` */
export function clockTime(at: Timestamp): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}
