import type { Timestamp } from '../domain/ids.ts';

/**
 * The time that a runtime means by `in 20 minutes`, `at 3:45 PM`, `5h12m` or a date, said at a time. A day or an hour is one of
 * this machine, where the runtime runs. Undefined where no time can be read out of it.
 */
export function resetTime(words: string, said: Timestamp): Timestamp | undefined {
  const from = Date.parse(said);
  const at = timeIn(words, from);
  return at === undefined || !Number.isFinite(at) || at > from + longestMs
    ? undefined
    : (new Date(at).toISOString() as Timestamp);
}

/** A day that is named counts, also where it cannot be: its hour alone would be of another. */
function timeIn(words: string, from: number): number | undefined {
  const date = dateIn(words);
  if (date !== undefined) return date;
  return dayWords.test(words) ? dayIn(words, from) : (spanIn(words, from) ?? nextHourIn(words, from));
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

interface DayTime {
  readonly hours: number;
  readonly minutes: number;
}

/** `5:11 PM`, `14:30` or `7pm`; a number alone may be anything. */
function hourIn(words: string): DayTime | undefined {
  const found = /(?<!\d)(\d{1,2})(?::(\d\d)(?!\d)\s*([ap]\.?m\b)?|\s*([ap]\.?m)\b)/iu.exec(words);
  if (!found) return undefined;
  const [, hour, minute = '0', first, half = first] = found;
  const shift = half?.toLowerCase().startsWith('p') === true ? 12 : 0;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + shift;
  const minutes = Number(minute);
  return hours > 23 || minutes > 59 ? undefined : { hours, minutes };
}

/** Of today, or of tomorrow where that is over. */
function nextHourIn(words: string, from: number): number | undefined {
  const time = hourIn(words);
  if (!time) return undefined;
  const day = new Date(from);
  day.setHours(time.hours, time.minutes, 0, 0);
  if (day.getTime() <= from) day.setDate(day.getDate() + 1);
  return day.getTime();
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayWords = new RegExp(
  `\\b(${months.join('|')})[a-z]*\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?(?![\\d:])(?:,?\\s+(\\d{4})\\b)?(.*)$`,
  'isu',
);

/** `Sep 12th, 2026 5:11 PM`, `Jan 12, 10:59am`, `Sep 15 at 7pm`: without a year it is the next such day. */
function dayIn(words: string, from: number): number | undefined {
  const [, month = '', date, year, rest = ''] = dayWords.exec(words) ?? [];
  if (date === undefined) return undefined;
  const { hours, minutes } = hourIn(rest) ?? { hours: 0, minutes: 0 };
  const of = (inYear: number): number | undefined => {
    const day = new Date(inYear, months.indexOf(month.toLowerCase()), Number(date), hours, minutes);
    return day.getDate() === Number(date) ? day.getTime() : undefined;
  };
  if (year !== undefined) return of(Number(year));
  const thisYear = new Date(from).getFullYear();
  const at = of(thisYear);
  return at === undefined || at > from ? at : of(thisYear + 1);
}
