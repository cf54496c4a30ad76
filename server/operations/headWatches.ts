import type { AgentId } from '../domain/ids.ts';
import { messageOf } from '../domain/fault.ts';
import type { Rig } from '../domain/rig.ts';
import type { Context } from './context.ts';
import type { Worker } from './radarLook.ts';
import { repositoryOf } from './workingFolder.ts';

interface HeadWatch {
  readonly folder: string;
  /** Undefined until it watches, and where it cannot. */
  end?: () => void;
}

/** Says of the agents of a rig that they have committed, in the moment they do; where that cannot be seen, the rounds find it. */
export class HeadWatches {
  readonly #context: Context;
  readonly #moved: (agent: AgentId) => void;
  readonly #watches = new Map<AgentId, HeadWatch>();

  constructor(context: Context, moved: (agent: AgentId) => void) {
    this.#context = context;
    this.#moved = moved;
  }

  /** Watches these and no others. One whose folder is another than before is watched there. */
  follow(rig: Rig, workers: readonly Worker[]): void {
    const folders = new Map(workers.map(({ id, worktree }) => [id, worktree]));
    for (const [id, watch] of this.#watches) {
      if (folders.get(id) === watch.folder) continue;
      watch.end?.();
      this.#watches.delete(id);
    }
    for (const worker of workers) if (!this.#watches.has(worker.id)) this.#begin(rig, worker);
  }

  end(): void {
    for (const { end } of this.#watches.values()) end?.();
    this.#watches.clear();
  }

  #begin(rig: Rig, worker: Worker): void {
    const { id, worktree: folder } = worker;
    const watch: HeadWatch = { folder };
    this.#watches.set(id, watch);
    this.#context.background(`watching the HEAD of ${id}`, async () => {
      try {
        const { git } = this.#context;
        const end = await git.watchHead(repositoryOf(this.#context, rig, worker), folder, () =>
          this.#moved(id),
        );
        // Over already, before it began.
        if (this.#watches.get(id) === watch) watch.end = end;
        else end();
      } catch (error) {
        this.#context.log(`The HEAD of ${id} is not watched: ${messageOf(error)}`);
      }
    });
  }
}
