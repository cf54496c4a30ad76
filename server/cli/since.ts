import { InvalidArgumentError } from 'commander';

const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** For options that take an age, `90m`, `2h`, `30d`, or a date or time: milliseconds since 1970. */
export function sinceWord(now: number): (word: string) => number {
  return (word) => {
    const [, number, unit = ''] = /^(\d{1,6})\s?([smhdw])$/u.exec(word.trim().toLowerCase()) ?? [];
    const time = number === undefined ? Date.parse(word) : now - Number(number) * (units[unit] ?? 0);
    if (/\d/u.test(word) && Number.isFinite(time) && time >= 0) return time;
    throw new InvalidArgumentError('It must be an age such as 30m, 2h or 7d, or a date such as 2026-05-01.');
  };
}
