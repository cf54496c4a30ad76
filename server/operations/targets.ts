import type { Sha } from '../domain/ids.ts';
import type { Rig } from '../domain/rig.ts';
import type { Context } from './context.ts';

/** The ref that says where a branch to land on is: the remote's for a URL rig, the repository's own for a local path. */
export function targetRef(context: Context, rig: Rig, branch = rig.branch): string {
  return context.git.targetRef(rig, branch);
}

/**
 * Where the target stands now, after a fetch for a URL rig. Refused with `unapproved` where the repository's configuration names
 * programs that nobody approved, with `git` where the remote cannot be reached or the branch is gone.
 */
export async function freshTarget(context: Context, rig: Rig, branch = rig.branch): Promise<Sha> {
  if (rig.repository.kind === 'url') await context.git.fetch(rig);
  return await context.git.requireBranch(rig, branch);
}
