/** The import table of the house, as data. A column missing in a row is forbidden; the row's own files always may meet. */

export type Row =
  | 'domain'
  | 'protocol'
  | 'rpc'
  | 'store'
  | 'git'
  | 'runtimes'
  | 'sessions'
  | 'plugins'
  | 'language'
  | 'operations'
  | 'cli'
  | 'client'
  | 'floor 4'
  | 'floor 5';

/** `value`: anything; `type`: `import type` only. */
export type Cell = 'value' | 'type';

type Rule = { readonly imports: Readonly<Partial<Record<Row, Cell>>>; readonly outside: readonly string[] };

const below = {
  domain: 'value',
  protocol: 'value',
  rpc: 'value',
  store: 'value',
  git: 'value',
  runtimes: 'value',
  sessions: 'value',
  plugins: 'value',
  language: 'value',
  operations: 'value',
  cli: 'value',
} as const;

export const table: Readonly<Record<Row, Rule>> = {
  domain: { imports: {}, outside: [] },
  protocol: { imports: { domain: 'type' }, outside: ['node:path', 'node:crypto'] },
  rpc: {
    imports: { domain: 'value', protocol: 'value' },
    outside: [
      'vscode-jsonrpc',
      'node:net',
      'node:fs',
      'node:path',
      'node:os',
      'node:crypto',
      'node:child_process',
    ],
  },
  store: {
    imports: { domain: 'value' },
    outside: ['lowdb', 'sorted-btree', 'node:fs', 'node:path', 'node:crypto', 'node:sqlite'],
  },
  git: { imports: { domain: 'value' }, outside: ['simple-git', 'node:path', 'node:fs'] },
  runtimes: { imports: { domain: 'type' }, outside: [] },
  sessions: {
    imports: { domain: 'value' },
    outside: ['node:child_process', 'node:fs', 'node:path', 'node:os'],
  },
  plugins: {
    imports: { domain: 'value' },
    outside: ['smol-toml', 'croner', 'valibot', 'node:fs', 'node:path', 'node:crypto'],
  },
  language: { imports: { domain: 'value' }, outside: [] },
  operations: {
    imports: {
      domain: 'value',
      protocol: 'type',
      store: 'type',
      git: 'type',
      runtimes: 'value',
      sessions: 'type',
      plugins: 'type',
    },
    outside: ['node:path'],
  },
  cli: {
    imports: { domain: 'value', protocol: 'value', rpc: 'value' },
    outside: ['commander', 'string-width', 'node:path', 'node:fs'],
  },
  client: {
    imports: { domain: 'value', protocol: 'value' },
    outside: ['vscode', 'vscode-languageclient', 'node:path', 'node:fs'],
  },
  'floor 4': { imports: below, outside: ['node:path', 'node:fs', 'node:os', 'node:url'] },
  'floor 5': {
    imports: { ...below, 'floor 4': 'value', 'floor 5': 'value' },
    outside: ['node:path', 'node:fs', 'node:os', 'node:crypto'],
  },
};

/** Files whose outside packages are not those of their row. */
export const outsideOf: Readonly<Record<string, readonly string[]>> = {
  'server/rpc/call.ts': ['node:net', 'node:fs'],
  ...Object.fromEntries(
    ['schema', 'presetSchema', 'fields'].map((name) => [
      `server/protocol/${name}.ts`,
      [...table.protocol.outside, 'valibot'],
    ]),
  ),
  'server/cli/onTerminal.ts': ['node:child_process'],
  'server/lsp.ts': [...table['floor 4'].outside, 'vscode-languageserver'],
};

/** The files with the schema library: `gt` and `bd` must not load it, so only the programs above may import them, and they each other. */
export function isTownOnly(path: string): boolean {
  return /^server\/protocol\/(?:schema|\w+Schema|fields)\.ts$/.test(path);
}

/** Programs whose start-up is felt: what they import at their top reaches no package. */
export const quickStarts: readonly string[] = ['server/cli/gt.ts', 'server/cli/bd.ts'];

export const limits = { file: 300, function: 60 } as const;

const floor4 = [
  'handlers',
  'places',
  'lsp',
  'launcher',
  'demo',
  'runtimeTest',
  'runtimeDoctor',
  'uninstall',
  'stopAlone',
].map((name) => `server/${name}.ts`);

const floor5 = ['town', 'serveTown', 'main'].map((name) => `server/${name}.ts`);

/** Undefined for a file that belongs nowhere. */
export function rowOf(path: string): Row | undefined {
  if (path.startsWith('client/')) return 'client';
  if (floor5.includes(path)) return 'floor 5';
  if (floor4.includes(path)) return 'floor 4';
  const folder = /^server\/(\w+)\//.exec(path)?.[1];
  return rows.find((row) => row === folder);
}

const rows: readonly Row[] = [
  'domain',
  'protocol',
  'rpc',
  'store',
  'git',
  'runtimes',
  'sessions',
  'plugins',
  'language',
  'operations',
  'cli',
];
