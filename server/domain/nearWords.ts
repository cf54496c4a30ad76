/** Those of the words that may have been meant, the nearest first. Of addresses the last part alone is compared, too. */
export function nearWords(text: string, words: Iterable<string>, most = 3): string[] {
  const wanted = text.toLowerCase().slice(0, mostCompared);
  const found: { word: string; far: number }[] = [];
  for (const word of new Set(words)) {
    const far = Math.min(distance(wanted, word), distance(lastPart(wanted), lastPart(word)));
    if (far <= Math.ceil(lastPart(wanted).length / 3)) found.push({ word, far });
  }
  return found
    .toSorted((a, b) => a.far - b.far || (a.word < b.word ? -1 : 1))
    .slice(0, most)
    .map(({ word }) => word);
}

const mostCompared = 100;

function lastPart(address: string): string {
  return /[^/:@]*$/u.exec(address)?.[0] ?? address;
}

/** How many letters have to be changed, added, taken away, or swapped with the next. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      const isSwapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const swapped = isSwapped ? (before[j - 2] ?? i) + 1 : Infinity;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same, swapped));
    }
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
