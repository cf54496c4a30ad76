import type { Node } from 'oxc-parser';
import { dirname, join } from 'node:path/posix';
import { lineAt, type Parsed, type Violation } from './syntax.ts';

export type Import = {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** `import()`: loaded when it is needed. */
  readonly lazy: boolean;
  readonly line: number;
};

/** Imports, exports from elsewhere, `import()` and `import('…')` types of one file. */
export function importsOf(file: Parsed): Import[] {
  return file.nodes.flatMap(({ node }) => {
    const found = importIn(node);
    return found ? [{ ...found, line: lineAt(file.text, node.start) }] : [];
  });
}

/** Ways to reach another module that the table cannot be held against. */
export function strayImports(file: Parsed): Violation[] {
  return file.nodes.flatMap(({ node }) => {
    const message = strayIn(node);
    return message ? [{ kind: 'import', path: file.path, line: lineAt(file.text, node.start), message }] : [];
  });
}

/** The path in the repository that a relative specifier names. */
export function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? join(dirname(path), specifier) : undefined;
}

/** `node:fs/promises` → `node:fs`, `@scope/name/part` → `@scope/name`. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

// `import { type A } from` still loads the module when it runs, so only `import type` counts as type-only.
function importIn(node: Node): Omit<Import, 'line'> | undefined {
  if (node.type === 'ImportDeclaration') return eager(node.source.value, node.importKind);
  if (node.type === 'ExportAllDeclaration') return eager(node.source.value, node.exportKind);
  if (node.type === 'ExportNamedDeclaration' && node.source) return eager(node.source.value, node.exportKind);
  if (node.type === 'TSImportType') return eager(node.source.value, 'type');
  return node.type === 'ImportExpression' && isText(node.source)
    ? { specifier: node.source.value, typeOnly: false, lazy: true }
    : undefined;
}

function eager(specifier: string, kind: 'type' | 'value' | undefined): Omit<Import, 'line'> {
  return { specifier, typeOnly: kind === 'type', lazy: false };
}

function strayIn(node: Node): string | undefined {
  if (node.type === 'ImportExpression' && !isText(node.source)) return 'import() of something computed';
  if (node.type === 'TSImportEqualsDeclaration') return 'import = is not a module import';
  const requires =
    node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require';
  return requires ? 'require() in a module' : undefined;
}

function isText(node: Node): node is Node & { type: 'Literal'; value: string } {
  return node.type === 'Literal' && typeof node.value === 'string';
}
