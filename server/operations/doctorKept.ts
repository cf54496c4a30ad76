import { join } from 'node:path';
import { crashesOf } from '../domain/crashes.ts';
import type { Rig } from '../domain/rig.ts';
import type { Context } from './context.ts';
import type { Trouble } from './doctorCheck.ts';
import { keepRef } from './keepRef.ts';

/** What keeps the commits of sessions that ended without done, by the records and by the repository. */
export async function lookAtCrashes(context: Context, rig: Rig): Promise<readonly Trouble[]> {
  const known = [...crashesOf(context.store.view)].filter(({ session }) => session.rig === rig.id);
  const refs = new Map((await context.git.crashRefs(rig)).map(({ ref, sha }) => [ref, sha]));
  const lost = known.filter(({ ref, sha }) => refs.get(ref) !== sha);
  for (const { ref } of known) refs.delete(ref);
  return [
    ...lost.map(({ session, ref, sha }) => ({
      subject: ref,
      state: 'problem' as const,
      evidence: `What ${session.agent} had committed, ${sha.slice(0, 10)}, is not kept by ${ref}.`,
      mend: () => keepRef(context, rig, ref, sha),
    })),
    ...Array.from(refs, ([ref, sha]) => ({
      subject: ref,
      state: 'warning' as const,
      evidence: `${ref} of ${rig.id} keeps ${sha.slice(0, 10)} for a session that the town does not know.`,
      advice: `gt polecat restore ${ref} --to BRANCH makes a branch of it; git update-ref -d ${ref} lets it go.`,
    })),
  ];
}

/** The radar throws away what it wrote for a rig; a town server that was killed could not. */
export async function lookAtRadar(context: Context): Promise<readonly Trouble[]> {
  const folder = join(context.paths.state, 'radar');
  const names = await context.git.listScratchObjects(folder);
  return names
    .filter((name) => !context.store.view.get('rigs', name))
    .map((name) => ({
      subject: name,
      state: 'warning' as const,
      evidence: `${join(folder, name)} was written by the radar for a rig that is gone.`,
      mend: () => context.git.removeScratchObjects(join(folder, name)),
    }));
}
