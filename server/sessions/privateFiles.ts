import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from '../domain/refusal.ts';

/** A file below a folder, its path with `/`. */
export interface PlacedFile {
  readonly path: string;
  readonly content: string;
}

/**
 * Writes files that only their owner reads, into a folder that only their owner enters. Refused with `forbidden` where the folder or
 * one on the way to a file is a link or somebody else's; what was there of the same name is replaced, never written through.
 */
export function writePrivateFiles(folder: string, files: readonly PlacedFile[]): void {
  ensureOwnFolder(folder);
  for (const { path, content } of files) {
    const parts = partsOf(path);
    let parent = folder;
    for (const part of parts.slice(0, -1)) {
      parent = join(parent, part);
      ensureOwnFolder(parent);
    }
    replace(join(folder, ...parts), content, 0o600);
  }
}

/** Stands in each file that we write into a worktree: a file of that name without it is the repository's own. */
const mark = 'gastown-';

/**
 * Writes files into a worktree, all or none: where the repository has one of these names, or a link stands on the way to it, the tree
 * is left as it is, and this gives false. What an earlier session wrote there is replaced.
 */
export function writeWorktreeFiles(worktree: string, files: readonly PlacedFile[]): boolean {
  const placed = files.map(({ path, content }) => ({ parts: partsOf(path), content }));
  if (placed.some(({ parts }) => !isPlain(worktree, parts.slice(0, -1)))) return false;
  if (!placed.every(({ parts }) => isFree(join(worktree, ...parts)))) return false;
  for (const { parts, content } of placed) {
    mkdirSync(join(worktree, ...parts.slice(0, -1)), { recursive: true });
    replace(join(worktree, ...parts), content, 0o600);
  }
  return true;
}

export function removePrivateFolder(folder: string): void {
  // A link is removed, not followed.
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Refused with `forbidden` where it is a link, no folder, or somebody else's. */
export function ensureOwnFolder(folder: string): void {
  const stats = statOf(folder);
  if (stats === undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  else if (!stats.isDirectory()) throw untrusted(folder, 'it is no folder');
  else if (process.platform !== 'win32' && stats.uid !== process.getuid?.())
    throw untrusted(folder, 'it belongs to another user');
  // Whatever the umask, and whatever it was before.
  chmodSync(folder, 0o700);
}

/** Whether each folder on the way is missing, or really a folder. A repository may hold a link to anywhere in its place. */
function isPlain(worktree: string, parts: readonly string[]): boolean {
  let folder = worktree;
  for (const part of parts) {
    folder = join(folder, part);
    const stats = statOf(folder);
    if (stats === undefined) return true;
    if (!stats.isDirectory()) return false;
  }
  return true;
}

/** The names of a path that stays below its folder. */
function partsOf(path: string): readonly string[] {
  const parts = path.split('/');
  if (parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part)))
    return parts;
  throw new Error(`${path} is no path below a folder.`);
}

function isFree(file: string): boolean {
  const stats = statOf(file);
  if (stats === undefined) return true;
  return stats.isFile() && readFileSync(file, 'utf8').includes(mark);
}

function replace(file: string, content: string, mode: number): void {
  const temporary = join(dirname(file), `.${process.pid}.gastown.tmp`);
  rmSync(temporary, { force: true });
  writeFileSync(temporary, content, { mode, flag: 'wx' });
  chmodSync(temporary, mode);
  renameSync(temporary, file);
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function untrusted(path: string, why: string): Refusal {
  return new Refusal('forbidden', `${path} is not trusted: ${why}.`, {
    next: `Remove ${path} and try again.`,
    facts: { path },
  });
}
