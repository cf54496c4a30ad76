import type { Agent } from '../domain/agent.ts';
import { agentOf, putAgent } from '../domain/agents.ts';
import type { Bead } from '../domain/bead.ts';
import { hookOf } from '../domain/hooks.ts';
import type { Handoff } from '../domain/handoff.ts';
import { keepHandoff } from '../domain/handoffs.ts';
import type { Timestamp } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Session } from '../domain/session.ts';
import type { Draft } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params } from '../protocol/messages.ts';
import { liveSession, rigOf } from './assign.ts';
import type { Context } from './context.ts';
import { keepingPlace } from './keepPlace.ts';
import { runInBackground } from './lifePlugins.ts';
import { findAgent } from './lookups.ts';
import { addNote } from './notes.ts';
import { collect } from './packet.ts';
import { planSession, type StartPlan } from './plan.ts';
import { agentQueue } from './queue.ts';
import { goOn, refuseUnlessResumable, stopSession } from './sessions.ts';
import { isStopping, stopsOfRig } from './stopping.ts';
import { refuseLostWorkingFolder } from './workingFolder.ts';

/**
 * Another runtime goes on with an agent's work: its session is ended, a note is kept with the bead, and a session of the other begins on
 * the same worktree, branch and hook. All that can be refused is, before anything is ended, and its place is kept for the next. Where the
 * new session cannot start, note and runtime are as before, and the refusal says that the old session has ended. Where the rig or the town
 * was stopped meanwhile, nothing begins: note, runtime and packet wait for the next start.
 */
export async function handoff(
  context: Context,
  params: Params<'session/handoff'>,
  caller: Caller,
): Promise<Session> {
  const { id } = findAgent(context.store.view, params.agent);
  return await context.queue.run(agentQueue(id), async () => {
    const { view } = context.store;
    const agent = findAgent(view, id);
    refuseWhileSpawning(agent);
    refuseUnlessResumable(view, agent);
    const rig = rigOf(view, agent);
    const stop = stopOf(context, agent);
    const host = params.host === undefined ? {} : { host: params.host };
    const runtime = params.runtime ?? agent.runtime;
    const plan = await planSession(context, rig, { runtime, ...host }, caller);
    await refuseLostWorkingFolder(context, rig, agent);
    const next = { runtime: plan.preset.id, by: caller.by };
    return await keepingPlace(context, agent, next, () =>
      replace(context, { agent, plan: { ...plan, rig }, stop }, params, caller),
    );
  });
}

interface Replacing {
  readonly agent: Agent;
  readonly plan: StartPlan;
  readonly stop: StopWatch;
}

async function replace(
  context: Context,
  { agent: { id }, plan, stop }: Replacing,
  params: Params<'session/handoff'>,
  caller: Caller,
): Promise<Session> {
  const { view } = context.store;
  const live = liveSession(view, findAgent(view, id));
  if (live) await stopSession(context, live.id, { by: caller.by });
  await context.checkpoint('handoff:stopped');
  const before = findAgent(view, id);
  const words = { ...(params.note === undefined ? {} : { text: params.note }), ...params.words };
  const packet = await collect(context, before, { by: caller.by, words, to: plan.preset.id });
  const given = await giveOver(context, before, { ...params, packet }, caller);
  await context.checkpoint('handoff:noted');
  try {
    const unless = stop.refuse;
    const session = await goOn(context, findAgent(view, id), { ...plan, unless }, caller);
    runInBackground(context, 'on-cycle', findAgent(view, id));
    return session;
  } catch (error) {
    if (stop.has()) throw await waitForStart(context, before, given);
    await takeOver(context, before, given);
    throw error instanceof Refusal ? withEnd(error, before, live !== undefined) : error;
  }
}

function refuseWhileSpawning(agent: Agent): void {
  if (agent.role !== 'polecat' || agent.state !== 'spawning') return;
  throw new Refusal('in-use', `${agent.id} is being started right now.`, { next: 'gt polecat list' });
}

interface StopWatch {
  readonly has: () => boolean;
  readonly refuse: () => void;
}

/** Whether the rig or the town has been stopped since. Whoever stops it means also what is on its way then. */
function stopOf(context: Context, agent: Agent): StopWatch {
  const { rig } = agent.role === 'mayor' ? { rig: undefined } : agent;
  const before = rig === undefined ? 0 : stopsOfRig(context, rig);
  const isRigStopped = (): boolean => rig !== undefined && stopsOfRig(context, rig) !== before;
  return {
    has: () => isRigStopped() || isStopping(context),
    refuse() {
      if (isRigStopped()) throw new Refusal('parked', `The rig ${rig} was stopped meanwhile.`);
    },
  };
}

/** The session that was ended is its newest again, so that what resumes those that were stopped finds it. Gives what is said. */
async function waitForStart(context: Context, before: Agent, { packet, bead }: Given): Promise<Refusal> {
  const meta = { verb: 'session/handoff-kept', by: 'town', subject: before.id };
  await context.store.transact(meta, (draft) => {
    const now = agentOf(draft, before.id);
    if (!now || now.session === before.session || before.session === undefined) return;
    putAgent(draft, { ...now, session: before.session, updatedAt: context.now() });
  });
  const isTown = isStopping(context);
  const what = isTown ? 'The town' : 'The rig';
  const next = isTown ? 'gt up, then ' : '';
  return new Refusal(
    isTown ? 'unavailable' : 'parked',
    `${what} was stopped before the next session of ${before.id} began. The packet ${packet} is kept${bead === undefined ? '' : ` with ${bead}`}, and its next session goes on from it.`,
    { next: `${next}gt session run ${before.id}` },
  );
}

interface Given {
  readonly packet: Handoff['id'];
  readonly bead?: Bead['id'];
  /** What was added to its notes. */
  readonly note?: string;
}

/** Runtime and note at once: a town that is killed after it resumes with the successor. */
async function giveOver(
  context: Context,
  agent: Agent,
  { packet, note }: { readonly packet: Handoff; readonly note?: string },
  caller: Caller,
): Promise<Given> {
  const { result } = await context.store.transact(
    { verb: 'session/handoff', by: caller.by, subject: agent.id },
    (draft) => {
      const at = context.now();
      const now = agentOf(draft, agent.id) ?? agent;
      const bead = hookOf(draft, agent.id);
      const to = packet.to ?? agent.runtime;
      putAgent(draft, { ...now, runtime: to, updatedAt: at });
      keepHandoff(draft, packet);
      if (!bead) return { packet: packet.id };
      const said = note === undefined || note.trim() === '' ? '' : `: ${note.trim()}`;
      const line = `Handed off from ${agent.runtime} to ${to} by ${caller.by}${said}`;
      addNote(draft, bead, line, at);
      return { packet: packet.id, bead: bead.id, note: line };
    },
  );
  return result;
}

async function takeOver(context: Context, before: Agent, { packet, bead, note }: Given): Promise<void> {
  await context.store.transact({ verb: 'session/handoff-undo', by: 'town', subject: before.id }, (draft) => {
    const at = context.now();
    const now = agentOf(draft, before.id);
    if (now) {
      const { session: _, ...rest } = now;
      const session = before.session === undefined ? {} : { session: before.session };
      putAgent(draft, { ...rest, ...session, runtime: before.runtime, updatedAt: at });
    }
    draft.remove('handoffs', packet);
    if (bead !== undefined && note !== undefined) dropNote(draft, bead, note, at);
  });
}

/** Only the very line; whatever was written meanwhile stays. */
function dropNote(draft: Draft, id: Bead['id'], note: string, at: Timestamp): void {
  const bead = draft.get('beads', id);
  const lines = bead?.notes?.split('\n') ?? [];
  const noted = note.split('\n');
  const from = lines.length - noted.length;
  if (!bead || lines.slice(from).join('\n') !== note) return;
  const { notes: _, ...rest } = bead;
  const left = lines.slice(0, from).join('\n');
  draft.put('beads', { ...rest, ...(left === '' ? {} : { notes: left }), updatedAt: at });
}

function withEnd(error: Refusal, { id, runtime }: Agent, hadEnded: boolean): Refusal {
  const end = hadEnded
    ? ` The session of ${id} has been ended for it; its work, hook and runtime are as they were.`
    : '';
  return new Refusal(error.code, `${error.message}${end}`, {
    ...error.details,
    next: error.details.next ?? `gt session run ${id} goes on with ${runtime}.`,
  });
}
