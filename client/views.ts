import { type Disposable, type TreeView, window } from 'vscode';
import type { AttentionItem } from '../server/domain/attentionItem.ts';
import { type Activity, everything } from './activity.ts';
import { isStopped, type TownState } from './connection.ts';
import { Disposables } from './disposables.ts';
import type { Model } from './model.ts';
import type { Subject } from './subject.ts';
import { ActivityRows } from './views/activity.ts';
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
  activity: 'gastown.activity',
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
  readonly #activity: TreeView<TreeRow>;
  readonly activity: Activity;

  constructor(model: Model, activity: Activity) {
    this.#model = model;
    this.activity = activity;
    const attention = new RowTree(new AttentionRows(model));
    const rigs = new RowTree(new RigRows(model));
    const convoys = new RowTree(new ConvoyRows(model));
    const beads = new RowTree(new BeadRows(model));
    this.#attentionTree = attention;
    this.#attention = window.createTreeView(viewIds.attention, { treeDataProvider: attention });
    this.#rigs = window.createTreeView(viewIds.rigs, { treeDataProvider: rigs, showCollapseAll: true });
    const convoyView = window.createTreeView(viewIds.convoys, { treeDataProvider: convoys });
    this.#beads = window.createTreeView(viewIds.beads, { treeDataProvider: beads, canSelectMany: true });
    const happened = new RowTree(new ActivityRows(activity, model));
    this.#activity = window.createTreeView(viewIds.activity, { treeDataProvider: happened });
    this.#trees = [attention, rigs, convoys, beads, happened];
    this.#views = [this.#attention, this.#rigs, convoyView, this.#beads, this.#activity];
    this.#held.add(
      activity,
      activity.onDidChange(() => happened.update()),
      this.#activity.onDidChangeVisibility(({ visible }) => activity.look(visible)),
    );
    activity.look(this.#activity.visible);
    this.#held.add(...this.#trees);
    this.#held.add(...this.#views);
    const tick = setInterval(() => this.#tick(), tickMs);
    this.#held.add({ dispose: () => clearInterval(tick) });
  }

  /** Shows the model and the state as they are now. */
  show(state: TownState): void {
    for (const tree of this.#trees) tree.update();
    const waiting = isStopped(state) ? 0 : (this.#model.town?.attention.length ?? 0);
    const words = `${waiting} ${waiting === 1 ? 'needs' : 'need'} you`;
    this.#attention.badge = waiting > 0 ? { value: waiting, tooltip: words } : undefined;
    this.#attention.description = waiting > 0 ? String(waiting) : '';
    this.#rigs.message = this.#model.town ? brokenWords(state, this.#model) : '';
    this.#beads.description = beadSummary(this.#model);
    const { kind } = this.activity;
    this.#activity.description = kind === everything ? '' : kind.label.toLowerCase();
  }

  /** Selects the row of something, in the first view that has one; false where none has. */
  async showWhere(subject: Subject): Promise<boolean> {
    for (const [at, tree] of this.#trees.entries()) {
      const view = this.#views[at];
      if (!view || view === this.#activity || view === this.#attention) continue;
      const row = await tree.locate((each) => isSame(each, subject));
      if (!row) continue;
      await view.reveal(row, { select: true, focus: true });
      return true;
    }
    return false;
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

function isSame(row: Subject, wanted: Subject): boolean {
  if (row.kind === 'bead' && wanted.kind === 'bead') return row.bead === wanted.bead;
  if ('agent' in row && wanted.kind === 'polecat') return row.kind !== 'bead' && row.agent === wanted.agent;
  if (row.kind === 'convoy' && wanted.kind === 'convoy') return row.convoy === wanted.convoy;
  return row.kind === 'rig' && wanted.kind === 'rig' && row.rig === wanted.rig;
}

/** No link can stand there. */
const stoppedWords =
  'The town is stopped; this is how it was. The command Gas Town: Start Town starts it again.';

/** What stands above rows that may be out of date. */
function brokenWords(state: TownState, { problem }: Model): string {
  const { kind } = state;
  if (isStopped(state)) return stoppedWords;
  if (kind === 'failed' || problem !== undefined) return 'The town cannot be reached; this is how it was.';
  return kind === 'connected' ? '' : 'Reconnecting to the town...';
}
