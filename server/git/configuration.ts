import { promises as fs } from 'node:fs';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { plain } from './plain.ts';
import { namesProgram } from './programKeys.ts';

export type ProgramKey = { readonly key: string; readonly value: string; readonly scope: string };

export type ProgramConfiguration = {
  readonly keys: readonly ProgramKey[];
  /** SHA-256 over keys and values in the order git reads them; what a person approves. */
  readonly hash: string;
};

/**
 * Every key of the repository's own configuration (shared, of one worktree, and of the files they include) that names a program. Only
 * `git config --list` runs, which starts none of them. With a worktree: as git reads the configuration there.
 */
export async function unapprovedConfiguration(
  core: Core,
  gitDirectory: string,
  worktree?: string,
): Promise<ProgramConfiguration> {
  const listing = await core.execute({
    directory: worktree ?? (await realDirectory(gitDirectory)),
    arguments: ['config', '--list', '--null', '--show-scope', '--includes'],
  });
  const keys = parseListing(listing.stdout).filter(({ key, value }) => namesProgram(key, value));
  return { keys, hash: await hashOf(keys) };
}

/**
 * Refused with `unapproved`, the keys in the sentence and in `facts`, unless no key of the repository's configuration names a program,
 * or a person approved exactly what is there now. Agents can write that configuration, so every call of ours asks this first.
 */
export async function checkConfiguration(
  core: Core,
  repository: Repository,
  worktree?: string,
): Promise<void> {
  const { keys, hash } = await unapprovedConfiguration(core, repository.gitDirectory, worktree);
  if (keys.length === 0 || hash === repository.approvedConfiguration) return;
  const names = [...new Set(keys.map(({ key }) => plain(key, 60)))];
  const shown = names.slice(0, 8).join(', ') + (names.length > 8 ? `, and ${names.length - 8} more` : '');
  throw new Refusal(
    'unapproved',
    `The repository's configuration names programs nobody has approved: ${shown}.`,
    {
      next: keys.some(({ scope }) => scope === 'worktree')
        ? `Those of one worktree cannot be approved. Remove them there: git config --worktree --unset-all KEY`
        : 'Look at the keys and approve them, or remove them from the repository.',
      facts: { keys, hash, ...(worktree === undefined ? {} : { worktree }) },
    },
  );
}

/** Records of `scope NUL key LF value NUL`; a key without a value stands for `true`. */
function parseListing(listing: string): ProgramKey[] {
  const fields = listing.split('\0');
  const keys: ProgramKey[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const scope = fields[index] ?? '';
    const entry = fields[index + 1] ?? '';
    const end = entry.indexOf('\n');
    const [key, value] = end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    if (scope !== 'system' && scope !== 'global' && scope !== 'command') keys.push({ key, value, scope });
  }
  return keys;
}

async function hashOf(keys: readonly ProgramKey[]): Promise<string> {
  const text = JSON.stringify(keys.map(({ key, value }) => [key, value]));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}

async function realDirectory(path: string): Promise<string> {
  return fs.realpath(path).catch(() => path);
}
