import type { Escalation } from '../domain/escalation.ts';
import {
  acknowledge,
  checkDescription,
  checkReason,
  close,
  dueAt,
  findEscalation,
  isStale,
  raise,
  raiseDue,
} from '../domain/escalations.ts';
import type { EscalationId, Timestamp } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { severities } from '../domain/severity.ts';
import { displayText } from '../domain/text.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Params } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { findBead } from './lookups.ts';
import { isCurrent } from './nudges.ts';

type Methods = Extract<keyof Handlers, `escalation/${string}`>;

export function escalationHandlers(context: Context): Pick<Handlers, Methods> {
  const { store } = context;
  return {
    'escalation/create': (params, caller) => create(context, params, caller),
    'escalation/list': (params) => list(context, params),
    'escalation/get': ({ escalation }) => findEscalation(store.view, escalation),
    'escalation/acknowledge': async ({ escalation }, caller) => {
      const { id } = findEscalation(store.view, escalation);
      const act = { at: context.now(), by: caller.by };
      const meta = { verb: 'escalation/acknowledge', by: caller.by, subject: id };
      return (await store.transact(meta, (draft) => acknowledge(draft, id, act))).result;
    },
    'escalation/close': (params, caller) => end(context, params, caller),
  };
}

async function create(
  context: Context,
  params: Params<'escalation/create'>,
  caller: Caller,
): Promise<Escalation> {
  refusePast(context, caller);
  const { severity = 'medium', reason, source } = params;
  const bead = params.bead === undefined ? undefined : findBead(context.store.view, params.bead).id;
  const escalation: Escalation = {
    id: `es-${context.randomText(5)}` as EscalationId,
    state: 'open',
    severity,
    originalSeverity: severity,
    description: checkDescription(params.description),
    ...(reason === undefined || reason.trim() === '' ? {} : { reason: checkReason(reason) }),
    ...(source === undefined ? {} : { source: displayText(source, 100) }),
    ...(bead === undefined ? {} : { bead }),
    by: caller.by,
    createdAt: context.now(),
    raised: 0,
  };
  if (params.dryRun === true) return escalation;
  const meta = { verb: 'escalation/create', by: caller.by, subject: escalation.id };
  return (await context.store.transact(meta, (draft) => raise(draft, escalation))).result;
}

/** A session of the past raises nothing in the name of who has its name now. */
function refusePast(context: Context, caller: Caller): void {
  if (caller.role === 'person' || isCurrent(context, caller)) return;
  throw new Refusal('no-session', 'This session is over; its agent has another one, or is gone.');
}

function list(context: Context, params: Params<'escalation/list'>): readonly Escalation[] {
  const { view } = context.store;
  const states =
    params.all === true ? (['open', 'acknowledged', 'closed'] as const) : (['open', 'acknowledged'] as const);
  const found = states.flatMap((state) => [...view.find('escalationsByState', state)]);
  const wanted = params.stale === true ? found.filter((each) => isStale(each, context.now())) : found;
  return wanted.toSorted(
    (a, b) =>
      Number(a.state === 'closed') - Number(b.state === 'closed') ||
      severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
      a.createdAt.localeCompare(b.createdAt),
  );
}

async function end(
  context: Context,
  params: Params<'escalation/close'>,
  caller: Caller,
): Promise<Escalation> {
  const { id, by } = findEscalation(context.store.view, params.escalation);
  refusePast(context, caller);
  if (caller.role !== 'person' && by !== caller.agent) {
    throw new Refusal('forbidden', `${id} is not of ${caller.by}: who raised it closes it, or a person.`, {
      field: 'escalation',
    });
  }
  const reason = checkReason(params.reason ?? '') || 'resolved';
  const closed = { at: context.now(), by: caller.by, reason };
  const meta = { verb: 'escalation/close', by: caller.by, subject: id };
  return (await context.store.transact(meta, (draft) => close(draft, id, closed))).result;
}

/** Raises again what nobody has taken for hours, until somebody does, or it was raised often enough. */
export function raiseEscalations(context: Context): Duty {
  const { store, timers } = context;
  const plan = (): void => {
    let first: Timestamp | undefined;
    for (const each of store.view.find('escalationsByState', 'open')) {
      const at = dueAt(each);
      if (at !== undefined && (first === undefined || at < first)) first = at;
    }
    if (first === undefined) return timers.cancel(key);
    timers.at(key, first, async () => {
      await store.transact({ verb: 'escalation/raise', by: 'town' }, (draft) =>
        raiseDue(draft, context.now()),
      );
      plan();
    });
  };
  return {
    begin: plan,
    changed({ changes }) {
      if (changes.some(([collection]) => collection === 'escalations')) plan();
    },
  };
}

const key = 'raising escalations again';
