import { join } from 'node:path';
import { mayorId, parseTarget, type Target, targetForms } from '../domain/agentNames.ts';
import type { Agent } from '../domain/agent.ts';
import { agentOf } from '../domain/agents.ts';
import { asFree, deadHolder } from '../domain/assigning.ts';
import type { Bead } from '../domain/bead.ts';
import { messageOf, stackOf } from '../domain/fault.ts';
import { hookOf } from '../domain/hooks.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import type { Dispatch } from '../domain/dispatch.ts';
import { checkLimits } from '../domain/dispatchLimits.ts';
import { checkSling, rigOfBead } from '../domain/slinging.ts';
import { brokenOf, triedWords } from '../domain/trying.ts';
import type { View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { RefusalData } from '../protocol/hello.ts';
import type { QueuedSling, SlingParams, SlingResult, Slung } from '../protocol/work.ts';
import { assign, type Errand, liveSession, placeOf, planErrand } from './assign.ts';
import type { Context } from './context.ts';
import { findBead, findRig } from './lookups.ts';
import { mayorNow } from './mayor.ts';
import type { SessionPlan, SlingPlan } from './plan.ts';
import { planPolecat, wouldRun, wouldSpawn } from './planSpawn.ts';
import { releaseHolder } from './release.ts';
import { spawnPolecat, type Spawned } from './spawn.ts';
import { townCaller } from './townCaller.ts';
import { mayQueue, queueInstead, refuseQueueFirst } from './queueSling.ts';
import { runtimeLabel } from './views.ts';

/**
 * Gives beads to polecats and starts them, or one bead to the agent that is named. Each bead stands alone: one that is refused does not
 * stop the others, and leaves nothing behind. An answer in `slung` means that the runtime's process was seen to run.
 */
export async function sling(context: Context, params: SlingParams, caller: Caller): Promise<SlingResult> {
  const beads = [...new Set(params.beads)];
  const target = targetOf(params);
  if (target?.kind === 'agent' && beads.length > 1) {
    throw new Refusal('invalid', `${target.agent} takes one bead, not ${beads.length}.`, {
      field: 'target',
      next: 'Name a rig, and each bead gets a polecat of its own.',
    });
  }
  const outcomes = await Promise.all(
    beads.map((bead) => slingOne(context, bead, { ...params, to: target }, caller)),
  );
  const queued = outcomes.flatMap((outcome) => ('queued' in outcome ? [outcome.queued] : []));
  return {
    slung: outcomes.flatMap((outcome) => ('slung' in outcome ? [outcome.slung] : [])),
    refused: outcomes.flatMap((outcome) => ('refused' in outcome ? [outcome.refused] : [])),
    ...(queued.length === 0 ? {} : { queued }),
  };
}

type Outcome =
  | { readonly slung: Slung }
  | { readonly queued: QueuedSling }
  | { readonly refused: SlingResult['refused'][number] };

type Wish = SlingParams & { readonly to: Target | undefined };

function targetOf({ rig, target }: SlingParams): Target | undefined {
  if (target === undefined) return rig === undefined ? undefined : { kind: 'rig', rig };
  if (rig === undefined) return parseTarget(target);
  throw new Refusal('invalid', 'Beads go to a rig or to a target, not to both.', {
    field: 'target',
    next: `A target is ${targetForms}.`,
  });
}

async function slingOne(context: Context, text: string, wish: Wish, caller: Caller): Promise<Outcome> {
  try {
    return { slung: await slingFound(context, findBead(context.store.view, text), wish, caller) };
  } catch (error) {
    const refusal = error instanceof Refusal ? error : undone(context, text, error);
    if (!mayQueue(context, wish, refusal)) return refusedAs(text, refusal);
    try {
      return await queueInstead(context, text, wish, { refusal, caller });
    } catch (other) {
      return refusedAs(text, other instanceof Refusal ? other : undone(context, text, other));
    }
  }
}

function refusedAs(bead: string, refusal: Refusal): Outcome {
  return { refused: { bead, message: refusal.message, refusal: dataOf(refusal) } };
}

/** Of the queue, as it was wished when it was put there. Refused as every sling. */
export async function slingQueued(context: Context, dispatch: Dispatch): Promise<void> {
  const { id, rig, runtime, host, instructions, force } = dispatch;
  const wish = {
    beads: [id],
    to: { kind: 'rig', rig },
    ...(runtime === undefined ? {} : { runtime }),
    ...(host === undefined ? {} : { host }),
    ...(instructions === undefined ? {} : { instructions }),
    ...(force ? { force } : {}),
  } as const;
  await slingFound(context, findBead(context.store.view, id), wish, townCaller);
}

async function slingFound(context: Context, bead: Bead, wish: Wish, caller: Caller): Promise<Slung> {
  const { view } = context.store;
  const there = wish.to?.kind === 'agent' ? agentOf(view, wish.to.agent) : undefined;
  if (there && hookOf(view, there.id)?.id === bead.id) return alreadyThere(context, bead, there.id);
  const holder = deadHolder(view, bead);
  if (holder && !wish.force) throw heldByDead(bead, holder, wish.to);
  const free = holder ? asFree(view, bead.id) : bead;
  const work = await planWork(context, free, wish, caller);
  if (wish.dryRun) return { bead: bead.id, title: bead.title, ...work.would };
  const kept = holder && (await releaseHolder(context, bead.id, holder, caller));
  const spawned = await saying(kept, () => work.begin());
  const warnings = kept === undefined ? spawned.warnings : [...spawned.warnings, kept];
  return { bead: bead.id, title: bead.title, ...spawned, warnings };
}

/** All that was looked at before anything is changed: what it would become, and how it begins. */
interface Work {
  readonly would: Omit<Slung, 'bead' | 'title'>;
  begin(): Promise<Spawned>;
}

async function planWork(context: Context, bead: Bead, wish: Wish, caller: Caller): Promise<Work> {
  if (wish.to?.kind === 'agent') {
    const errand = errandFor(context, bead, wish, wish.to.agent);
    const plan = await planErrand(context, errand, caller);
    return { would: wouldAssign(context, errand, plan), begin: () => assign(context, errand, caller) };
  }
  const plan = await planSling(context, bead, wish, caller);
  return { would: wouldSpawn(context, plan), begin: () => spawnPolecat(context, plan, caller) };
}

function errandFor(context: Context, bead: Bead, wish: Wish, id: string): Errand {
  const { instructions, force, runtime, host } = wish;
  const agent = agentOf(context.store.view, id) ?? (id === mayorId ? mayorNow(context) : undefined);
  if (agent) return { agent, bead, instructions, force, runtime, host };
  const isCrew = id.includes('/crew/');
  const [rig = '', name = ''] = [id.split('/')[0], id.split('/').at(-1)];
  throw new Refusal(
    'not-found',
    `There is no ${isCrew ? 'crew member' : 'polecat'} ${displayText(id, 80)}.`,
    {
      field: 'target',
      next: isCrew
        ? `gt crew add ${displayText(rig, 40)} ${displayText(name, 40)}`
        : `gt sling ${bead.id} ${displayText(rig, 40)} starts a new polecat there.`,
    },
  );
}

/** All that can be said before anything is changed. */
async function planSling(context: Context, bead: Bead, wish: Wish, caller: Caller): Promise<SlingPlan> {
  const view = context.store.view;
  const { force, instructions } = wish;
  const rig: Rig = wish.to?.kind === 'rig' ? findRig(view, wish.to.rig) : rigOfBead(view, bead.id);
  checkSling(view, { bead, rig, now: context.now(), force });
  refuseQueueFirst(view, caller);
  refuseBroken(view, bead, rig, caller);
  const plan = await planPolecat(context, rig, wish, caller);
  checkLimits(context.store.view, { rig, runtime: plan.preset.id, now: context.now() });
  return {
    ...plan,
    bead,
    ...(force ? { force } : {}),
    ...(instructions === undefined ? {} : { instructions }),
  };
}

/** An agent that slings the same over and over is told; a person may. */
function refuseBroken(view: View, { id }: Bead, rig: Rig, { role }: Caller): void {
  const tries = role === 'person' ? undefined : brokenOf(view, id, rig);
  if (!tries) return;
  throw new Refusal('failed', `${id} ${triedWords(tries)}: ${tries.last.sentence}`, {
    next: `A person begins it again: gt scheduler retry ${id}`,
  });
}

function wouldAssign(context: Context, { agent }: Errand, plan: SessionPlan): Work['would'] {
  const live = liveSession(context.store.view, agent);
  return { ...placeOf(agent), ...wouldRun(plan), ...(live ? { host: live.host } : {}) };
}

/** Slung to where it is: nothing changes. */
function alreadyThere(context: Context, { id, title }: Bead, agentId: string): Slung {
  const { view } = context.store;
  const agent = agentOf(view, agentId);
  const session = agent?.session && view.get('sessions', agent.session);
  if (!agent || !session) {
    throw new Refusal('held', `${id} is on the hook of ${agentId} already, and nothing runs there.`, {
      next: `gt session run ${agentId}`,
      facts: { bead: id, holder: agentId },
    });
  }
  return {
    bead: id,
    title,
    ...placeOf(agent),
    runtime: session.runtime,
    runtimeLabel: runtimeLabel(view, session.runtime),
    host: session.host,
    session: session.id,
    command: [session.launch.command, ...session.launch.arguments],
    warnings: [
      session.state === 'ended'
        ? `It was on that hook already, and nothing runs there: gt session run ${agentId}`
        : 'It was on that hook already.',
    ],
  };
}

/** A polecat in place has the only checkout there is, so that no other could be planned before its bead is taken off. */
function heldByDead({ id }: Bead, holder: Agent, to: Target | undefined): Refusal {
  const isInPlace = holder.role === 'polecat' && holder.isolation === 'in-place';
  const release = isInPlace && !hasPlace(to) ? `gt unsling ${id}` : '--force';
  return new Refusal('held', `${id} is on the hook of ${holder.id}, where no session runs.`, {
    next: `gt session run ${holder.id} goes on; ${release} takes the bead away and archives its work.`,
    facts: { bead: id, holder: holder.id },
  });
}

/** Crew and mayor, who work where they are. */
function hasPlace(to: Target | undefined): boolean {
  return to?.kind === 'agent' && (to.agent === mayorId || to.agent.includes('/crew/'));
}

/** What was taken from the holder before is told also where it then could not be slung. */
async function saying<T>(kept: string | undefined, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin();
  } catch (error) {
    if (kept === undefined || !(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, `${error.message} ${kept}`, error.details);
  }
}

/** A fault is one bead's: the others are slung all the same, and the answer says so of each. */
function undone(context: Context, bead: string, fault: unknown): Refusal {
  context.log(`slinging ${bead}: ${stackOf(fault)}`);
  const why = messageOf(fault);
  return new Refusal('failed', `${displayText(bead, 60)} was not slung, and nothing of it is left: ${why}`, {
    next: `The log of the town server has more: ${join(context.paths.logs, 'town.log')}`,
  });
}

function dataOf(refusal: Refusal): RefusalData {
  return { code: refusal.code, ...refusal.details };
}
