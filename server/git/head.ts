import { promises as fs } from 'node:fs';
import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { asSha } from './names.ts';
import { plain } from './plain.ts';
import { inWorktree } from './repository.ts';

export type Head = {
  /** Real path of the folder. */
  readonly top: string;
  /** Undefined where HEAD is detached. */
  readonly branch: string | undefined;
  readonly sha: Sha;
};

/**
 * Folder, branch and commit of a worktree, as they are. Refused as in inWorktree; `git` before the first commit, `wrong-place` where the
 * configuration (`core.worktree`) sends git to another folder.
 */
export async function headOf(core: Core, repository: Repository, worktree: string): Promise<Head> {
  const git = await inWorktree(core, repository, worktree);
  const { stdout } = await git([
    'rev-parse',
    '--path-format=absolute',
    '--show-toplevel',
    'HEAD',
    '--symbolic-full-name',
    'HEAD',
  ]);
  const [top = '', sha = '', ref = ''] = stdout.split('\n');
  const real = await fs.realpath(top);
  const asked = await fs.realpath(worktree);
  if (real !== asked) {
    throw new Refusal(
      'wrong-place',
      `git works in ${plain(real, 200)} when asked for ${plain(asked, 200)}.`,
      {
        next: 'Look for core.worktree in the configuration of the repository.',
        facts: { path: real, asked },
      },
    );
  }
  const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined;
  return { top: real, branch, sha: asSha(sha) };
}
