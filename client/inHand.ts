/** How long the views may be behind the answer of a command. */
const lingerMs = 2000;

/** What a command of this window works on, by the ids of beads, agents and rigs: the command itself says what becomes of it. */
export class InHand {
  readonly #held = new Map<string, number>();

  has(id: string | undefined): boolean {
    return id !== undefined && this.#held.has(id);
  }

  /** While the work goes on, and until the views have what came of it. */
  async during<T>(ids: string | readonly string[], work: () => T | Promise<T>): Promise<T> {
    this.#count(ids, 1);
    try {
      return await work();
    } finally {
      setTimeout(() => this.#count(ids, -1), lingerMs).unref();
    }
  }

  #count(ids: string | readonly string[], by: number): void {
    for (const id of [ids].flat()) {
      const count = (this.#held.get(id) ?? 0) + by;
      if (count > 0) this.#held.set(id, count);
      else this.#held.delete(id);
    }
  }
}
