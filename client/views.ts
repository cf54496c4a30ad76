import { type Disposable, type TreeView, window } from 'vscode';
import type { AttentionItem } from '../server/domain/attentionItem.ts';
import type { TownState } from './connection.ts';
import { Disposables } from './disposables.ts';
import type { Model } from './model.ts';
import { AttentionRows } from './views/attention.ts';
import { BeadRows, beadSummary } from './views/beads.ts';
import { ConvoyRows } from './views/convoys.ts';
import { RigRows } from './views/rigs.ts';
import { RowTree, type TreeRow } from './views/tree.ts';

/** Ages are shown in minutes. */
const tickMs = 60_000;

/** The ids of the views; package.json has the same. */
export const viewIds = {
  attention: 'gastown.attention',
  rigs: 'gastown.rigs',
  convoys: 'gastown.convoys',
  beads: 'gastown.beads',
} as const;

/** The trees of the container. */
export class Views implements Disposable {
  readonly #model: Model;
  readonly #held = new Disposables();
  readonly #trees: readonly RowTree[];
  readonly #views: readonly TreeView<TreeRow>[];
  readonly #attention: TreeView<TreeRow>;
  readonly #attentionTree: RowTree;
  readonly #rigs: TreeView<TreeRow>;
  readonly #beads: TreeView<TreeRow>;

  constructor(model: Model) {
    this.#model = model;
    const attention = new RowTree(new AttentionRows(model));
    const rigs = new RowTree(new RigRows(model));
    const convoys = new RowTree(new ConvoyRows(model));
    const beads = new RowTree(new BeadRows(model));
    this.#attentionTree = attention;
    this.#attention = window.createTreeView(viewIds.attention, { treeDataProvider: attention });
    this.#rigs = window.createTreeView(viewIds.rigs, { treeDataProvider: rigs, showCollapseAll: true });
    const convoyView = window.createTreeView(viewIds.convoys, { treeDataProvider: convoys });
    this.#beads = window.createTreeView(viewIds.beads, { treeDataProvider: beads, canSelectMany: true });
    this.#trees = [attention, rigs, convoys, beads];
    this.#views = [this.#attention, this.#rigs, convoyView, this.#beads];
    this.#held.add(...this.#trees);
    this.#held.add(...this.#views);
    const tick = setInterval(() => this.#tick(), tickMs);
    this.#held.add({ dispose: () => clearInterval(tick) });
  }

  /** Shows the model and the state as they are now. */
  show(state: TownState): void {
    for (const tree of this.#trees) tree.update();
    const waiting = this.#model.town?.attention.length ?? 0;
    const words = `${waiting} ${waiting === 1 ? 'needs' : 'need'} you`;
    this.#attention.badge = waiting > 0 ? { value: waiting, tooltip: words } : undefined;
    this.#attention.description = waiting > 0 ? String(waiting) : '';
    this.#rigs.message = this.#model.town ? brokenWords(state, this.#model) : '';
    this.#beads.description = beadSummary(this.#model);
  }

  /** Selects the row of an item, without taking the focus. */
  async reveal(item: AttentionItem): Promise<void> {
    const row = await this.#attentionTree.find(`attention:${item.id}`);
    if (row) await this.#attention.reveal(row, { select: true, focus: false });
  }

  dispose(): void {
    this.#held.dispose();
  }

  #tick(): void {
    if (!this.#views.some(({ visible }) => visible)) return;
    for (const tree of this.#trees) tree.update();
  }
}

/** What stands above rows that may be out of date. */
function brokenWords({ kind }: TownState, { problem }: Model): string {
  if (kind === 'failed' || problem !== undefined) return 'The town cannot be reached; this is how it was.';
  return kind === 'connected' ? '' : 'Reconnecting to the town...';
}
