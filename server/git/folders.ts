import { constants, promises as fs } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Undefined where there is nothing; links are not followed. */
export async function entriesOf(directory: string): Promise<string[] | undefined> {
  try {
    return await fs.readdir(directory);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    if (isCode(error, 'ENOTDIR')) return [basename(directory)];
    throw error;
  }
}

/**
 * Deletes a folder with all that is in it. Links and junctions are unlinked, never followed (git on Windows follows them and deletes the
 * originals, anthropics/claude-code#60604); folders without write permission, as Go's module cache makes them, are opened up first. Gone already is gone.
 */
export async function removeTree(directory: string): Promise<void> {
  const stat = await fs.lstat(directory).catch(() => undefined);
  // `.git` last: cut short, what is left is still a worktree, which can be archived and removed again.
  const inner = stat?.isDirectory() === true ? await fs.readdir(directory) : [];
  for (const entry of inner.filter((name) => name !== '.git')) await removeEntry(join(directory, entry));
  await removeEntry(directory);
}

/** Makes the folders above `directory` and returns what undoes exactly that. */
export async function makeParents(directory: string): Promise<() => Promise<void>> {
  const first = await fs.mkdir(dirname(directory), { recursive: true });
  return async () => {
    if (first === undefined) return;
    for (let path = dirname(directory); ; path = dirname(path)) {
      // Somebody may have put something there since: only empty folders go.
      const removed = await fs.rmdir(path).then(
        () => true,
        () => false,
      );
      if (!removed || path === first) return;
    }
  };
}

/** The real path a folder will have once it is made. */
export async function realTarget(directory: string): Promise<string> {
  return join(await fs.realpath(dirname(directory)), basename(directory));
}

async function removeEntry(directory: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 };
  try {
    await fs.rm(directory, options);
  } catch (error) {
    if (!isCode(error, 'EACCES') && !isCode(error, 'EPERM')) throw error;
    await openUp(directory);
    await fs.rm(directory, options);
  }
}

async function openUp(directory: string): Promise<void> {
  const stat = await fs.lstat(directory).catch(() => undefined);
  if (stat?.isDirectory() !== true) return;
  await fs.chmod(directory, constants.S_IRWXU);
  for (const entry of await fs.readdir(directory)) await openUp(join(directory, entry));
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
