/** `90`, `90s`, `15m`, `1h30m`, `2d`, in milliseconds; a number alone is seconds. Undefined: it is no duration. */
export function durationOf(text: string | number): number | undefined {
  if (typeof text === 'number') return text > 0 && text <= longest ? Math.round(text * 1000) : undefined;
  if (/^\d{1,7}$/u.test(text)) return durationOf(Number(text));
  if (!/^(?:\d{1,7}(?:ms|[smhd]))+$/u.test(text)) return undefined;
  let sum = 0;
  for (const [, digits = '', unit = ''] of text.matchAll(/(\d+)(ms|[smhd])/gu))
    sum += Number(digits) * (units[unit] ?? 0);
  return sum > 0 && sum <= longest * 1000 ? sum : undefined;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A year, in seconds. */
const longest = 366 * 86_400;

/**
 * The argument vector of a command that is written as one text: words, with blanks inside quotes. No shell reads it, so what only a
 * shell would understand (`|`, `$NAME`, `*` …) is a problem and not text: an array says that it is meant as it stands.
 */
export function commandWords(
  text: string,
): { readonly words: readonly string[] } | { readonly problem: string } {
  const words: string[] = [];
  const rest = text.trim();
  for (let at = 0; at < rest.length;) {
    const match = wordHere.exec(rest.slice(at));
    if (!match)
      return {
        problem: `holds ${JSON.stringify(rest[at])}, which only a shell would understand; give a list of words`,
      };
    words.push(
      match[0]
        .trimEnd()
        .replaceAll(quoted, (_all, double?: string, single?: string) => double ?? single ?? ''),
    );
    at += match[0].length;
  }
  return words.length === 0 || words[0] === '' ? { problem: 'is empty' } : { words };
}

const wordHere = /^(?:[\w@%+=:,./^-]|"[^"$`\\\n]*"|'[^'\n]*')+(?:[ \t]+|$)/u;
const quoted = /"([^"]*)"|'([^']*)'/gu;

/** The last number of the last line that has one: `Statements: 81.5 %` is 81.5. */
export function lastNumber(lines: readonly string[]): number | undefined {
  for (const line of lines.toReversed()) {
    const found = line.match(/-?\d+(?:\.\d+)?/gu)?.at(-1);
    if (found !== undefined) return Number(found);
  }
  return undefined;
}
