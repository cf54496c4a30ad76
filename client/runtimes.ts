import type { RuntimeSummary } from '../server/protocol/runtime.ts';
import type { Ask } from './connection.ts';

/** The runtimes as the town last told them. Looking for their programs takes its time: the rows are shown before. */
export class Runtimes {
  readonly #ask: Ask;
  #all: readonly RuntimeSummary[] = [];
  /** Counts the readings: the answer to an earlier one may come after that to a later one. */
  #turn = 0;

  constructor(ask: Ask) {
    this.#ask = ask;
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
    if (turn === this.#turn) this.#all = all;
    return all;
  }

  clear(): void {
    this.#turn += 1;
    this.#all = [];
  }
}
