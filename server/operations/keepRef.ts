import type { Sha } from '../domain/ids.ts';
import type { Rig } from '../domain/rig.ts';
import type { Context } from './context.ts';

/** Makes a ref of the town's own hold a commit, wherever it stood before, so that the commit is never collected. */
export async function keepRef(context: Context, rig: Rig, ref: string, sha: Sha): Promise<void> {
  const old = await context.git.resolve(rig, ref);
  if (old !== sha) await context.git.updateRef(rig, ref, { old, new: sha });
}
