import type { Timestamp } from '../domain/ids.ts';

/**
 * The time that a runtime means by `in 20 minutes`, `at 3:45 PM`, `5h12m` or a date, said at a time. An hour of the day is the next of
 * this machine, where the runtime runs. Undefined where no time can be read out of it.
 */
export function resetTime(words: string, said: Timestamp): Timestamp | undefined {
  const from = Date.parse(said);
  const at = dateIn(words) ?? spanIn(words, from) ?? hourIn(words, from);
  return at === undefined || !Number.isFinite(at) || at > from + longestMs
    ? undefined
    : (new Date(at).toISOString() as Timestamp);
}

/** A limit that is said to last longer is none that anybody waits for. */
const longestMs = 32 * 24 * 3_600_000;

function dateIn(words: string): number | undefined {
  const [date] = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/u.exec(words) ?? [];
  return date === undefined ? undefined : Date.parse(date);
}

const unitMs: Readonly<Record<string, number>> = {
  d: 24 * 3_600_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
};

function spanIn(words: string, from: number): number | undefined {
  const parts = [
    ...words.matchAll(
      /(\d+)\s*(d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)(?![a-z])/giu,
    ),
  ];
  if (parts.length > 0)
    return parts.reduce(
      (sum, [, number, unit]) => sum + Number(number) * (unitMs[unit?.[0]?.toLowerCase() ?? ''] ?? 0),
      from,
    );
  const [, seconds] = /^(?:in|after)\s+(\d{1,6})$/iu.exec(words.trim()) ?? [];
  return seconds === undefined ? undefined : from + Number(seconds) * 1000;
}

function hourIn(words: string, from: number): number | undefined {
  const [, hour, minute = '0', half] = /(?<!\d)(\d{1,2})(?::(\d\d))?\s*([ap]\.?m\b)?/iu.exec(words) ?? [];
  if (hour === undefined || (half === undefined && !words.includes(':'))) return undefined;
  const shift = half === undefined ? 0 : half.toLowerCase().startsWith('p') ? 12 : 0;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + shift;
  if (hours > 23 || Number(minute) > 59) return undefined;
  const day = new Date(from);
  day.setHours(hours, Number(minute), 0, 0);
  if (day.getTime() <= from) day.setDate(day.getDate() + 1);
  return day.getTime();
}
