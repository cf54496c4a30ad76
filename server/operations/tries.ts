import type { Sha } from '../domain/ids.ts';
import { isSlung, type Polecat } from '../domain/polecat.ts';
import type { Session } from '../domain/session.ts';
import { countTry, runOf } from '../domain/trying.ts';
import type { Context } from './context.ts';
import { repositoryOf } from './workingFolder.ts';

/** Work that was begun has failed: counted once for each run, and from the beginning after a commit. */
export async function countFailure(
  context: Context,
  polecat: Polecat,
  session: Session,
  failed: { readonly code: string; readonly sentence: string },
): Promise<void> {
  const { store } = context;
  if (!isSlung(polecat) || store.view.get('tries', polecat.bead)?.run === runOf(session)) return;
  const tip = await tipOf(context, polecat);
  const failure = { at: context.now(), ...failed, next: `gt scheduler retry ${polecat.bead}` };
  await store.transact({ verb: 'bead/failed', by: 'town', subject: polecat.bead }, (draft) => {
    if (draft.get('beads', polecat.bead)?.assignee === polecat.id)
      countTry(draft, { polecat, session, failure, tip });
  });
}

/** Undefined: it cannot be read, so that nothing is known of a commit. */
async function tipOf(context: Context, polecat: Polecat): Promise<Sha | undefined> {
  const rig = context.store.view.get('rigs', polecat.rig);
  if (!rig || !context.rigFolders.exists(polecat.worktree)) return undefined;
  try {
    return (await context.git.headOf(repositoryOf(context, rig, polecat), polecat.worktree)).sha;
  } catch (error) {
    context.log(`The branch of ${polecat.id} could not be read: ${String(error)}`);
    return undefined;
  }
}
