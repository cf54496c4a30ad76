import type { Node } from 'oxc-parser';
import { lineAt, lineCount, type Parsed, type Violation } from './syntax.ts';
import { limits } from './table.ts';

/** Sizes, barrels, default exports. */
export function shapes(file: Parsed): Violation[] {
  return [...longFile(file), ...barrel(file), ...file.nodes.flatMap(({ node }) => shapeOf(node, file))];
}

function longFile({ path, text }: Parsed): Violation[] {
  const lines = lineCount(text);
  return lines > limits.file
    ? [{ kind: 'size', path, line: limits.file + 1, message: `${lines} lines; ${limits.file} is the limit` }]
    : [];
}

function barrel({ path }: Parsed): Violation[] {
  return /(^|\/)index\.ts$/.test(path)
    ? [{ kind: 'barrel', path, line: 1, message: 'index.ts is a barrel: import from the file itself' }]
    : [];
}

function shapeOf(node: Node, { path, text }: Parsed): Violation[] {
  const line = lineAt(text, node.start);
  if (node.type === 'ExportAllDeclaration') {
    return [{ kind: 'barrel', path, line, message: 'export * is a barrel: import from the file itself' }];
  }
  if (isDefaultExport(node)) {
    return [{ kind: 'default export', path, line, message: 'exports carry a name' }];
  }
  const lines = isFunction(node) ? lineCount(text.slice(node.start, node.end)) : 0;
  return lines > limits.function
    ? [{ kind: 'size', path, line, message: `a function of ${lines} lines; ${limits.function} is the limit` }]
    : [];
}

function isDefaultExport(node: Node): boolean {
  if (node.type === 'ExportDefaultDeclaration') return true;
  return (
    node.type === 'ExportSpecifier' && node.exported.type === 'Identifier' && node.exported.name === 'default'
  );
}

function isFunction(node: Node): boolean {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}
