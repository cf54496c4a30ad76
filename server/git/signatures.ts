import type { Sha } from '../domain/ids.ts';
import type { Core, Repository } from './core.ts';
import { commitFields, type CommitRange } from './history.ts';
import { asSha, type Identity } from './names.ts';

/** Who wrote a commit, and who made it. */
export type Signature = {
  readonly sha: Sha;
  readonly author: Identity;
  readonly committer: Identity;
};

/** Of the commits of a range, as they are written, without a mailmap. */
export async function signatures(
  core: Core,
  repository: Repository,
  range: CommitRange,
): Promise<readonly Signature[]> {
  const fields = ['%H', '%an', '%ae', '%cn', '%ce'];
  const records = await commitFields(core, repository, range, { fields, options: ['--no-mailmap'] });
  return records.map(([sha = '', author = '', authorEmail = '', name = '', email = '']) => ({
    sha: asSha(sha),
    author: { name: author, email: authorEmail },
    committer: { name, email },
  }));
}
