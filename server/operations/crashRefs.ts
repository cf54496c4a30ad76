import type { Crash } from '../domain/crashes.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { Session } from '../domain/session.ts';
import type { Rig } from '../domain/rig.ts';
import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { witnessSettings } from '../domain/witnessSettings.ts';
import type { Context } from './context.ts';
import { keepRef } from './keepRef.ts';
import { collectCommits, repositoryOf } from './workingFolder.ts';

/** Whether a session ended in a way that nobody meant. */
export const hasCrashed = ({ state, exit }: Session): boolean =>
  state === 'ended' && (exit?.end === 'failed' || exit?.end === 'interrupted');

/**
 * The commits of a session that ended without done are kept under a ref of the town's own, whatever becomes of its branch. They are
 * pushed, to the polecat's branch on the remote, only where the rig says that it pushes.
 */
export async function keepCrashed(context: Context, polecat: Polecat, session: Session): Promise<void> {
  try {
    await keep(context, polecat, session);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    context.log(`The commits of ${polecat.id} were not kept: ${error.message}`);
  }
}

async function keep(context: Context, polecat: Polecat, session: Session): Promise<void> {
  const { view } = context.store;
  const rig = view.get('rigs', polecat.rig);
  if (!rig || !witnessSettings(rig.settings).pushOnCrash || session.kept !== undefined) return;
  if (!context.rigFolders.exists(polecat.worktree)) return;
  await collectCommits(context, rig, polecat);
  const { sha } = await context.git.headOf(repositoryOf(context, rig, polecat), polecat.worktree);
  if (sha === polecat.base) return;
  const ref = `refs/gastown/crash/${session.id}`;
  await keepRef(context, rig, ref, sha);
  const pushed = rig.settings.push ? await push(context, rig, polecat, sha) : undefined;
  const meta = { verb: 'witness/kept', by: 'town', subject: polecat.bead ?? polecat.id };
  await context.store.transact(meta, (draft) => {
    const now = draft.get('sessions', session.id);
    if (now) draft.put('sessions', { ...now, kept: { ref, sha, ...(pushed ? { pushed } : {}) } });
  });
}

/** True where the remote has it. Where it does not, the ref is there all the same. */
async function push(context: Context, rig: Rig, { branch, id }: Polecat, sha: Sha): Promise<boolean> {
  try {
    const expectedOld = await context.git.remoteTip(rig, 'origin', branch);
    const pushed = await context.git.push(rig, 'origin', { sha, branch, expectedOld });
    if (pushed.kind === 'done') return true;
    context.log(`The commits of ${id} were not pushed: ${pushed.reason}`);
  } catch (error) {
    context.log(`The commits of ${id} were not pushed: ${error instanceof Error ? error.message : ''}`);
  }
  return false;
}

/** The ref goes first, and is logged, so that `git update-ref` brings it back until git collects what it held. */
export async function eraseCrash(context: Context, { session, ref, sha }: Crash): Promise<void> {
  const rig = context.store.view.get('rigs', session.rig ?? '');
  if (rig && (await context.git.deleteCrashRef(rig, { ref, sha })))
    context.log(`Deleted ${ref}, which held ${sha}.`);
  const meta = { verb: 'crash/delete', by: 'town', subject: session.bead ?? session.agent };
  await context.store.transact(meta, (draft) => {
    const now = draft.get('sessions', session.id);
    // That it was kept stays known, so that it is not kept anew.
    if (now?.kept) draft.put('sessions', { ...now, kept: { ...now.kept, goneAt: context.now() } });
  });
}
