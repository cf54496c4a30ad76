import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { violations } from './architecture/check.ts';
import { documentedRows, tableRows } from './architecture/document.ts';
import { sentence } from './architecture/syntax.ts';
import { outsideOf, table } from './architecture/table.ts';
import { root, sources } from './architecture/tree.ts';

test('the house is built as the table says', () => {
  const files = sources('client/**/*.ts', 'server/**/*.ts');
  assert.ok(files.length > 0);
  assert.deepEqual(violations(files).map(sentence), []);
});

test('every package of the table is a dependency', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.ok(typeof manifest === 'object' && manifest !== null && 'dependencies' in manifest);
  const allowed = [...Object.values(table).flatMap((row) => row.outside), ...Object.values(outsideOf).flat()];
  const packages = new Set(allowed.filter((name) => !name.startsWith('node:') && name !== 'vscode'));
  assert.deepEqual([...packages].toSorted(), Object.keys(manifest.dependencies ?? {}).toSorted());
});

test('the page about the architecture shows the same table', () => {
  assert.deepEqual(documentedRows(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')), tableRows());
});

/** Files by path, and what must be said about them: its kind and a piece of its message. */
type Plant = { files: Record<string, string>; kind: string; says: RegExp };

const lines = (count: number): string => `const x = [\n${'  1,\n'.repeat(count - 2)}];\n`;
const longFunction = (count: number): string => `export function f() {\n${'  g();\n'.repeat(count - 2)}}\n`;

const plants: Record<string, Plant> = {
  'a value import upward': {
    files: { 'server/domain/rig.ts': "import { f } from '../operations/sling.ts';" },
    kind: 'import',
    says: /domain may not import operations/,
  },
  'a type import where nothing is allowed': {
    files: { 'server/store/journal.ts': "import type { Git } from '../git/git.ts';" },
    kind: 'import',
    says: /store may not import git/,
  },
  'a value import where only types are allowed': {
    files: { 'server/operations/sling.ts': "import { open } from '../store/store.ts';" },
    kind: 'import',
    says: /only types of store/,
  },
  'an import of nothing but inline types, which loads the module all the same': {
    files: { 'server/protocol/rig.ts': "import { type Rig } from '../domain/rig.ts';" },
    kind: 'import',
    says: /only types of domain/,
  },
  'siblings on one floor': {
    files: { 'server/rpc/reach.ts': "import { f } from '../sessions/process.ts';" },
    kind: 'import',
    says: /rpc may not import sessions/,
  },
  'siblings on floor 4': {
    files: { 'server/places.ts': "import { f } from './lsp.ts';" },
    kind: 'import',
    says: /floor 4 may not import floor 4/,
  },
  'an import of floor 4 from below': {
    files: { 'server/cli/gt.ts': "export const demo = () => import('../demo.ts');" },
    kind: 'import',
    says: /cli may not import floor 4/,
  },
  'an import of floor 5': {
    files: { 'server/lsp.ts': "import type { Main } from './main.ts';" },
    kind: 'import',
    says: /floor 4 may not import floor 5/,
  },
  'the client reaching into the town': {
    files: { 'client/connection.ts': "import { call } from '../server/rpc/call.ts';" },
    kind: 'import',
    says: /client may not import rpc/,
  },
  'the town reaching into the window': {
    files: { 'server/handlers.ts': "import { open } from '../client/terminals.ts';" },
    kind: 'import',
    says: /floor 4 may not import client/,
  },
  'an export from a forbidden place': {
    files: { 'server/language/hover.ts': "export { git } from '../git/git.ts';" },
    kind: 'import',
    says: /language may not import git/,
  },
  'a type written as import(…)': {
    files: { 'server/runtimes/presets.ts': "export type S = import('../store/store.ts').Store;" },
    kind: 'import',
    says: /runtimes may not import store/,
  },
  'a file of nowhere': {
    files: { 'server/tools/x.ts': 'export const x = 1;' },
    kind: 'place',
    says: /no row/,
  },
  'an import that leaves the house': {
    files: { 'server/rpc/reach.ts': "import { wait } from '../../test/support/wait.ts';" },
    kind: 'import',
    says: /no file of the house/,
  },
  require: {
    files: { 'server/rpc/reach.ts': "const net = require('node:net');" },
    kind: 'import',
    says: /require/,
  },
  'an import of something computed': {
    files: { 'server/cli/gt.ts': 'export const load = (name: string) => import(name);' },
    kind: 'import',
    says: /computed/,
  },
  'a Node built-in in the domain': {
    files: { 'server/domain/ids.ts': "import { join } from 'node:path';" },
    kind: 'outside',
    says: /node:path is not for domain/,
  },
  'a part of a built-in that the row may not use': {
    files: { 'server/operations/land.ts': "import { readFile } from 'node:fs/promises';" },
    kind: 'outside',
    says: /node:fs\/promises is not for operations/,
  },
  'a built-in without its prefix': {
    files: { 'server/git/git.ts': "import { join } from 'path';" },
    kind: 'outside',
    says: /path is not for git/,
  },
  'a package nobody declared': {
    files: { 'server/rpc/socket.ts': "import get from 'lodash/get.js';" },
    kind: 'outside',
    says: /lodash\/get\.js is not for rpc/,
  },
  'vscode outside the client': {
    files: { 'server/lsp.ts': "import type { Uri } from 'vscode';" },
    kind: 'outside',
    says: /vscode is not for server\/lsp\.ts/,
  },
  'the language server library outside lsp.ts': {
    files: { 'server/handlers.ts': "import { createConnection } from 'vscode-languageserver/node.js';" },
    kind: 'outside',
    says: /not for floor 4/,
  },
  'more than sockets and files in call.ts': {
    files: { 'server/rpc/call.ts': "import { join } from 'node:path';" },
    kind: 'outside',
    says: /node:path is not for server\/rpc\/call\.ts/,
  },
  'the schema library in another file': {
    files: { 'server/protocol/rig.ts': "import * as v from 'valibot';" },
    kind: 'outside',
    says: /valibot is not for protocol/,
  },
  'the schema file loaded by the command line': {
    files: { 'server/cli/output.ts': "import { check } from '../protocol/schema.ts';" },
    kind: 'import',
    says: /only the town loads/,
  },
  'a package in the start of gt': {
    files: {
      'server/cli/gt.ts': "import { run } from './program.ts';",
      'server/cli/program.ts': "import { Command } from 'commander';",
    },
    kind: 'start',
    says: /server\/cli\/gt\.ts loads commander/,
  },
  'a cycle of types only': {
    files: {
      'server/domain/rig.ts': "import type { Bead } from './bead.ts';",
      'server/domain/bead.ts': "import type { Town } from './town.ts';",
      'server/domain/town.ts': "import type { Rig } from './rig.ts';",
    },
    kind: 'cycle',
    says: /rig\.ts → server\/domain\/bead\.ts → server\/domain\/town\.ts → server\/domain\/rig\.ts/,
  },
  'a cycle through import()': {
    files: {
      'server/cli/gt.ts': "export const later = () => import('./bd.ts');",
      'server/cli/bd.ts': "import { later } from './gt.ts';",
    },
    kind: 'cycle',
    says: /gt\.ts → server\/cli\/bd\.ts → server\/cli\/gt\.ts/,
  },
  'a file of 301 lines': {
    files: { 'client/big.ts': lines(301) },
    kind: 'size',
    says: /301 lines/,
  },
  'a function of 61 lines': {
    files: { 'client/big.ts': longFunction(61) },
    kind: 'size',
    says: /a function of 61 lines/,
  },
  'an index.ts': {
    files: { 'server/store/index.ts': 'export const x = 1;' },
    kind: 'barrel',
    says: /index\.ts/,
  },
  'an export of everything': {
    files: { 'server/store/store.ts': "export * from './journal.ts';" },
    kind: 'barrel',
    says: /export \*/,
  },
  'a default export': {
    files: { 'client/views/rigs.ts': 'export default class {}' },
    kind: 'default export',
    says: /name/,
  },
  'a default export by renaming': {
    files: { 'client/views/rigs.ts': 'const x = 1; export { x as default };' },
    kind: 'default export',
    says: /name/,
  },
  'the clock in a rule': {
    files: { 'server/domain/bead.ts': 'export const now = () => Date.now();' },
    kind: 'impure',
    says: /Date\.now/,
  },
  'the clock as a date in a rule': {
    files: { 'server/domain/bead.ts': 'export const now = () => new Date().toISOString();' },
    kind: 'impure',
    says: /the date of now/,
  },
  'chance in a rule': {
    files: { 'server/domain/ids.ts': "export const id = () => Math['random']();" },
    kind: 'impure',
    says: /Math\.random/,
  },
  'the process in a rule': {
    files: { 'server/domain/town.ts': 'export const home = () => ({ process });' },
    kind: 'impure',
    says: /process/,
  },
  'a timer in a rule': {
    files: { 'server/domain/town.ts': 'export const later = (f: () => void) => setTimeout(f, 1);' },
    kind: 'impure',
    says: /setTimeout/,
  },
};

const found = (files: Record<string, string>) =>
  violations(Object.entries(files).map(([path, text]) => ({ path, text })));

describe('a planted violation is reported:', () => {
  for (const [name, { files, kind, says }] of Object.entries(plants)) {
    test(name, () => {
      const [first, ...more] = found(files).filter((violation) => violation.kind === kind);
      assert.match(first?.message ?? 'nothing', says);
      assert.deepEqual(more, []);
    });
  }
});

test('what is allowed is not reported', () => {
  const files = {
    'server/domain/bead.ts': [
      "import type { Rig } from './rig.ts';",
      'export const at = (now: string, host: { process: string }) => [new Date(now), host.process, Date.parse(now)];',
      "export const town = { process: 'x' };",
    ].join('\n'),
    'server/domain/rig.ts': longFunction(60),
    'server/rpc/call.ts': "import { connect } from 'node:net';\nimport { readFileSync } from 'node:fs';",
    'server/protocol/schema.ts':
      "import * as v from 'valibot';\nimport type { Rig } from '../domain/rig.ts';",
    'server/protocol/rig.ts': "import type { Schema } from './schema.ts';",
    'server/operations/land.ts':
      "import type { Git } from '../git/git.ts';\nimport { p } from '../runtimes/p.ts';",
    'server/git/git.ts': "import { simpleGit } from 'simple-git';\nimport { rm } from 'node:fs/promises';",
    'server/cli/gt.ts':
      "import { call } from '../rpc/call.ts';\nexport const rest = () => import('./program.ts');",
    'server/cli/program.ts': "import { Command } from 'commander';",
    'server/lsp.ts': "import { createConnection } from 'vscode-languageserver/node.js';",
    'server/handlers.ts':
      "import { check } from './protocol/schema.ts';\nimport { sling } from './operations/sling.ts';",
    'server/main.ts': "import { town } from './town.ts';",
    'client/extension.ts': `import * as vscode from 'vscode';\n${lines(299)}`,
  };
  assert.deepEqual(found(files), []);
});
