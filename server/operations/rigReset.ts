import { agentOf, crewOf } from '../domain/agents.ts';
import { isAgentName } from '../domain/agentNames.ts';
import type { Bead } from '../domain/bead.ts';
import { isAwaited } from '../domain/landings.ts';
import { messageOf, stackOf } from '../domain/fault.ts';
import { handoffFor } from '../domain/handoffs.ts';
import { isHeld } from '../domain/hooks.ts';
import type { AgentId, BeadId, Timestamp } from '../domain/ids.ts';
import { dropMessages } from '../domain/messages.ts';
import { newestRequest } from '../domain/newestRequest.ts';
import type { Polecat } from '../domain/polecat.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { beginReset, endReset } from '../domain/rigResets.ts';
import { displayText } from '../domain/text.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params } from '../protocol/messages.ts';
import type { RigActed } from '../protocol/rigLife.ts';
import type { Context } from './context.ts';
import { findPolecat } from './lookups.ts';
import { agentQueue } from './queue.ts';
import { archiveAndRemove, type Removed, refuseSpawning } from './remove.ts';
import { endSessions, running } from './rigSessions.ts';
import { stopSession } from './sessions.ts';
import { noteRigStop } from './stopping.ts';

/** Archives and removes every polecat of the rig; or, where that is asked for, only frees what nobody works on, or drops mail. */
export async function resetRig(
  context: Context,
  rig: Rig,
  params: Params<'rig/reset'>,
  caller: Caller,
): Promise<RigActed> {
  const role = roleOf(params);
  const acted = { rig: rig.id, state: rig.state, ended: [], resumed: [], working: [], notes: [] };
  if (params.stale === true || params.mail === true || params.handoff === true) {
    const notes = await resetRecords(context, rig, { ...params, role }, caller);
    return { ...acted, removed: [], notes };
  }
  const polecats = [...context.store.view.find('agentsByRig', rig.id)];
  const live = running(context, rig).map(({ id }) => id);
  if (params.dryRun === true) {
    const removed = polecats.map(({ id, branch }) => ({ agent: id, archive: branch, archiveId: '' }));
    return { ...acted, working: live, removed };
  }
  if (live.length > 0 && params.force !== true) throw stillRunning(rig, live);
  if (params.force !== true) for (const polecat of polecats) refuseSubmitted(context.store.view, polecat);
  if (polecats.length === 0) return { ...acted, removed: [] };
  const wish = { force: params.force === true, caller };
  return { ...acted, ...(await context.queue.run(`reset ${rig.id}`, () => removeAll(context, rig, wish))) };
}

function stillRunning(rig: Rig, live: readonly string[]): Refusal {
  return new Refusal('in-use', `${live.join(', ')} ${live.length === 1 ? 'is' : 'are'} still running.`, {
    next: `gt rig stop ${rig.id}, or gt rig reset ${rig.id} --force, which ends and archives them.`,
    facts: { agents: live },
  });
}

/** What waits to land would have to be handed over anew. */
function refuseSubmitted(view: View, polecat: Polecat): void {
  const request = newestRequest(view, polecat);
  if (polecat.state !== 'done' || !request || !isAwaited(view, request)) return;
  const { bead, rig } = request;
  throw new Refusal('in-use', `${bead}, which ${polecat.id} has submitted, has not landed.`, {
    next: `gt mq show ${bead}, or gt rig reset ${rig} --force: its work is archived and can be brought back.`,
    facts: { bead, agent: polecat.id },
  });
}

interface Wish {
  readonly force: boolean;
  readonly caller: Caller;
}

type Outcome = Pick<RigActed, 'ended' | 'removed' | 'kept'>;

/** Each stands alone: one that cannot go stays, is said with the reason, and stops none of the others. */
async function removeAll(context: Context, rig: Rig, wish: Wish): Promise<Outcome> {
  const { caller } = wish;
  // First, so that nothing takes the places that get free.
  noteRigStop(context, rig.id);
  const { result: isParked } = await context.store.transact(
    { verb: 'rig/resetting', by: caller.by, subject: rig.id },
    (draft) => beginReset(draft, rig.id),
  );
  try {
    return await removeEach(context, rig, wish);
  } finally {
    if (isParked)
      await context.store.transact({ verb: 'rig/reset', by: caller.by, subject: rig.id }, (draft) =>
        endReset(draft, rig.id),
      );
  }
}

async function removeEach(context: Context, rig: Rig, wish: Wish): Promise<Outcome> {
  const ended = new Set(wish.force ? await endSessions(context, rig, wish.caller) : []);
  const removed: RigActed['removed'][number][] = [];
  const kept: NonNullable<RigActed['kept']>[number][] = [];
  for (const { id } of Array.from(context.store.view.find('agentsByRig', rig.id))) {
    try {
      const gone = await context.queue.run(agentQueue(id), () => removeOne(context, id, { ...wish, ended }));
      if (gone) removed.push({ agent: id, archive: gone.archive, archiveId: gone.archiveId });
    } catch (error) {
      if (!(error instanceof Refusal)) context.log(`resetting ${id}: ${stackOf(error)}`);
      const { next } = error instanceof Refusal ? error.details : {};
      kept.push({ agent: id, why: messageOf(error), ...(next === undefined ? {} : { next }) });
    }
  }
  return { ended: [...ended], removed, ...(kept.length > 0 ? { kept } : {}) };
}

/** As it is when its turn comes: it may have gone, been begun again, or begin right now. */
async function removeOne(
  context: Context,
  id: AgentId,
  { force, caller, ended }: Wish & { readonly ended: Set<string> },
): Promise<Removed | undefined> {
  const { view } = context.store;
  const now = view.get('agents', id);
  if (!now) return undefined;
  refuseSpawning(now);
  if (!force) refuseSubmitted(view, now);
  const session = view.get('sessions', now.session ?? '');
  if (force && session && session.state !== 'ended') {
    await stopSession(context, session.id, { by: caller.by });
    ended.add(id);
  }
  return await archiveAndRemove(context, findPolecat(view, id), { by: caller.by, why: 'reset' });
}

type Role = 'polecat' | 'crew';

/** Refused with `invalid` for a role that has nothing of the kind here, and where there is nothing for it to narrow. */
function roleOf({ rigs, role, mail, handoff }: Params<'rig/reset'>): Role | undefined {
  if (role === undefined) return undefined;
  const rig = displayText(rigs[0] ?? 'RIG', 40);
  if (mail !== true && handoff !== true) {
    throw new Refusal(
      'invalid',
      '--role says whose mail or packets are dropped, and neither was asked for.',
      {
        field: 'role',
        next: `gt rig reset ${rig} --handoff --role ${displayText(role, 40)}`,
      },
    );
  }
  const wanted = role.toLowerCase().replace(/^(polecat|dog)s$/u, '$1');
  if (wanted === 'polecat' || wanted === 'crew') return wanted;
  const why = codeRoles.has(wanted)
    ? `The ${wanted} is code here: it has no session, and is handed nothing over.`
    : wanted === 'mayor'
      ? 'The mayor is of the town, and of no rig.'
      : `There is no role "${displayText(role, 40)}" in a rig.`;
  throw new Refusal('invalid', why, {
    field: 'role',
    next: `gt rig reset ${rig} --handoff --role polecat, or crew`,
  });
}

const codeRoles: ReadonlySet<string> = new Set(['witness', 'refinery', 'deacon', 'boot', 'dog']);

/** Beads on the hooks of agents that are gone are open again; messages to the rig's agents go, and what their next sessions would be given. */
async function resetRecords(
  context: Context,
  rig: Rig,
  { stale, mail, handoff, dryRun, role }: Omit<Params<'rig/reset'>, 'role'> & { role: Role | undefined },
  caller: Caller,
): Promise<readonly string[]> {
  const { view } = context.store;
  const orphaned = stale === true ? orphanedBeads(view, rig) : [];
  const agents = [...view.find('agentsByRig', rig.id), ...crewOf(view, rig.id)].filter(
    (agent) => role === undefined || agent.role === role,
  );
  const would = dryRun === true ? 'would be' : 'is';
  const mailed = mail === true ? agents.filter(({ id }) => view.count('messagesByAgent', id) > 0) : [];
  const packets = handoff === true ? agents.flatMap((agent) => handoffFor(view, agent) ?? []) : [];
  const notes = [
    ...orphaned.map(({ id }) => `${id} ${would} open again.`),
    ...mailed.map(({ id }) => `What waits for ${id} ${would} dropped.`),
    ...packets.map(({ id, agent }) => `The packet ${id} that ${agent} left ${would} dropped.`),
  ];
  if (dryRun === true || notes.length === 0) return notes;
  await context.store.transact({ verb: 'rig/reset', by: caller.by, subject: rig.id }, (draft) => {
    for (const { id } of orphaned) openAgain(draft, id, context.now());
    for (const { id } of mailed) dropMessages(draft, id);
    for (const { bead, agent } of packets)
      for (const { id } of Array.from(draft.find('handoffsOf', bead ?? agent))) draft.remove('handoffs', id);
  });
  return notes;
}

function orphanedBeads(view: View, rig: Rig): readonly Bead[] {
  return [...view.find('beadsByRig', rig.id)].filter(
    (bead) => isHeld(bead) && isAgentName(bead.assignee) && !agentOf(view, bead.assignee ?? ''),
  );
}

function openAgain(draft: Draft, id: BeadId, at: Timestamp): void {
  const bead = draft.get('beads', id);
  if (!bead || !isHeld(bead)) return;
  const { assignee: _, ...rest } = bead;
  draft.put('beads', { ...rest, status: 'open', updatedAt: at });
}
