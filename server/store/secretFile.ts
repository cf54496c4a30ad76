import { randomUUID } from 'node:crypto';
import { constants, promises } from 'node:fs';
import { dirname } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import { errorCode, realFiles } from './files.ts';

/** Secrets are tokens: what is longer is something else. */
const mostBytes = 64 * 1024;

/** Puts the text in a file that its owner alone can read. There is the old file or the new one, whole, at any time. */
export async function writeSecret(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await promises.open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await promises.rename(temporary, path);
    await realFiles.syncFolder(dirname(path));
  } catch (error) {
    await promises.rm(temporary, { force: true });
    throw error;
  }
}

/**
 * The text, or undefined where there is no such file. Refused with `forbidden` where the file is a link, somebody else's, or open to
 * others: then what it says may not be ours, or is no secret any more.
 */
export async function readSecret(path: string): Promise<string | undefined> {
  const file = await openUnlinked(path);
  if (!file) return undefined;
  try {
    const about = await file.stat();
    if (!about.isFile() || about.size > mostBytes) throw untrusted(path, 'it is not a file with a token');
    if (process.platform !== 'win32') {
      if (about.uid !== process.getuid?.()) throw untrusted(path, 'it belongs to another user');
      if ((about.mode & 0o077) !== 0) throw untrusted(path, 'others may read it', `chmod 600 ${path}`);
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

async function openUnlinked(path: string): Promise<promises.FileHandle | undefined> {
  try {
    // Windows has no O_NOFOLLOW, and lets only administrators make links.
    return await promises.open(
      path,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (errorCode(error) === 'ELOOP') throw untrusted(path, 'it is a link');
    throw error;
  }
}

function untrusted(
  path: string,
  why: string,
  next = `Remove ${path} and start the town server again.`,
): Refusal {
  return new Refusal('forbidden', `${path} is not trusted: ${why}.`, { next });
}
