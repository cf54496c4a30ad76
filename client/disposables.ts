import type { Disposable } from 'vscode';

/** Things with one common end. Late disposal is still disposal: what is added after the end ends at once. */
export class Disposables implements Disposable {
  readonly #held = new Set<Disposable>();
  #ended = false;

  add(...all: readonly Disposable[]): void {
    for (const each of all) {
      if (this.#ended) each.dispose();
      else this.#held.add(each);
    }
  }

  dispose(): void {
    this.#ended = true;
    const held = [...this.#held].toReversed();
    this.#held.clear();
    for (const each of held) each.dispose();
  }
}
