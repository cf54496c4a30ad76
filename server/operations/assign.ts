import { automaticConvoy } from '../domain/convoys.ts';
import { dequeue, requeue } from '../domain/dispatching.ts';
import type { Agent } from '../domain/agent.ts';
import { agentOf, putAgent, removeAgent } from '../domain/agents.ts';
import { assignBead, deferAgain, unassignBead, wakeForced } from '../domain/assigning.ts';
import { refuseFull } from '../domain/holding.ts';
import type { Bead } from '../domain/bead.ts';
import { hookOf, refuseFilledHook } from '../domain/hooks.ts';
import type { AgentId, ConvoyId, IntentId, RuntimeName } from '../domain/ids.ts';
import type { Intent } from '../domain/intent.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import type { HostKind, Session } from '../domain/session.ts';
import { checkBead, refuseFullTown, refuseOtherRig, refuseResting } from '../domain/slinging.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { findBead, findRig, recordOf, theTown } from './lookups.ts';
import { prepareNextSession } from './nextSession.ts';
import { planSession, type SessionPlan } from './plan.ts';
import { agentQueue } from './queue.ts';
import { recordEnd } from './sessionEnd.ts';
import { dropConvoy, type Spawned } from './spawn.ts';
import { startSession } from './startSession.ts';
import { undoing } from './undoing.ts';
import { runtimeLabel } from './views.ts';

export interface Errand {
  /** As it is, or as it would be made. */
  readonly agent: Agent;
  /** Absent: only its session is wanted. */
  readonly bead?: Bead | undefined;
  readonly instructions?: string | undefined;
  readonly force?: boolean | undefined;
  readonly runtime?: string | undefined;
  readonly host?: 'auto' | HostKind | undefined;
}

/**
 * Gives a bead to an agent that is there (or a session to one that has none): hook and convoy (one transaction, with the intent) →
 * session. One that runs finds the bead at its next `gt hook`. Whatever fails, every step before it is undone.
 */
export async function assign(context: Context, errand: Errand, caller: Caller): Promise<Spawned> {
  return await context.queue.run(agentQueue(errand.agent.id), async () => {
    const agent = recordOf(context.store.view, errand.agent);
    const live = liveSession(context.store.view, agent);
    if (live) return await addToRunning(context, { ...errand, agent }, live, caller);
    const plan = await planErrand(context, { ...errand, agent }, caller);
    return await startWith(context, { ...errand, agent }, plan, caller);
  });
}

/** All that can be said before anything is changed. */
export async function planErrand(context: Context, errand: Errand, caller: Caller): Promise<SessionPlan> {
  const { agent, runtime, host } = errand;
  checkErrand(context, context.store.view, errand);
  const { view } = context.store;
  const choice = { runtime: runtime ?? usualRuntime(view, agent), ...(host === undefined ? {} : { host }) };
  return await planSession(context, rigOf(view, agent), choice, caller);
}

/**
 * What is meant where no runtime is named: one that runs stays what it is; the mayor's next session is on what the town says for that
 * role, where it says anything; every other is on what the agent had.
 */
function usualRuntime(view: View, agent: Agent): RuntimeName {
  const wanted = agent.role === 'mayor' ? theTown(view).roleRuntimes?.mayor : undefined;
  return liveSession(view, agent)?.runtime ?? wanted ?? agent.runtime;
}

export function liveSession(view: View, agent: Agent): Session | undefined {
  const session = agent.session && view.get('sessions', agent.session);
  return session && session.state !== 'ended' ? session : undefined;
}

/** One agent has one session at a time. */
export function refuseWhileRunning(view: View, agent: Agent): void {
  const session = liveSession(view, agent);
  if (session) throw runsAlready(agent, session);
}

function runsAlready(agent: Agent, session: Session): Refusal {
  return new Refusal('in-use', `${agent.id} is running already, as ${session.id}.`, {
    next: `gt session stop ${session.id}`,
    facts: { agent: agent.id, session: session.id },
  });
}

export function rigOf(view: View, agent: Agent): Rig | undefined {
  return agent.role === 'mayor' ? undefined : findRig(view, agent.rig);
}

function checkErrand(context: Context, view: View, { agent, bead, force }: Errand): void {
  const rig = rigOf(view, agent);
  if (rig) refuseResting(rig);
  if (!bead) return;
  refuseFull(view, bead.id, recordOf(view, agent));
  checkBead(view, { bead, now: context.now(), force });
  if (rig) refuseOtherRig(view, { bead, rig, now: context.now(), force });
}

async function addToRunning(
  context: Context,
  errand: Errand,
  session: Session,
  caller: Caller,
): Promise<Spawned> {
  const { agent, bead } = errand;
  if (!bead) throw runsAlready(agent, session);
  if (errand.runtime !== undefined && errand.runtime !== session.runtime) {
    throw new Refusal('in-use', `${agent.id} is running already, as ${session.id} on ${session.runtime}.`, {
      field: 'runtime',
      next: `gt session handoff ${agent.id} --runtime ${errand.runtime}`,
    });
  }
  const { result: convoy } = await context.store.transact(
    { verb: 'sling', by: caller.by, subject: bead.id },
    (draft) => put(context, draft, errand, bead).convoy.id,
  );
  return {
    ...placeOf(agent),
    runtime: session.runtime,
    runtimeLabel: runtimeLabel(context.store.view, session.runtime),
    host: session.host,
    convoy,
    session: session.id,
    command: [session.launch.command, ...session.launch.arguments],
    warnings: [`${agent.id} runs already, and finds it at its next gt hook.`],
  };
}

async function startWith(
  context: Context,
  errand: Errand,
  plan: SessionPlan,
  caller: Caller,
): Promise<Spawned> {
  const { agent } = errand;
  const rig = rigOf(context.store.view, agent);
  const setup = await prepareNextSession(context, rig, agent);
  return await undoing(context, async (undo) => {
    const intent = await reserve(context, errand, caller);
    undo(() => takeBackStart(context, intent, agent));
    await context.checkpoint('start:hooked');

    // Also what was put there by hand, before.
    const bead = hookOf(context.store.view, agent.id);
    const now = recordOf(context.store.view, agent);
    const session = await startSession(
      context,
      { ...plan, rig, before: setup, ...(bead ? { bead } : {}) },
      now,
      caller,
    );
    undo(() => session.abandon());
    await context.checkpoint('start:session');

    await endIntent(context, intent);
    return {
      ...placeOf(agent),
      runtime: plan.preset.id,
      runtimeLabel: plan.preset.label,
      host: plan.host,
      ...(intent.convoy === undefined ? {} : { convoy: intent.convoy }),
      session: session.id,
      command: session.command,
      warnings: plan.warnings,
    };
  });
}

type StartIntent = Extract<Intent, { kind: 'start' }>;

const intentOf = (agent: AgentId): IntentId => `start ${agent}` as IntentId;

async function reserve(context: Context, errand: Errand, caller: Caller): Promise<StartIntent> {
  const { agent, bead } = errand;
  const verb = bead ? 'sling' : 'seance/start';
  const { result } = await context.store.transact(
    { verb, by: caller.by, subject: bead?.id ?? agent.id },
    (draft) => {
      refuseFullTown(draft, agent.id);
      if (!bead) checkErrand(context, draft, errand);
      const now = recordOf(draft, agent);
      const isNew = agentOf(draft, agent.id) === undefined;
      if (isNew) refuseFilledHook(draft, agent.id);
      if (isNew) putAgent(draft, now);
      const given = bead ? put(context, draft, errand, bead) : undefined;
      const intent: StartIntent = {
        id: intentOf(agent.id),
        kind: 'start',
        at: context.now(),
        agent: agent.id,
        ...(bead ? { bead: bead.id } : {}),
        ...(given ? undoOf(given) : {}),
        ...(isNew ? { isNew } : {}),
      };
      draft.put('intents', intent);
      return intent;
    },
  );
  return result;
}

interface Given {
  readonly convoy: { readonly id: ConvoyId; readonly made: boolean };
  readonly deferred: StartIntent['deferred'];
  readonly dispatch: StartIntent['dispatch'];
}

/** What of it is undone with the start. */
function undoOf({ convoy, deferred, dispatch }: Given): Partial<StartIntent> {
  return {
    ...(convoy.made ? { convoy: convoy.id } : {}),
    ...(deferred ? { deferred } : {}),
    ...(dispatch ? { dispatch } : {}),
  };
}

/** Hook and convoy of one bead, as it is now. */
function put(context: Context, draft: Draft, { agent, instructions, force }: Errand, { id }: Bead): Given {
  const at = context.now();
  const bead = findBead(draft, id);
  checkErrand(context, draft, { agent, bead, force });
  const deferred = force ? wakeForced(draft, bead, at) : undefined;
  const hooked = assignBead(draft, { bead: id, agent: recordOf(draft, agent), instructions, at });
  const convoy = automaticConvoy(draft, hooked, { at, hash: () => context.randomText(4) });
  return { convoy, deferred, dispatch: dequeue(draft, id) };
}

/** Undoes a start whose session never came to be. The agent is as it was `before`, where that is known. */
async function takeBackStart(context: Context, intent: StartIntent, before?: Agent): Promise<void> {
  const subject = intent.bead ?? intent.agent;
  await context.store.transact({ verb: 'sling/undo', by: 'town', subject }, (draft) => {
    const at = context.now();
    const { bead, convoy, deferred } = intent;
    const agent = agentOf(draft, intent.agent);
    if (bead && agent) unassignBead(draft, bead, agent, at);
    if (bead && deferred) deferAgain(draft, bead, deferred, at);
    if (bead && convoy) dropConvoy(draft, convoy, { bead });
    requeueIntended(draft, intent);
    const now = agentOf(draft, intent.agent);
    if (now && intent.isNew) removeAgent(draft, now);
    else if (now && before) putAgent(draft, { ...before, updatedAt: at });
    draft.remove('intents', intent.id);
  });
}

/** As its intent is now: the bead may have been cleared from the queue meanwhile. */
function requeueIntended(draft: Draft, { id }: StartIntent): void {
  const intent = draft.get('intents', id);
  if (intent?.kind === 'start' && intent.dispatch) requeue(draft, intent.dispatch);
}

/** A session whose launcher took the launch spec ran, or may be running: it is kept. Anything earlier is undone. */
export async function settleStart(context: Context, intent: StartIntent): Promise<void> {
  const agent = agentOf(context.store.view, intent.agent);
  const session = agent?.session ? context.store.view.get('sessions', agent.session) : undefined;
  const isOurs = session !== undefined && session.createdAt >= intent.at;
  if (isOurs && session.takenAt && session.exit?.end !== 'not-started')
    return await endIntent(context, intent);
  if (isOurs && session.state !== 'ended')
    await recordEnd(context, session, { end: 'not-started' }, undefined);
  if (isOurs) context.sessions.removeSessionFile(session.id);
  await takeBackStart(context, intent);
}

async function endIntent(context: Context, intent: StartIntent): Promise<void> {
  const subject = intent.bead ?? intent.agent;
  await context.store.transact({ verb: 'sling/started', by: 'town', subject }, (draft) => {
    draft.remove('intents', intent.id);
  });
}

export function placeOf(agent: Agent): Pick<Spawned, 'agent' | 'rig' | 'worktree' | 'branch' | 'base'> {
  if (agent.role === 'mayor') return { agent: agent.id, worktree: agent.directory };
  const { id, rig, worktree, branch, base } = agent;
  return { agent: id, rig, worktree, branch, base };
}
