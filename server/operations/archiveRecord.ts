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
  const { isolation, bead, ...own } = ofRole(context, agent);
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
    ...own,
    ref,
    sha,
    ...(commitsOnly ? { commitsOnly } : {}),
    ...(isolation === 'clone' ? { held } : {}),
    files: files.length,
    uncommitted: files.slice(0, namedFiles),
  };
}

function ofRole(
  { store: { view } }: Context,
  agent: Polecat | Crew,
): Pick<Archive, 'bead' | 'isolation' | 'keepsBranch'> {
  if (agent.role === 'crew') {
    const hooked = hookOf(view, agent.id);
    return hooked ? { bead: hooked.id } : {};
  }
  const { bead, isolation, keepsBranch } = agent;
  return {
    ...(bead === undefined ? {} : { bead }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(keepsBranch ? { keepsBranch } : {}),
  };
}
