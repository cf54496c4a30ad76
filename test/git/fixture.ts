import { join } from 'node:path';
import type { Sha } from '../../server/domain/ids.ts';
import type { Repository } from '../../server/git/core.ts';
import type { Git, GitOptions } from '../../server/git/git.ts';
import { createGit } from '../../server/git/git.ts';
import { bareRemote, createRepository, tempFolder } from '../support/repository.ts';
import type { Files } from '../support/repository.ts';

type Context = { after: (work: () => void) => void };

export const ann = { name: 'nux', email: 'nux@backend.gastown.invalid' };

/** Our git, which sees no configuration of the user's. */
export function ourGit(folder: string, options: Partial<GitOptions> = {}): Git {
  return createGit({
    emptyHooksDirectory: join(folder, 'no-hooks'),
    environment: { PATH: process.env['PATH'], HOME: join(folder, 'home') },
    ...options,
  });
}

export type Local = { folder: string; top: string; git: Git; repository: Repository; first: Sha };

/** A user's repository with one commit on `main`, checked out. */
export async function localRepository(context: Context, files?: Files): Promise<Local> {
  const folder = tempFolder(context);
  const top = join(folder, 'backend');
  const first = createRepository(top, files === undefined ? {} : { files });
  const git = ourGit(folder);
  const { gitDirectory } = await git.openLocal(top);
  return { folder, top, git, first, repository: { gitDirectory, repository: { kind: 'path', path: top } } };
}

export type Cloned = Local & { url: string; remote: string };

/** The town's clone of a bare remote, beside the repository `top` that the remote was made from. */
export async function clonedRepository(context: Context, files?: Files): Promise<Cloned> {
  const folder = tempFolder(context);
  const top = join(folder, 'source');
  const first = createRepository(top, files === undefined ? {} : { files });
  const remote = join(folder, 'remote.git');
  const url = bareRemote(top, remote);
  const git = ourGit(folder);
  const { gitDirectory } = await git.cloneBare(url, join(folder, 'rig', 'repository.git'));
  return {
    folder,
    top,
    git,
    first,
    url,
    remote,
    repository: { gitDirectory, repository: { kind: 'url', url } },
  };
}

/** For `assert.rejects`: a refusal with this code, and words that must be in its sentence. */
export function refusal(code: string, words: RegExp = /./) {
  return (error: unknown): boolean => {
    if (!(error instanceof Error)) return false;
    if (error.name !== 'Refusal' || !('code' in error) || error.code !== code || !words.test(error.message))
      throw error;
    return true;
  };
}
