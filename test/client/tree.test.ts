import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row, RowSource } from '../../client/views/row.ts';
import { RowTree } from '../../client/views/tree.ts';
import type { MarkdownString } from '../support/vscode.ts';

function row(id: string, description = '', tooltip: readonly string[] = []): Row {
  return {
    id,
    label: id,
    description,
    context: 'rig',
    children: 'expanded',
    spoken: `Row ${id}`,
    subject: { kind: 'rig', rig: id },
    tooltip: () => tooltip,
  };
}

/** Rows by the id of the row above, '' at the top. */
class Rows implements RowSource {
  read_: string[] = [];
  below: Record<string, readonly Row[] | undefined>;

  constructor(below: Record<string, readonly Row[] | undefined>) {
    this.below = below;
  }

  rows(parent?: Row): readonly Row[] | undefined {
    return this.below[parent?.id ?? ''];
  }

  read(parent: Row): Promise<void> {
    this.read_.push(parent.id);
    this.below[parent.id] = [row(`${parent.id}-child`)];
    return Promise.resolve();
  }
}

async function watched(below: Record<string, readonly Row[] | undefined>) {
  const source = new Rows(below);
  const tree = new RowTree(source);
  const fired: (readonly string[] | 'all')[] = [];
  tree.onDidChangeTreeData((rows) => fired.push(rows ? rows.map((each) => each.row.id) : 'all'));
  const roots = await tree.getChildren();
  return { source, tree, fired, roots };
}

test('only rows that look different are told of, and they stay the same objects', async () => {
  const { source, tree, fired, roots } = await watched({ '': [row('a'), row('b')], a: [], b: [] });
  for (const root of roots) await tree.getChildren(root);
  tree.update();
  assert.deepEqual(fired, []);
  source.below[''] = [row('a'), row('b', 'changed')];
  tree.update();
  assert.deepEqual(fired, [['b']]);
  const after = await tree.getChildren();
  assert.ok(after.every((each, index) => each === roots[index]));
  assert.equal(after[1] && tree.getTreeItem(after[1]).description, 'changed');
});

test('a new row makes its parent be read again, and no other', async () => {
  const { source, tree, fired, roots } = await watched({ '': [row('a'), row('b')], a: [row('a1')], b: [] });
  for (const root of roots) await tree.getChildren(root);
  source.below['a'] = [row('a1'), row('a2')];
  tree.update();
  assert.deepEqual(fired, [['a']]);
  source.below[''] = [row('b'), row('a')];
  tree.update();
  assert.deepEqual(fired.at(-1), 'all');
});

test('what nobody has looked at is neither read nor told of', async () => {
  const { source, tree, fired, roots } = await watched({ '': [row('a')] });
  tree.update();
  assert.deepEqual([source.read_, fired], [[], []]);
  const [child] = await tree.getChildren(roots[0]);
  assert.deepEqual(source.read_, ['a']);
  assert.equal(child?.row.id, 'a-child');
  assert.equal(child && tree.getParent(child), roots[0]);
});

test('a row has an id, words for menus and a sentence for screen readers; its tooltip comes later', async () => {
  const { tree, roots } = await watched({ '': [row('a', 'idle', ['**bold** [x](command:y)'])] });
  const [root] = roots;
  assert.ok(root);
  const item = tree.getTreeItem(root);
  assert.deepEqual(
    [item.id, item.contextValue, item.accessibilityInformation],
    ['a', 'rig', { label: 'Row a' }],
  );
  assert.equal(item.tooltip, undefined);
  const resolved = await tree.resolveTreeItem(item, root);
  const tooltip = resolved.tooltip as unknown as MarkdownString;
  assert.deepEqual(tooltip.texts, ['**bold** [x](command:y)']);
  assert.deepEqual(
    [tooltip.isTrusted, tooltip.supportHtml, tooltip.markdown.join('').trim()],
    [undefined, undefined, ''],
  );
});
