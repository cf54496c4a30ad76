import {
  type Disposable,
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
} from 'vscode';
import type { Row, RowSource } from './row.ts';

/** A row on the screen: the same object for as long as the row is there, since VS Code compares by identity. */
export class TreeRow {
  row: Row;
  readonly parent: TreeRow | undefined;
  /** Undefined until somebody has looked. */
  children: readonly TreeRow[] | undefined;

  constructor(row: Row, parent: TreeRow | undefined) {
    this.row = row;
    this.parent = parent;
  }
}

/** Shows the rows of a source, reads them when they are looked at, and tells VS Code of the changed ones only. */
export class RowTree implements TreeDataProvider<TreeRow>, Disposable {
  readonly #source: RowSource;
  readonly #changes = new EventEmitter<TreeRow[] | undefined>();
  #roots: readonly TreeRow[] | undefined;

  constructor(source: RowSource) {
    this.#source = source;
  }

  readonly onDidChangeTreeData = this.#changes.event;

  async getChildren(parent?: TreeRow): Promise<TreeRow[]> {
    if (parent && !this.#source.rows(parent.row)) await this.#source.read(parent.row);
    return [...this.#settle(parent)];
  }

  getParent({ parent }: TreeRow): TreeRow | undefined {
    return parent;
  }

  getTreeItem({ row }: TreeRow): TreeItem {
    const item = new TreeItem(row.label, collapsible[row.children ?? 'none']);
    item.id = row.id;
    item.contextValue = row.context;
    item.accessibilityInformation = { label: row.spoken };
    if (row.description !== undefined) item.description = row.description;
    if (row.icon) item.iconPath = new ThemeIcon(row.icon.id, colorOf(row.icon.color));
    if (row.command) item.command = { ...row.command, arguments: [row.subject] };
    return item;
  }

  resolveTreeItem(item: TreeItem, { row }: TreeRow): TreeItem {
    item.tooltip = tooltip(row);
    return item;
  }

  /** The row at the top with this id. */
  async find(id: string): Promise<TreeRow | undefined> {
    return (await this.getChildren()).find(({ row }) => row.id === id);
  }

  /** The source has changed. */
  update(): void {
    if (!this.#roots) return;
    const changed: TreeRow[] = [];
    if (this.#compare(undefined, changed)) this.#changes.fire(undefined);
    else if (changed.length > 0) this.#changes.fire(changed);
  }

  dispose(): void {
    this.#changes.dispose();
  }

  /** Settles the rows below and collects the parents and rows that look different. Tells whether this parent's own list does. */
  #compare(parent: TreeRow | undefined, changed: TreeRow[]): boolean {
    const before = parent ? parent.children : this.#roots;
    if (!before) return false;
    const looks = before.map(({ row }) => JSON.stringify(row));
    const after = this.#settle(parent);
    const moved = after.length !== before.length || after.some((each, index) => each !== before[index]);
    for (const [index, each] of after.entries()) {
      const inside = this.#compare(each, changed);
      const different = !moved && JSON.stringify(each.row) !== looks[index];
      if (inside || different) changed.push(each);
    }
    return moved;
  }

  /** The rows below as the source has them now, with the objects that are there already. */
  #settle(parent: TreeRow | undefined): readonly TreeRow[] {
    const before = new Map((parent ? parent.children : this.#roots)?.map((each) => [each.row.id, each]));
    const rows = this.#source.rows(parent?.row) ?? [];
    const after = rows.map((row) => {
      const known = before.get(row.id);
      if (known) known.row = row;
      return known ?? new TreeRow(row, parent);
    });
    if (parent) parent.children = after;
    else this.#roots = after;
    return after;
  }
}

const collapsible = {
  none: TreeItemCollapsibleState.None,
  collapsed: TreeItemCollapsibleState.Collapsed,
  expanded: TreeItemCollapsibleState.Expanded,
} as const;

function colorOf(id: string | undefined): ThemeColor | undefined {
  return id === undefined ? undefined : new ThemeColor(id);
}

/** Texts of beads are data: they are added as text, and no command in them works. */
function tooltip(row: Row): MarkdownString {
  const markdown = new MarkdownString();
  for (const paragraph of row.tooltip()) {
    if (!paragraph) continue;
    markdown.appendText(paragraph);
    markdown.appendMarkdown('\n\n');
  }
  return markdown;
}
