import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Source } from './syntax.ts';

export const root = join(import.meta.dirname, '../..');

/** The files a pattern names, with forward slashes. */
export function sources(...patterns: readonly string[]): Source[] {
  const paths = patterns.flatMap((pattern) => globSync(pattern, { cwd: root }));
  return paths.map((path) => read(path.split(sep).join('/')));
}

/** Every text file of the repository, the new ones that nobody added yet included. */
export function repositoryTexts(): Source[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const paths = listed.split('\0').filter((path) => path !== '' && isFile(path));
  return paths.map(read).filter(({ text }) => !text.includes('\0'));
}

function read(path: string): Source {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

function isFile(path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false })?.isFile() ?? false;
}
