import type { Bead } from '../domain/bead.ts';
import { beingStarted, clearDispatch, dispatchOf, enqueue, retryDispatch } from '../domain/dispatching.ts';
import type { Dispatch } from '../domain/dispatch.ts';
import { spentToday } from '../domain/dispatchLimits.ts';
import { isHeld } from '../domain/hooks.ts';
import type { BeadId } from '../domain/ids.ts';
import { nextStarts } from '../domain/nextStarts.ts';
import { Refusal } from '../domain/refusal.ts';
import { schedulerDefaults, type Scheduler } from '../domain/scheduler.ts';
import { workingPolecats } from '../domain/slinging.ts';
import { brokenOf, brokenWork, triedWords } from '../domain/trying.ts';
import { displayText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { BudgetStatus, QueuedBead, RetriedBead, SchedulerStatus } from '../protocol/scheduler.ts';
import { liveSession } from './assign.ts';
import type { Context } from './context.ts';
import { holding, startDispatch } from './dispatchQueue.ts';
import { explained } from './heldBack.ts';
import { findBead, findRig, theTown } from './lookups.ts';
import { clearQuota, limitedOn, listQuotas, parkRuntime } from './quotas.ts';
import { runSession } from './sessions.ts';
import { refuseStopping } from './stopping.ts';

type SchedulerMethods = Extract<keyof Handlers, `scheduler/${string}` | `quota/${string}`> | 'bead/explain';

export function schedulerHandlers(context: Context): Pick<Handlers, SchedulerMethods> {
  const { view } = context.store;
  return {
    'bead/explain': ({ bead }) => explained(context, findBead(view, bead)),
    'scheduler/status': () => status(context),
    'scheduler/list': (params) => listQueue(context, params),
    'scheduler/pause': (params, caller) => pause(context, params, caller),
    'scheduler/resume': (_params, caller) => resume(context, caller),
    'scheduler/run': (params) => runQueue(context, params),
    'scheduler/clear': (params, caller) => clearQueue(context, params, caller),
    'scheduler/retry': (params, caller) => retry(context, params, caller),
    'quota/list': () => listQuotas(context),
    'quota/park': (params, caller) => parkRuntime(context, params, caller),
    'quota/clear': (params, caller) => clearQuota(context, params, caller),
  };
}

function status(context: Context): SchedulerStatus {
  const { view } = context.store;
  const { scheduler = {}, maxSessions } = theTown(view);
  const { mode = schedulerDefaults.mode, batchSize = 1, spawnDelay = 0, paused, maxPolecats } = scheduler;
  const nextStartAt = context.pace.nextBatch();
  const limited = limitedOn(view);
  let working = 0;
  for (const rig of view.all('rigs')) working += workingPolecats(view, rig.id);
  return {
    mode,
    ...(paused ? { paused } : {}),
    ...(maxPolecats === undefined ? {} : { maxPolecats }),
    batchSize,
    spawnDelay,
    ...(nextStartAt === undefined ? {} : { nextStartAt }),
    ...(limited ? { limited } : {}),
    working,
    sessions: view.count('sessionsByState', 'starting') + view.count('sessionsByState', 'running'),
    maxSessions,
    waiting: view.count('dispatchesByState', 'waiting'),
    broken: view.count('dispatchesByState', 'broken') + [...brokenWork(view)].length,
    budgets: budgets(context, scheduler),
    costReported: [],
    quotas: listQuotas(context),
  };
}

function budgets(context: Context, scheduler: Scheduler): BudgetStatus[] {
  const { view } = context.store;
  const now = context.now();
  const town = spentToday(view, now);
  const rigs = [...view.all('rigs')].filter(({ settings }) => settings.budget !== undefined);
  return [
    { ...scheduler.budget, usedTurns: town.turns, usedMinutes: town.minutes },
    ...rigs.map(({ id, settings }) => {
      const { turns, minutes } = spentToday(view, now, id);
      return { rig: id, ...settings.budget, usedTurns: turns, usedMinutes: minutes };
    }),
  ];
}

function listQueue(context: Context, { rig }: Params<'scheduler/list'>): readonly QueuedBead[] {
  const { view } = context.store;
  const only = rig === undefined ? undefined : findRig(view, rig).id;
  return [...view.find('dispatchesByState', 'waiting'), ...view.find('dispatchesByState', 'broken')]
    .filter((dispatch) => only === undefined || dispatch.rig === only)
    .flatMap((dispatch) => queuedBead(context, dispatch));
}

function queuedBead(context: Context, dispatch: Dispatch): QueuedBead[] {
  const { view } = context.store;
  const bead = view.get('beads', dispatch.id);
  if (!bead) return [];
  return [{ dispatch, title: bead.title, explanation: explained(context, bead) }];
}

async function pause(
  context: Context,
  { reason }: Params<'scheduler/pause'>,
  caller: Caller,
): Promise<SchedulerStatus> {
  const paused = { at: context.now(), by: caller.by, ...(reason === undefined ? {} : { reason }) };
  await change(context, { verb: 'scheduler/pause', by: caller.by }, (scheduler) => ({
    ...scheduler,
    paused: scheduler.paused ?? paused,
  }));
  return status(context);
}

async function resume(context: Context, caller: Caller): Promise<SchedulerStatus> {
  await change(context, { verb: 'scheduler/resume', by: caller.by }, (scheduler) => {
    const { paused: _, ...rest } = scheduler;
    return rest;
  });
  return status(context);
}

async function change(
  context: Context,
  act: { readonly verb: string; readonly by: string },
  rule: (scheduler: Scheduler) => Scheduler,
): Promise<void> {
  await context.store.transact(act, (draft) => {
    const town = theTown(draft);
    draft.put('town', { ...town, scheduler: rule(town.scheduler ?? {}) });
  });
}

async function runQueue(
  context: Context,
  { batch, dryRun }: Params<'scheduler/run'>,
): Promise<Result<'scheduler/run'>> {
  const { view } = context.store;
  const most = batch ?? theTown(view).scheduler?.batchSize ?? schedulerDefaults.batchSize;
  return await context.queue.run('the queue of slings', async () => {
    const { starts } = nextStarts(view, { now: context.now(), most, held: holding(context) });
    if (!dryRun) refuseStopping(context);
    if (dryRun) return { started: starts.map(({ id }) => id), refused: [] };
    const outcomes = await Promise.all(
      starts.map(async (dispatch) => ({ dispatch, refusal: await startDispatch(context, dispatch) })),
    );
    return {
      started: outcomes.filter(({ refusal }) => !refusal).map(({ dispatch }) => dispatch.id),
      refused: outcomes.flatMap(({ dispatch, refusal }) => (refusal ? nowOf(context, dispatch) : [])),
    };
  });
}

function nowOf(context: Context, { id }: Dispatch): QueuedBead[] {
  const now = context.store.view.get('dispatches', id);
  return now ? queuedBead(context, now) : [];
}

async function clearQueue(
  context: Context,
  { bead }: Params<'scheduler/clear'>,
  caller: Caller,
): Promise<Result<'scheduler/clear'>> {
  const only = bead === undefined ? undefined : inQueue(context.store.view, bead, dispatchOf);
  const { result } = await context.store.transact(
    { verb: 'dispatch/clear', by: caller.by, subject: (cleared: readonly string[]) => cleared.join(' ') },
    (draft) => {
      const queued = [...draft.all('dispatches'), ...beingStarted(draft)];
      const all = only === undefined ? queued.map(({ id }) => id) : [only];
      return all.filter((id) => clearDispatch(draft, id));
    },
  );
  return { cleared: result };
}

/** What was begun and failed too often is looked at by a person, not by an agent that would begin it for ever. */
function refuseAgent(view: View, { id, rig }: Bead, { role }: Caller): void {
  const tries = role === 'person' ? undefined : brokenOf(view, id, view.get('rigs', rig ?? ''));
  if (!tries) return;
  throw new Refusal('forbidden', `${id} ${triedWords(tries)}: a person has to look at it first.`, {
    next: `gt escalate "${id} ${triedWords(tries)}"`,
  });
}

/** From the queue, or, where a polecat has it whose work failed too often, by a session on the same worktree. */
async function retry(
  context: Context,
  { bead: text }: Params<'scheduler/retry'>,
  caller: Caller,
): Promise<RetriedBead> {
  const { view } = context.store;
  const bead = findBead(view, text);
  const holder =
    view.get('tries', bead.id) && isHeld(bead) ? view.get('agents', bead.assignee ?? '') : undefined;
  refuseAgent(view, bead, caller);
  const id = holder || view.get('tries', bead.id) ? bead.id : inQueue(view, text);
  if (holder && !liveSession(view, holder)) await runSession(context, { agent: holder.id }, caller);
  await context.store.transact({ verb: 'dispatch/retry', by: caller.by, subject: id }, (draft) => {
    const now = findBead(draft, id);
    if (draft.get('dispatches', id)) retryDispatch(draft, id);
    else if (isHeld(now)) draft.remove('tries', id);
    else enqueue(draft, now, {}, { at: context.now(), by: caller.by, anew: true });
  });
  const dispatch = view.get('dispatches', id);
  const { title } = findBead(view, id);
  return { ...(dispatch ? { dispatch } : {}), title, explanation: explained(context, findBead(view, id)) };
}

function inQueue(
  view: View,
  text: string,
  of = (all: View, id: BeadId): Dispatch | undefined => all.get('dispatches', id),
): BeadId {
  const { id } = findBead(view, text);
  if (of(view, id)) return id;
  throw new Refusal('not-found', `${displayText(id, 60)} is not in the queue.`, {
    field: 'bead',
    next: `gt explain ${displayText(id, 60)}`,
  });
}
