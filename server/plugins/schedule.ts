import { Cron } from 'croner';

/** When a schedule is due first after a time; undefined: never, or it is none. */
export function nextTime(schedule: string, timezone: string | undefined, after: Date): Date | undefined {
  try {
    const cron = new Cron(schedule, { paused: true, ...(timezone === undefined ? {} : { timezone }) });
    return cron.nextRun(after) ?? undefined;
  } catch {
    return undefined;
  }
}
