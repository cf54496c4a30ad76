import { sep } from 'node:path';
import type { Archive } from '../domain/archive.ts';
import { archiveIdOf, namedFiles } from '../domain/archives.ts';
import { type GoneWork, workOfBranch } from '../domain/goneWork.ts';
import type { Sha } from '../domain/ids.ts';
import { agentIdOf, nextPolecatName } from '../domain/polecatNames.ts';
import type { Rig } from '../domain/rig.ts';
import type { Context } from './context.ts';
import { keepRef } from './keepRef.ts';

export interface GoneBranch {
  readonly branch: string;
  readonly sha: Sha;
  /** The ref that keeps it, or will. */
  readonly archive: string;
  readonly work: GoneWork;
  /** All of it is in an archive that is there already. */
  readonly isKept: boolean;
}

/**
 * The branches that polecats of this town left and that should have gone with them, as where a person had one checked out. By its records,
 * never by a name alone: what a person or another town made, moved or was given as a result is theirs.
 */
export async function branchesOfGone(context: Context, rig: Rig): Promise<readonly GoneBranch[]> {
  const { view } = context.store;
  const found: GoneBranch[] = [];
  for (const { branch, sha } of await context.git.localBranches(rig, 'polecat/')) {
    const work = workOfBranch(view, rig.id, { branch, sha });
    if (!work || (await context.git.checkoutsOf(rig, branch)).length > 0) continue;
    const old = work.archive;
    const isKept = old !== undefined && (await context.git.resolve(rig, old.ref)) === old.sha;
    const archive = isKept
      ? (old.branchRef ?? old.ref)
      : `refs/gastown/archive/${branch.replace('polecat/', '')}-gc-${sha.slice(0, 12)}`;
    found.push({ branch, sha, archive, work, isKept });
  }
  return found;
}

export async function deleteKept(context: Context, rig: Rig, gone: GoneBranch, by: string): Promise<void> {
  const { branch, sha, archive, work, isKept } = gone;
  const record = isKept && work.archive ? work.archive : recordOf(context, rig, gone, by);
  if (!isKept) {
    await keepRef(context, rig, archive, sha);
    await context.store.transact({ verb: 'branch/archive', by, subject: work.agent }, (draft) => {
      draft.put('archives', record);
    });
  }
  await context.git.deleteBranch(rig, branch, sha);
  await context.store.transact({ verb: 'branch/delete', by, subject: work.agent }, (draft) => {
    const now = draft.get('archives', record.id);
    if (now) draft.put('archives', { ...now, branchDeletedAt: context.now() });
  });
  context.log(`${by} deleted the branch ${branch} of ${rig.id}, which is kept as ${archive}.`);
}

function recordOf(
  context: Context,
  rig: Rig,
  { branch, sha, archive, work }: GoneBranch,
  by: string,
): Archive {
  const { archive: _, ...of } = work;
  const id = archiveIdOf((text) => context.hash(text), archive, sha);
  const kept = { ref: archive, sha, tip: sha, commitsOnly: true, files: 0, uncommitted: [] } as const;
  const at = context.now();
  return { ...of, ...kept, id, rig: rig.id, role: 'polecat', branch, at, by, why: 'collected' };
}

/** A worktree of the town's that belongs to nobody. It is in the bin afterwards, as a polecat's, and comes back as one. */
export async function archiveOrphan(
  context: Context,
  rig: Rig,
  { directory, branch }: { readonly directory: string; readonly branch?: string | undefined },
): Promise<void> {
  const name = `orphans/${context.hash(directory).slice(0, 12)}`;
  const { ref, sha } = await context.git.archive(rig, directory, name);
  const { tip, files, commitsOnly } = await context.git.archiveContent(rig, sha);
  const polecat = polecatName(context, rig, directory);
  await context.store.transact({ verb: 'orphan/archive', by: 'town', subject: rig.id }, (draft) => {
    draft.put('archives', {
      id: archiveIdOf((text) => context.hash(text), ref, sha),
      agent: agentIdOf(rig.id, polecat),
      role: 'polecat',
      name: polecat,
      rig: rig.id,
      runtime: rig.runtime,
      branch: branch ?? `polecat/${polecat}/orphan-${sha.slice(0, 8)}`,
      base: tip,
      tip,
      ref,
      sha,
      ...(commitsOnly ? { commitsOnly } : {}),
      files: files.length,
      uncommitted: files.slice(0, namedFiles),
      at: context.now(),
      by: 'town',
      why: 'orphaned',
    });
  });
  await context.git.removeWorktree(rig, directory, { ref, sha });
  context.log(`${directory} belonged to nobody; it is kept as ${ref}.`);
}

/** As its folder says, else one that is free. */
function polecatName({ store }: Context, rig: Rig, directory: string): string {
  const folder = directory.slice(directory.lastIndexOf(sep) + 1).replace(/-[a-z0-9]+$/u, '');
  if (/^[a-z0-9][a-z0-9-]{0,39}$/u.test(folder)) return folder;
  const taken = new Set(Array.from(store.view.find('agentsByRig', rig.id), ({ name }) => name));
  return nextPolecatName(rig.id, taken);
}
