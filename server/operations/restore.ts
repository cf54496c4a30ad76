import { join } from 'node:path';
import { crewIdOf, parseCrewName } from '../domain/agentNames.ts';
import { agentOf, putAgent, removeAgent } from '../domain/agents.ts';
import type { Archive } from '../domain/archive.ts';
import type { Bead } from '../domain/bead.ts';
import { findArchive } from '../domain/archives.ts';
import { hookBead, refuseFilledHook, unhook } from '../domain/hooks.ts';
import type { AgentId, IntentId } from '../domain/ids.ts';
import type { Intent } from '../domain/intent.ts';
import type { Polecat } from '../domain/polecat.ts';
import { agentIdOf, nextPolecatName, splitAgentId, worktreeFolder } from '../domain/polecatNames.ts';
import { transitionPolecat } from '../domain/polecats.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import type { View } from '../domain/view.ts';
import type { Crew } from '../domain/workplace.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { findRig, findRuntime } from './lookups.ts';
import { folderFor } from './plan.ts';
import { agentQueue } from './queue.ts';
import { undoing } from './undoing.ts';

type Restored = Result<'archive/restore'>;

/**
 * Brings an archive back as what it was: an agent with branch, index and files in a fresh folder, resumable, and with its bead on its
 * hook where that is open and nobody's. Refused with `taken` where its name or branch is.
 */
export async function restoreArchive(
  context: Context,
  params: Params<'archive/restore'>,
  caller: Caller,
): Promise<Restored> {
  const { view } = context.store;
  const archive = findArchive(view, params.archive);
  const rig = findRig(view, archive.rig);
  const name = nameFor(view, archive, params.as);
  const id = idFor(archive, name);
  return await context.queue.run(agentQueue(id), () =>
    restoreInQueue(context, { archive, rig, id, name }, caller),
  );
}

interface Plan {
  readonly archive: Archive;
  readonly rig: Rig;
  readonly id: AgentId;
  readonly name: string;
}

type RestoreIntent = Extract<Intent, { kind: 'restore' }>;

const intentOf = (agent: AgentId): IntentId => `restore ${agent}` as IntentId;

function restoreInQueue(context: Context, plan: Plan, caller: Caller): Promise<Restored> {
  return undoing(context, async (undo) => {
    const hadBranch = await branchIsThere(context, plan);
    const intent = await reserve(context, plan, hadBranch, caller);
    undo(() => takeBack(context, intent));
    await context.checkpoint('restore:reserved');
    await layOut(context, plan, intent);
    await context.checkpoint('restore:worktree');
    return await finish(context, plan, caller);
  });
}

function idFor({ role, rig }: Archive, name: string): AgentId {
  return role === 'crew' ? crewIdOf(rig, name) : agentIdOf(rig, name);
}

/** Its own name; another where it is asked for. */
function nameFor(view: View, archive: Archive, as: string | undefined): string {
  const name = as ?? archive.name;
  if (archive.role === 'crew') parseCrewName(name);
  else splitAgentId(`${archive.rig}/${name}`, 'as');
  if (!agentOf(view, idFor(archive, name))) return name;
  const free = freeName(view, archive);
  throw new Refusal('taken', `There is ${idFor(archive, name)} already.`, {
    field: 'as',
    next: `gt polecat restore ${archive.id} --as ${free}`,
    facts: { free, archive: archive.id },
  });
}

function freeName(view: View, { role, rig, name }: Archive): string {
  if (role === 'crew') return `${name}-restored`;
  return nextPolecatName(rig, new Set(Array.from(view.find('agentsByRig', rig), (agent) => agent.name)));
}

/** A branch that stands where the archive was made may be used; refused where it stands elsewhere, or is checked out. */
async function branchIsThere(context: Context, { archive, rig }: Plan): Promise<boolean> {
  const { branch, tip } = archive;
  const present = await context.git.resolve(rig, `refs/heads/${branch}`);
  if (present === undefined) return false;
  const next = `gt polecat restore ${archive.id} --to ANOTHER-BRANCH`;
  if (present !== tip || archive.commitsOnly || cloned(context, rig, archive)) {
    throw new Refusal('taken', `There is a branch ${branch} already, at ${present.slice(0, 10)}.`, {
      field: 'archive',
      next,
      facts: { branch, tip: present },
    });
  }
  const [checkout] = await context.git.checkoutsOf(rig, branch);
  if (checkout === undefined) return true;
  throw new Refusal('taken', `${branch} is checked out in ${checkout}.`, { field: 'archive', next });
}

/** A checkout of the user's is theirs: what was in it comes back in a folder of its own. */
function cloned(context: Context, rig: Rig, { isolation, runtime }: Archive): boolean {
  if (isolation !== 'in-place') return isolation === 'clone';
  return !findRuntime(context.store.view, runtime ?? rig.runtime).capabilities.commitsInWorktree;
}

async function reserve(
  context: Context,
  { archive, rig, id, name }: Plan,
  hadBranch: boolean,
  caller: Caller,
): Promise<RestoreIntent> {
  const kind = archive.role === 'crew' ? 'crew' : 'polecats';
  const folder = worktreeFolder(name, context.randomText(5));
  const isClone = cloned(context, rig, archive);
  const intent: RestoreIntent = {
    id: intentOf(id),
    kind: 'restore',
    at: context.now(),
    rig: rig.id,
    agent: id,
    archive: archive.id,
    worktree: join(folderFor(context, rig.id, kind), folder),
    branch: archive.branch,
    tip: archive.tip,
    ...(isClone ? { isolation: 'clone' } : {}),
    ...(hadBranch ? { hadBranch } : {}),
  };
  await context.store.transact({ verb: 'restore/begin', by: caller.by, subject: archive.id }, (draft) => {
    findRig(draft, rig.id);
    nameFor(draft, archive, name);
    refuseFilledHook(draft, id);
    putAgent(draft, agentFor(draft, archive, name, intent));
    const bead = archive.bead && draft.get('beads', archive.bead);
    if (bead && isFree(bead)) hookBead(draft, bead.id, id, intent.at);
    draft.put('intents', intent);
  });
  return intent;
}

const isFree = ({ status, assignee }: Bead): boolean => status === 'open' && assignee === undefined;

function agentFor(view: View, archive: Archive, name: string, intent: RestoreIntent): Polecat | Crew {
  const { at } = intent;
  const shared = {
    id: intent.agent,
    rig: archive.rig,
    name,
    runtime: archive.runtime,
    worktree: intent.worktree,
    branch: archive.branch,
    base: archive.base,
    ...(archive.session && view.get('sessions', archive.session) ? { session: archive.session } : {}),
    createdAt: at,
    updatedAt: at,
    progressAt: at,
  };
  if (archive.role === 'crew') return { ...shared, role: 'crew' };
  const bead = archive.bead && view.get('beads', archive.bead);
  return {
    ...shared,
    role: 'polecat',
    state: 'spawning',
    restoredFrom: archive.id,
    ...(bead && isFree(bead) ? { bead: bead.id } : {}),
    ...(intent.isolation ? { isolation: intent.isolation } : {}),
  };
}

async function layOut(context: Context, { archive, rig }: Plan, intent: RestoreIntent): Promise<void> {
  const { worktree: directory, branch } = intent;
  const { git } = context;
  if (archive.commitsOnly) {
    const place = { directory, branch, start: archive.tip };
    if (intent.isolation === 'clone') await git.addClone(rig, place);
    else await git.addWorktree(rig, place);
    return;
  }
  if (intent.isolation === 'clone') await git.restoreClone(rig, archive, { directory, branch });
  else await git.restore(rig, archive.ref, { directory, branch });
}

async function finish(context: Context, { archive, id }: Plan, caller: Caller): Promise<Restored> {
  const { result } = await context.store.transact(
    { verb: 'restore', by: caller.by, subject: id },
    (draft) => {
      const at = context.now();
      const agent = agentOf(draft, id);
      if (!agent || agent.role === 'mayor') throw new Refusal('failed', `${id} was removed meanwhile.`);
      const reason = `Brought back from ${archive.id}; a new session goes on with it.`;
      if (agent.role === 'polecat')
        draft.put('agents', transitionPolecat(agent, 'interrupted', { at, reason }));
      const restored = { ...(draft.get('archives', archive.id) ?? archive), restoredAt: at, restoredAs: id };
      draft.put('archives', restored);
      draft.remove('intents', intentOf(id));
      return { archive: restored, agent };
    },
  );
  const { agent } = result;
  return {
    archive: result.archive,
    agent: id,
    worktree: agent.worktree,
    branch: agent.branch,
    sha: archive.tip,
    hooked: agent.role === 'polecat' && agent.bead !== undefined,
    notes: notesOf(context.store.view, archive, agent),
  };
}

/** What is not as it was. */
function notesOf(view: View, archive: Archive, agent: Polecat | Crew): readonly string[] {
  const notes: string[] = [];
  const bead = archive.bead && view.get('beads', archive.bead);
  if (bead && agent.role === 'polecat' && agent.bead === undefined) {
    const why = bead.status === 'closed' ? 'closed' : `held by ${bead.assignee ?? 'somebody'}`;
    notes.push(`${bead.id} is not on its hook: it is ${why}.`);
  }
  if (archive.isolation === 'in-place')
    notes.push('It worked in your own checkout, and is back in a folder of its own.');
  if (archive.branchTip && archive.branchRef)
    notes.push(
      `The branch stood at ${archive.branchTip.slice(0, 10)}, which is kept as ${archive.branchRef}.`,
    );
  if (archive.commitsOnly) notes.push('Its folder was gone when it was removed: only commits were kept.');
  return notes;
}

/**
 * Undoes a restore that did not come to its end. Nobody has worked there, but a folder that is not as it was made is archived before
 * it goes, since a person may have looked in.
 */
async function takeBack(context: Context, intent: RestoreIntent): Promise<void> {
  const rig = findRig(context.store.view, intent.rig);
  await discard(context, rig, intent);
  await context.store.transact({ verb: 'restore/undo', by: 'town', subject: intent.archive }, (draft) => {
    const agent = agentOf(draft, intent.agent);
    draft.remove('intents', intent.id);
    if (!agent || agent.role === 'mayor') return;
    for (const bead of Array.from(draft.find('beadsByAssignee', agent.id)))
      unhook(draft, bead.id, agent.id, context.now());
    removeAgent(draft, agent);
  });
}

async function discard(context: Context, rig: Rig, intent: RestoreIntent): Promise<void> {
  const { git, rigFolders } = context;
  const { worktree: directory, branch, tip } = intent;
  const isClone = intent.isolation === 'clone';
  const place = { directory, branch, start: tip };
  if (!intent.hadBranch) {
    try {
      await (isClone ? git.discardClone(rig, place) : git.discardWorktree(rig, place));
      return;
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'uncommitted') throw error;
    }
  }
  if (rigFolders.exists(directory)) {
    const name = `${branch.replace('polecat/', '')}-restore`;
    const kept = await (isClone ? git.archiveClone(rig, directory, name) : git.archive(rig, directory, name));
    context.log(`${directory} goes again; what lay in it is kept as ${kept.ref}.`);
    await (isClone ? git.removeClone(rig, directory, kept) : git.removeWorktree(rig, directory, kept));
  }
  if (!intent.hadBranch) await git.deleteBranch(rig, branch, tip);
}

/** A restore that was cut off anywhere is undone: the archive is still there, and can be brought back again. */
export async function settleRestore(context: Context, intent: RestoreIntent): Promise<void> {
  await takeBack(context, intent);
}
