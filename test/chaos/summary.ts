import type { ChaosOptions } from './options.ts';

/** What happened, to be counted. */
export class Counts {
  readonly #counts = new Map<string, number>();

  add(what: string, by = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + by);
  }

  get(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** By how it begins. */
  among(prefix: string): [string, number][] {
    const found = [...this.#counts].filter(([what]) => what.startsWith(prefix));
    return found
      .map(([what, count]): [string, number] => [what.slice(prefix.length), count])
      .toSorted(([a], [b]) => a.localeCompare(b));
  }
}

export interface Outcome {
  readonly options: ChaosOptions;
  /** Each a sentence; none: the town was whole. */
  readonly problems: readonly string[];
  readonly facts: readonly (readonly [string, string])[];
  /** Where everything lies, if it was kept. */
  readonly folder?: string;
}

export function outcomeLines({ options, problems, facts, folder }: Outcome): string[] {
  const { seed, rounds, polecats } = options;
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    `chaos: seed ${seed}, ${rounds} rounds, ${polecats} polecats`,
    ...facts.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...problems.map((problem) => `✖ ${problem}`),
    problems.length === 0
      ? '✔ whole: everything landed and proven or in attention, nothing lost, nothing left'
      : `✖ ${problems.length} broken; again with: npm run chaos -- --seed ${seed} --rounds ${rounds} --polecats ${polecats}`,
    ...(folder === undefined ? [] : [`  kept in ${folder}`]),
  ];
}
