import type { Archive, ArchiveReason } from '../domain/archive.ts';
import { messageOf, stackOf } from '../domain/fault.ts';
import { queueReleased } from '../domain/feeding.ts';
import { unhook } from '../domain/hooks.ts';
import type { AgentId, ArchiveId, IntentId, Sha } from '../domain/ids.ts';
import { leaveDestinations } from '../domain/destinations.ts';
import { dropMessages } from '../domain/messages.ts';
import { agentOf, removeAgent } from '../domain/agents.ts';
import type { Polecat } from '../domain/polecat.ts';
import { withdrawRequests } from '../domain/landings.ts';
import { freeRepairs, giveUpRepairs } from '../domain/repairs.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import type { View } from '../domain/view.ts';
import { archiveOf, type Worker } from './archiveFiles.ts';
import { describeArchive } from './archiveRecord.ts';
import { closePlace } from './closePlace.ts';
import type { Context } from './context.ts';
import { keepRef } from './keepRef.ts';
import { endWhatIsLeft } from './leftRunning.ts';
import { onNuke } from './lifePlugins.ts';
import { findPolecat, findRig } from './lookups.ts';
import { addNote } from './notes.ts';
import { agentQueue } from './queue.ts';
import { collectCommits, removeWorkingFolder } from './workingFolder.ts';

/**
 * Archives and removes a polecat. Fail-closed: tip, index and untracked files go into the archive ref first, and that ref must
 * resolve; only then the folder goes, or a checkout of the user's is switched back. Refused while its session runs, and for work that has not landed without `force`.
 */
export async function removePolecat(
  context: Context,
  text: string,
  options: { readonly force: boolean; readonly by: string },
): Promise<{ readonly agent: AgentId } & Removed> {
  const { id } = findPolecat(context.store.view, text);
  return await context.queue.run(agentQueue(id), async () => {
    const polecat = findPolecat(context.store.view, id);
    refuseWhileNeeded(context, polecat, options.force);
    return {
      agent: polecat.id,
      ...(await archiveAndRemove(context, polecat, { by: options.by, why: 'removed' })),
    };
  });
}

/** After a bead has closed: as soon as the session has ended, without anyone waiting for it. A later end asks again. */
export function removeWhenEnded(context: Context, agent: AgentId): void {
  context.background(`removing ${agent}`, async () => {
    const polecat = context.store.view.get('agents', agent);
    if (!polecat) return;
    if (polecat.session && !(await context.launchers.ended(polecat.session, context.waits.endMs))) {
      context.log(`${agent} is kept: its session ${polecat.session} has not ended.`);
      return;
    }
    await context.queue.run(agentQueue(agent), async () => {
      const now = context.store.view.get('agents', agent);
      if (!now || now.bead !== polecat.bead || now.state !== 'done') return;
      await removeLanded(context, now);
    });
  });
}

/** What cannot go stays, and a person is told: it is tried again at the next start of the town. */
async function removeLanded(context: Context, polecat: Polecat): Promise<void> {
  try {
    const { warnings } = await archiveAndRemove(context, polecat, { by: 'town', why: 'landed' });
    if (warnings) await noteLeft(context, polecat, warnings.join(' '));
  } catch (error) {
    context.log(`${polecat.id} could not be removed: ${stackOf(error)}`);
    await context.store.transact({ verb: 'remove/refused', by: 'town', subject: polecat.id }, (draft) => {
      const now = draft.get('agents', polecat.id);
      const why = wholeMessageOf(error);
      if (now && now.unremoved?.why !== why)
        draft.put('agents', { ...now, unremoved: { at: context.now(), why } });
    });
  }
}

function wholeMessageOf(error: unknown): string {
  const next = error instanceof Refusal ? error.details.next : undefined;
  return next === undefined ? messageOf(error) : `${messageOf(error)} ${next}`;
}

/** Nobody waits for an answer that could say it, so that it stands where people look who miss something. */
async function noteLeft(context: Context, { bead: id }: Polecat, left: string): Promise<void> {
  if (id === undefined) return;
  await context.store.transact({ verb: 'remove/left', by: 'town', subject: id }, (draft) => {
    const bead = draft.get('beads', id);
    if (bead) addNote(draft, bead, left, context.now());
  });
}

function refuseWhileNeeded(context: Context, polecat: Polecat, force: boolean): void {
  refuseRunning(context.store.view, polecat);
  refuseSpawning(polecat);
  if (force) return;
  const bead = polecat.bead && context.store.view.get('beads', polecat.bead);
  if (!bead || bead.status === 'closed') return;
  throw new Refusal('in-use', `${polecat.id} holds ${bead.id}, which has not landed.`, {
    next: `gt unsling ${bead.id}, or add --force: its work is archived and can be brought back.`,
  });
}

function refuseRunning(view: View, { id }: Worker): void {
  const session = view.get('sessions', agentOf(view, id)?.session ?? '');
  if (!session || session.state === 'ended') return;
  throw new Refusal('in-use', `${id} is still running.`, { next: `gt session stop ${session.id}` });
}

/** Its sling would see the session end, and take all of it back at the same time. */
export function refuseSpawning({ id, state }: Polecat): void {
  if (state !== 'spawning') return;
  throw new Refusal('in-use', `${id} is being started right now.`, { next: 'gt polecat list' });
}

export interface Removed {
  /** The ref that keeps all there was. */
  readonly archive: string;
  /** Of its record, which brings it back. */
  readonly archiveId: ArchiveId;
  /** What was left as it is, and why; absent: nothing was. */
  readonly warnings?: readonly string[];
}

const intentOf = (agent: AgentId): IntentId => `remove ${agent}` as IntentId;

/** Who removes it, and why: what the record of its archive says. */
export interface Removal {
  readonly by: string;
  readonly why: ArchiveReason;
}

/**
 * Also used by unsling; runs in the agent's queue. A bead that is still on this polecat's hook is open again. Where a step fails, what
 * was not removed stays, and nothing is tried again without being asked. Refused with `in-use` while a session of its runs.
 */
export async function archiveAndRemove(
  context: Context,
  polecat: Worker,
  removal: Removal,
): Promise<Removed> {
  const rig = findRig(context.store.view, polecat.rig);
  refuseRunning(context.store.view, polecat);
  const name = archiveName(context, polecat);
  const session = polecat.session && context.store.view.get('sessions', polecat.session);
  if (session) await endWhatIsLeft(context, session);
  if (session) await closePlace(context, session);
  await context.store.transact({ verb: 'remove/begin', by: removal.by, subject: polecat.id }, (draft) => {
    draft.put('intents', {
      id: intentOf(polecat.id),
      kind: 'remove',
      at: context.now(),
      rig: rig.id,
      agent: polecat.id,
      worktree: polecat.worktree,
      branch: polecat.branch,
      archive: `refs/gastown/archive/${name}`,
      ...removal,
    });
  });
  try {
    const { archive, warnings = [] } = await removeStepwise(context, rig, polecat, name);
    const record = { ...archive, at: context.now(), ...removal };
    await forget(context, polecat.id, record);
    const said = polecat.role === 'polecat' ? await onNuke(context, rig, polecat) : [];
    const all = [...warnings, ...said];
    return { archive: record.ref, archiveId: record.id, ...(all.length > 0 ? { warnings: all } : {}) };
  } catch (error) {
    await giveUp(context, polecat.id);
    throw error;
  }
}

/** Names of crew come again, so that their archives need more than a name. */
function archiveName(context: Context, worker: Worker): string {
  if (worker.role === 'polecat') return worker.branch.replace('polecat/', '');
  return `${worker.branch}-${context.hash(`${worker.id} ${worker.createdAt}`).slice(0, 6)}`;
}

async function removeStepwise(
  context: Context,
  rig: Rig,
  polecat: Worker,
  name: string,
): Promise<{
  readonly archive: Omit<Archive, 'at' | 'by' | 'why'>;
  readonly warnings?: readonly string[];
}> {
  await context.checkpoint('remove:intent');
  await collectCommits(context, rig, polecat);
  const tip = await context.git.resolve(rig, `refs/heads/${polecat.branch}`);
  const archive = await archiveOf(context, rig, polecat, name);
  // The archive is of what is checked out, which its agent may have changed.
  const branchRef = tip && (await keepBranch(context, rig, archive.ref, tip));
  const record = await describeArchive(context, rig, polecat, {
    held: `${archive.ref}-held/`,
    ...archive,
    ...(tip && branchRef ? { branch: { tip, ref: branchRef } } : {}),
  });
  await context.checkpoint('remove:archived');
  const left = await removeWorkingFolder(context, rig, polecat, archive);
  const warning = left && `${polecat.worktree} and ${polecat.branch} stay as they are: ${left}.`;
  if (warning) context.log(`${polecat.id} is removed; ${warning}`);
  await context.checkpoint('remove:worktree');
  const keepsBranch = polecat.role === 'polecat' && polecat.keepsBranch;
  if (tip && !keepsBranch && left === undefined) await deleteBranch(context, rig, polecat.branch, tip);
  await context.checkpoint('remove:branch');
  return { archive: record, ...(warning ? { warnings: [warning] } : {}) };
}

/** A ref beside the archive. One that keeps another tip, of an earlier removal of the same branch, stays. */
async function keepBranch(context: Context, rig: Rig, archive: string, tip: Sha): Promise<string> {
  const usual = `${archive}-branch`;
  const old = await context.git.resolve(rig, usual);
  const ref = old === undefined || old === tip ? usual : `${usual}-${tip.slice(0, 12)}`;
  await keepRef(context, rig, ref, tip);
  return ref;
}

/** A person may have checked it out, or moved it: then it is theirs, and all that was on it is archived. */
async function deleteBranch(context: Context, rig: Rig, branch: string, tip: Sha): Promise<void> {
  try {
    await context.git.deleteBranch(rig, branch, tip);
  } catch (error) {
    if (!(error instanceof Refusal) || (error.code !== 'in-use' && error.code !== 'stale')) throw error;
    context.log(`The branch ${branch} stays: ${error.message}`);
  }
}

async function giveUp(context: Context, agent: AgentId): Promise<void> {
  await context.store.transact({ verb: 'remove/undo', by: 'town', subject: agent }, (draft) => {
    draft.remove('intents', intentOf(agent));
  });
}

async function forget(context: Context, agent: AgentId, archive: Archive): Promise<void> {
  await context.store.transact({ verb: 'remove', by: archive.by, subject: agent }, (draft) => {
    draft.remove('intents', intentOf(agent));
    draft.put('archives', archive);
    const gone = agentOf(draft, agent);
    if (!gone) return;
    // Also what it took beside the bead it was slung.
    for (const bead of Array.from(draft.find('beadsByAssignee', agent)))
      unhook(draft, bead.id, agent, context.now());
    const isGivenUp = archive.why === 'unslung' || archive.why === 'released';
    if (isGivenUp && archive.bead !== undefined) giveUpRepairs(draft, agent, archive.bead, context.now());
    const { id, bead } = archive;
    if (bead !== undefined && draft.get('beads', bead)?.status !== 'closed')
      withdrawRequests(draft, { author: agent, bead, archive: id, at: context.now() });
    freeRepairs(draft, agent, context.now());
    dropMessages(draft, agent);
    leaveDestinations(draft, agent);
    removeAgent(draft, gone);
    if (archive.why === 'released' && archive.by === 'town' && gone.role === 'polecat')
      queueReleased(draft, gone, context.now());
  });
  // Their tokens open nothing any more that is theirs.
  for (const session of context.store.view.find('sessionsByAgent', agent))
    if (session.state === 'ended') context.sessions.removeSessionFile(session.id);
}
