import type { ArchiveView } from '../server/protocol/archive.ts';
import type { Ask } from './connection.ts';

/** How many of a rig are shown; older ones are in `gt polecat archives`. */
const shownArchives = 100;

/** What was removed and can be brought back, by rig: of those rigs where somebody has looked. */
export class ArchiveLists {
  readonly #ask: Ask;
  readonly #lists = new Map<string, readonly ArchiveView[]>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  get(rig: string): readonly ArchiveView[] | undefined {
    return this.#lists.get(rig);
  }

  async read(rig: string): Promise<void> {
    const { archives } = await this.#ask('archive/list', { rig, limit: shownArchives });
    this.#lists.set(rig, archives);
  }

  /** Those that were looked at, where the rig is still there. */
  async readAgain(rigs: ReadonlySet<string>): Promise<void> {
    for (const rig of this.#lists.keys()) if (!rigs.has(rig)) this.#lists.delete(rig);
    await Promise.all(Array.from(this.#lists.keys(), (rig) => this.read(rig)));
  }

  clear(): void {
    this.#lists.clear();
  }
}
