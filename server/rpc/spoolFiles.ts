import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorAnswer, UnreachedReason } from './failure.ts';

/**
 * The files of a spool: `ID.request` is put there whole, is taken away by the launcher before it is carried out, and gets `ID.answer`,
 * which the asker takes away. An id is 32 hexadecimal digits of chance. Whatever else lies there is nobody's.
 */
export interface SpoolRequest {
  readonly method: string;
  readonly params: unknown;
  /** How the asker names itself. */
  readonly client: string;
  readonly timeoutMs: number;
}

export type SpoolAnswer =
  | { readonly result: unknown }
  | { readonly error: ErrorAnswer }
  | { readonly unreached: UnreachedReason; readonly sentence: string };

/** The town answers with what was asked for, and may have much to say. */
export const maxAnswerBytes = 256 * 1024 * 1024;

export const requestFile = (folder: string, id: string): string => join(folder, `${id}.request`);
export const answerFile = (folder: string, id: string): string => join(folder, `${id}.answer`);

export function idOfRequest(name: string): string | undefined {
  return /^([0-9a-f]{32})\.request$/.exec(name)?.[1];
}

/** Its text. Throws where it is no plain file, or too long: a link is never followed, and a pipe never waited for. */
export async function readPlainFile(path: string, mostBytes: number): Promise<string> {
  // Those that Windows lacks count as 0.
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error('it is no file');
    if (stat.size > mostBytes) throw new Error('it is too long');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
