/** How long, in words: `45 s`, `16 min`, `2 h 5 min`. */
export function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** `90s`, `15m`, `2h` in milliseconds; undefined where it is no such span. */
export function parseSpan(word: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})\s?(s|m|h)(?:in|ec)?$/u.exec(word.trim().toLowerCase()) ?? [];
  return number === undefined ? undefined : Number(number) * (units[unit ?? ''] ?? 0);
}

/** The same span as it is typed: `15m`. */
export function spanWord(ms: number): string {
  const [unit, each] = Object.entries(units).findLast(([, size]) => ms % size === 0) ?? ['s', 1000];
  return `${Math.round(ms / each)}${unit}`;
}
