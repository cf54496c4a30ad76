import type { AttentionItem } from '../server/domain/attentionItem.ts';

/** Goes through what needs a person, one after the other. */
export class Waiting {
  readonly #show: (item: AttentionItem) => Thenable<void>;
  #last: string | undefined;

  constructor(show: (item: AttentionItem) => Thenable<void>) {
    this.#show = show;
  }

  /** Behind the last one that was given; where that is gone, the first. */
  next(items: readonly AttentionItem[]): AttentionItem | undefined {
    const at = items.findIndex(({ id }) => id === this.#last);
    const next = items[at + 1] ?? items[0];
    this.#last = next?.id;
    return next;
  }

  async reveal(item: AttentionItem): Promise<void> {
    await this.#show(item);
  }
}
