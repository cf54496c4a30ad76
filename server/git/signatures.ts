import type { Sha } from '../domain/ids.ts';
import type { Core, Repository } from './core.ts';
import { asSha, type Identity } from './names.ts';
import { inRepository } from './repository.ts';

/** Who wrote a commit, and who made it. */
export type Signature = {
  readonly sha: Sha;
  readonly author: Identity;
  readonly committer: Identity;
};

/** Of the commits of `tip` that `base` does not have, newest first, at most `limit`; as they are written, without a mailmap. */
export async function signatures(
  core: Core,
  repository: Repository,
  range: { readonly base: Sha; readonly tip: Sha; readonly limit: number },
): Promise<readonly Signature[]> {
  const git = await inRepository(core, repository);
  const { stdout } = await git([
    'log',
    '-z',
    '--no-patch',
    '--no-color',
    '--no-decorate',
    '--no-mailmap',
    '--encoding=UTF-8',
    '--format=%H%x1f%an%x1f%ae%x1f%cn%x1f%ce',
    `--max-count=${Math.max(0, Math.trunc(range.limit))}`,
    '--end-of-options',
    `${asSha(range.base)}..${asSha(range.tip)}`,
  ]);
  return stdout.split('\0').filter(Boolean).map(parseSignature);
}

function parseSignature(record: string): Signature {
  const [sha = '', author = '', authorEmail = '', name = '', email = ''] = record.trim().split('\u001f');
  return { sha: asSha(sha), author: { name: author, email: authorEmail }, committer: { name, email } };
}
