import type { Archive } from '../domain/archive.ts';
import { archiveIdOf, namedFiles } from '../domain/archives.ts';
import type { Sha } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { Rig } from '../domain/rig.ts';
import type { Crew } from '../domain/workplace.ts';
import { hookOf } from '../domain/hooks.ts';
import type { Context } from './context.ts';

interface Kept {
  readonly ref: string;
  readonly sha: Sha;
  readonly held: string;
  readonly branch?: { readonly tip: Sha; readonly ref: string };
}

/** What the record of an archive says, told by the archive and the agent that goes. */
export async function describeArchive(
  context: Context,
  rig: Rig,
  agent: Polecat | Crew,
  { ref, sha, held, branch }: Kept,
): Promise<Omit<Archive, 'at' | 'by' | 'why'>> {
  const { tip, files, commitsOnly } = await context.git.archiveContent(rig, sha);
  const isolation = agent.role === 'polecat' ? agent.isolation : undefined;
  const bead = agent.role === 'polecat' ? agent.bead : hookOf(context.store.view, agent.id)?.id;
  return {
    id: archiveIdOf((text) => context.hash(text), ref, sha),
    agent: agent.id,
    role: agent.role,
    name: agent.name,
    rig: rig.id,
    ...(bead === undefined ? {} : { bead }),
    runtime: agent.runtime,
    ...(isolation === undefined ? {} : { isolation }),
    ...(agent.session === undefined ? {} : { session: agent.session }),
    branch: agent.branch,
    base: agent.base,
    tip,
    ...(branch && branch.tip !== tip ? { branchTip: branch.tip, branchRef: branch.ref } : {}),
    ...(agent.role === 'polecat' && agent.keepsBranch ? { keepsBranch: true } : {}),
    ref,
    sha,
    ...(commitsOnly ? { commitsOnly } : {}),
    ...(isolation === 'clone' ? { held } : {}),
    files: files.length,
    uncommitted: files.slice(0, namedFiles),
  };
}
