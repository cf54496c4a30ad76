import type { Node } from 'oxc-parser';
import { type Found, lineAt, type Parsed, type Violation } from './syntax.ts';
import { rowOf } from './table.ts';

/** What a rule cannot read without answering differently the next time. */
const impure = new Set([
  'process',
  'globalThis',
  'console',
  'performance',
  'crypto',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
]);

/** Clocks, randomness and the world outside, in the files of the domain. */
export function clockAndChance(file: Parsed): Violation[] {
  if (rowOf(file.path) !== 'domain') return [];
  return file.nodes.flatMap((found) => {
    const name = impurity(found);
    if (!name) return [];
    const message = `${name} in a rule: hand the value in`;
    return [{ kind: 'impure', path: file.path, line: lineAt(file.text, found.node.start), message }];
  });
}

function impurity({ node, parent }: Found): string | undefined {
  if (node.type === 'MetaProperty') return 'import.meta';
  if (node.type === 'MemberExpression') return reads(node, 'Date', 'now') ?? reads(node, 'Math', 'random');
  if (node.type === 'NewExpression' && node.arguments.length > 0) return undefined;
  if (node.type === 'NewExpression' || node.type === 'CallExpression') {
    return isNamed(node.callee, 'Date') ? 'the date of now' : undefined;
  }
  if (node.type !== 'Identifier' || isOnlyAName(node, parent)) return undefined;
  return impure.has(node.name) ? node.name : undefined;
}

/** `town.process`, `{ process: … }` and the like name a field and read nothing. */
function isOnlyAName(node: Node, parent: Node | undefined): boolean {
  if (!parent) return false;
  if (parent.type === 'MemberExpression') return parent.property === node && !parent.computed;
  if (parent.type === 'Property') return parent.key === node && !parent.computed;
  return parent.type === 'TSPropertySignature' || parent.type === 'TSMethodSignature';
}

function reads(node: Node & { type: 'MemberExpression' }, owner: string, field: string): string | undefined {
  const { object, property } = node;
  const isField = isNamed(property, field) || (property.type === 'Literal' && property.value === field);
  return isNamed(object, owner) && isField ? `${owner}.${field}` : undefined;
}

function isNamed(node: Node, name: string): boolean {
  return node.type === 'Identifier' && node.name === name;
}
