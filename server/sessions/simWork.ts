import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { displayText } from '../domain/text.ts';
import type { SimTools } from './simTools.ts';

export interface WorkItem {
  readonly id: string;
  readonly title: string;
}

export interface Written {
  readonly path: string;
  readonly lines: number;
}

/** Writes a small file that fits in with those that are there, or adds to it where an earlier attempt wrote it. */
export async function writeWork(tools: SimTools, directory: string, item: WorkItem): Promise<Written> {
  const path = pathFor(await trackedFiles(tools), wordOf(item));
  return put(directory, path, (before) => before + section(extname(path), item, before));
}

/** The word that the bead asks for, in the file that it names; undefined where it asks for no such thing. */
export function writeAsked(directory: string, description: string): Written | undefined {
  const [, path, word] = /\bfile named ([\w-]+\.\w+)\b[^]*\bthis word: (\w+)/.exec(description) ?? [];
  return path === undefined ? undefined : put(directory, path, () => `${word ?? ''}\n`);
}

/** Notes beside the work, for those who look twice. */
export function writeNotes(directory: string, item: WorkItem): Written {
  const text = `# ${safe(item.title)}\n\nWhat was done for ${safe(item.id)}, and why.\n`;
  return put(directory, `docs/${wordOf(item)}.md`, (before) => before || text);
}

/** A picture, for those who show. */
export function writePicture(directory: string, item: WorkItem): Written {
  const label = safe(item.title);
  const picture = [
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="80">',
    '  <rect width="320" height="80" rx="8" fill="#1f2430"/>',
    `  <text x="16" y="46" fill="#ffcc66" font-family="sans-serif">${label}</text>`,
    '</svg>',
    '',
  ].join('\n');
  return put(directory, `preview/${wordOf(item)}.svg`, () => picture);
}

/**
 * Replaces the first line of README.md (of the first file that git knows, where there is none): whoever changes that line on the
 * target meanwhile gets a conflict.
 */
export async function changeFirstLine(tools: SimTools, directory: string, item: WorkItem): Promise<Written> {
  const files = await trackedFiles(tools);
  const path = files.find((file) => file === 'README.md') ?? files[0] ?? 'README.md';
  return put(directory, path, (before) => {
    const rest = before.includes('\n') ? before.slice(before.indexOf('\n')) : '\n';
    return `${safe(item.title)} (${safe(item.id)})${rest}`;
  });
}

async function trackedFiles(tools: SimTools): Promise<readonly string[]> {
  return (await tools.git('ls-files', '-z')).split('\0').filter((path) => path !== '');
}

function put(directory: string, path: string, change: (before: string) => string): Written {
  const file = join(directory, path);
  const text = change(existsSync(file) ? readFileSync(file, 'utf8') : '');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return { path, lines: text.split('\n').length - 1 };
}

/** `be-auth` → `auth`; an id that is no file name → `work`. */
function wordOf({ id }: WorkItem): string {
  const word = id.slice(id.indexOf('-') + 1).toLowerCase();
  return /^[a-z0-9][a-z0-9-]{0,40}$/.test(word) ? word : 'work';
}

/** Beside the files of the kind that the repository has most of. */
function pathFor(files: readonly string[], word: string): string {
  const kinds = Object.keys(sections).filter((kind) => kind !== '.md');
  const counts = kinds.map((kind) => [kind, files.filter((file) => extname(file) === kind)] as const);
  const [kind, alike] = counts.toSorted((a, b) => b[1].length - a[1].length)[0] ?? ['.md', []];
  const sibling = alike.find((file) => file.includes('/')) ?? alike[0];
  if (sibling === undefined) return `docs/${word}.md`;
  const name = kind === '.py' ? word.replaceAll('-', '_') : word;
  return join(dirname(sibling), `${name}${kind}`).replaceAll('\\', '/');
}

type Section = (title: string, id: string, name: string) => readonly string[];

const script: Section = (title, id, name) => [
  `// ${id}: ${title}`,
  `export function ${name}(value) {`,
  '  return value;',
  '}',
];

const typed: Section = (title, id, name) => [
  `// ${id}: ${title}`,
  `export function ${name}<Value>(value: Value): Value {`,
  '  return value;',
  '}',
];

const sections: Readonly<Record<string, Section>> = {
  '.ts': typed,
  '.js': script,
  '.jsx': script,
  '.mjs': script,
  '.py': (title, id, name) => [`# ${id}: ${title}`, `def ${name}(value):`, '    return value'],
  '.go': (title, id) => [`// ${id}: ${title}`],
  '.css': (title, id, name) => [`/* ${id}: ${title} */`, `.${name} {`, '  display: grid;', '}'],
  '.html': (title, id, name) => [`<!-- ${id}: ${title} -->`, `<section id="${name}"></section>`],
  '.md': (title, id) => [`## ${title}`, '', `Done for ${id}.`],
};

function section(kind: string, item: WorkItem, before: string): string {
  const attempt = before.split(safe(item.id)).length;
  const name = `${wordOf(item).replaceAll('-', '_')}${attempt > 1 ? `_${attempt}` : ''}`;
  const known = kind === '.go' && before === '' ? ['package main', ''] : [];
  const lines = (sections[kind] ?? script)(
    safe(item.title),
    safe(item.id),
    /^\d/.test(name) ? `work_${name}` : name,
  );
  return `${[...(before === '' ? known : ['']), ...lines].join('\n')}\n`;
}

/** Text of others inside a comment must not end it. */
function safe(text: string): string {
  return displayText(text, 80)
    .replaceAll(/[^\p{L}\p{N} .,:;_'-]/gu, ' ')
    .replaceAll('--', ' ');
}
