import { Refusal } from '../domain/refusal.ts';
import type { Core } from './core.ts';
import type { Execute } from './execute.ts';
import { plain } from './plain.ts';

/** `2.39.5`. Refused with `missing-program`: no git on PATH, or one older than 2.34 (Ubuntu 22.04's), which lacks what worktrees need here. */
export async function version(core: Core): Promise<string> {
  return core.version();
}

/** Asks git once; a refusal is asked again. */
export function createVersion(execute: Execute, directory: string): () => Promise<string> {
  let known: string | undefined;
  return async () => (known ??= await askVersion(execute, directory));
}

/** Whether this git is at least 2.`minor`. */
export async function isAtLeast(core: Core, minor: number): Promise<boolean> {
  const [major, second] = (await version(core)).split('.').map(Number);
  return (major ?? 0) > 2 || (second ?? 0) >= minor;
}

async function askVersion(execute: Execute, directory: string): Promise<string> {
  const { stdout } = await execute({ directory, arguments: ['version'] });
  const [text, major = '0', minor = '0'] = /(\d+)\.(\d+)(?:\.\d+)*/.exec(stdout) ?? [];
  if (text === undefined)
    throw new Refusal('missing-program', `git does not say its version: ${plain(stdout)}`);
  if (Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 34)) return text;
  throw new Refusal('missing-program', `git ${text} is too old.`, { next: 'Install git 2.34 or newer.' });
}
