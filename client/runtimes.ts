import type { RuntimeSummary } from '../server/protocol/runtime.ts';
import type { ScorecardRow } from '../server/protocol/scorecard.ts';
import type { Ask } from './connection.ts';

/** It was looked for, and is not there. One that was never heard of may well be. */
export function isMissing(runtime: RuntimeSummary | undefined): boolean {
  return runtime !== undefined && runtime.program === undefined;
}

/** The runtimes as the town last told them. Looking for their programs takes its time: the rows are shown before. */
export class Runtimes {
  readonly #ask: Ask;
  readonly #changed: () => void;
  #all: readonly RuntimeSummary[] = [];
  /** Counts the readings: the answer to an earlier one may come after that to a later one. */
  #turn = 0;

  /** `changed` is called when there are others than before, or they stand otherwise. */
  constructor(ask: Ask, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  get all(): readonly RuntimeSummary[] {
    return this.#all;
  }

  /** By its own name. */
  find(name: string | undefined): RuntimeSummary | undefined {
    return this.#all.find(({ preset }) => preset.id === name);
  }

  async read(): Promise<readonly RuntimeSummary[]> {
    this.#turn += 1;
    const turn = this.#turn;
    const all = await this.#ask('runtime/list', {});
    if (turn === this.#turn && JSON.stringify(all) !== JSON.stringify(this.#all)) {
      this.#all = all;
      this.#changed();
    }
    return all;
  }

  /** How a runtime did so far. The town reads its journal for it, so that it is asked only when somebody looks. */
  async score(name: string): Promise<readonly ScorecardRow[]> {
    const { rows } = await this.#ask('runtime/scorecard', {});
    return rows.filter(({ runtime }) => runtime === name);
  }

  clear(): void {
    this.#turn += 1;
    this.#all = [];
  }
}
