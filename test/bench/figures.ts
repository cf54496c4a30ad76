export interface Spread {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
}

export function spread(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((one, other) => one - other);
  const pick = (share: number): number => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(3));
  return { median: pick(0.5), p95: pick(0.95), p99: pick(0.99) };
}

/** A bar, what was measured, and whether it holds. */
export interface Row {
  readonly what: string;
  readonly bar: string;
  readonly holds: boolean;
  readonly figures: Readonly<Record<string, unknown>>;
}
