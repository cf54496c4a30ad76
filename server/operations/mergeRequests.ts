import { leavesOf } from '../domain/convoyPlan.ts';
import { settingGates } from '../domain/gate.ts';
import { isAwaited, isSettled, transitionLanding } from '../domain/landings.ts';
import { refuseMoving } from '../domain/landingMove.ts';
import { mostInBatch, queueOf, whyNot } from '../domain/mergeQueue.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import type { MessageId } from '../domain/ids.ts';
import { queueMessage } from '../domain/messages.ts';
import { Refusal } from '../domain/refusal.ts';
import { blockerOf, closeRepair } from '../domain/repairs.ts';
import type { Rig } from '../domain/rig.ts';
import { plainText } from '../domain/text.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { MergeRequestDetail, RefineryStatus } from '../protocol/mergeQueue.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { findBead, findMergeRequest, findRig } from './lookups.ts';
import { mergeRequestDetail } from './views.ts';

/** With why it does not land now. */
export function describeRequest(context: Context, request: MergeRequest): MergeRequestDetail {
  const { view } = context.store;
  const detail = mergeRequestDetail(view, request);
  const rig = view.get('rigs', request.rig);
  const waits = rig && !isSettled(request.state) ? whyNot(view, rig, request, context.now()) : undefined;
  return waits === undefined ? detail : { ...detail, waits };
}

/** Oldest first; what is ready, in the order of the queue. */
export function listMergeRequests(
  context: Context,
  params: Params<'mergeRequest/list'>,
): Result<'mergeRequest/list'> {
  const { view } = context.store;
  const { rig, all, ready, state, worker, blocked } = params;
  const inEpic = params.epic === undefined ? undefined : new Set(leavesOf(view, findBead(view, params.epic)));
  const fits = (request: MergeRequest): boolean =>
    (inEpic === undefined || inEpic.has(request.bead)) &&
    (blocked !== true || blockerOf(view, request) !== undefined) &&
    (state === undefined || request.state === state) &&
    (worker === undefined || request.agent === worker || request.agent.split('/').at(-1) === worker);
  if (ready === true) {
    const queues = rigsOf(context, rig).flatMap((each) => [
      ...(params.claimed === true ? landingIn(context, each) : []),
      ...queueOf(view, each, context.now()),
    ]);
    return queues.filter(fits).map((request) => describeRequest(context, request));
  }
  const requests =
    rig === undefined ? view.all('mergeRequests') : view.find('mergeRequestsByRig', findRig(view, rig).id);
  return [...requests]
    .filter((request) => all === true || state === 'verified' || isAwaited(view, request))
    .filter(fits)
    .toSorted((a, b) => a.submittedAt.localeCompare(b.submittedAt))
    .map((request) => describeRequest(context, request));
}

export function nextMergeRequests(
  context: Context,
  { rig, strategy }: Params<'mergeRequest/next'>,
): Result<'mergeRequest/next'> {
  return rigsOf(context, rig).flatMap((each) => {
    const [first] = queueOf(context.store.view, each, context.now(), strategy);
    return first ? [describeRequest(context, first)] : [];
  });
}

function rigsOf({ store: { view } }: Context, rig: string | undefined): readonly Rig[] {
  return rig === undefined ? [...view.all('rigs')] : [findRig(view, rig)];
}

function awaitedIn({ store: { view } }: Context, { id }: Rig): readonly MergeRequest[] {
  return [...view.find('mergeRequestsByRig', id)].filter((request) => isAwaited(view, request));
}

function landingIn(context: Context, rig: Rig): readonly MergeRequest[] {
  const now = context.now();
  return awaitedIn(context, rig).filter(({ claim }) => claim !== undefined && claim.until > now);
}

export function refineryStatus(context: Context, rig: Rig): RefineryStatus {
  const { view } = context.store;
  const now = context.now();
  const awaited = awaitedIn(context, rig);
  const landing = landingIn(context, rig);
  const queue = queueOf(view, rig, now);
  const others = awaited.filter((request) => !landing.includes(request) && !queue.includes(request));
  const ids = (requests: readonly MergeRequest[]): readonly string[] => requests.map(({ id }) => id);
  return {
    rig: rig.id,
    merge: rig.settings.merge,
    ...(rig.refinery ? { paused: rig.refinery } : {}),
    batch: mostInBatch(rig.settings),
    gates: settingGates(rig.settings),
    landing: ids(landing),
    queue: ids(queue),
    waiting: ids(others),
  };
}

export function refineries(context: Context, params: Params<'refinery/status'>): Result<'refinery/status'> {
  return rigsOf(context, params.rig).map((rig) => refineryStatus(context, rig));
}

/** As findMergeRequest, and by its branch. Refused with `invalid` where it is of another rig than the one that is named. */
export function requestNamed(view: View, text: string, rig: string | undefined): MergeRequest {
  const request = newestOfBranch(view, text, rig) ?? findMergeRequest(view, text);
  if (rig === undefined || findRig(view, rig).id === request.rig) return request;
  throw new Refusal('invalid', `${request.id} is of the rig ${request.rig}, not of ${rig}.`, {
    field: 'rig',
    next: `gt mq show ${request.id}`,
  });
}

/** Names of branches that agents have hold a slash, ids do not. */
function newestOfBranch(view: View, branch: string, rig: string | undefined): MergeRequest | undefined {
  if (!branch.includes('/')) return undefined;
  return [...view.all('mergeRequests')]
    .filter((request) => request.branch === branch && (rig === undefined || request.rig === rig))
    .toSorted((a, b) => b.submittedAt.localeCompare(a.submittedAt))[0];
}

/** A person does not want it as it is: its polecat may be taken up again. Refused with `closed` where it is on the target already. */
export async function rejectRequest(
  context: Context,
  params: Params<'mergeRequest/reject'>,
  caller: Caller,
): Promise<MergeRequest> {
  const { id, bead } = requestNamed(context.store.view, params.mergeRequest, params.rig);
  const reason = plainText(params.reason).replaceAll(/\s+/gu, ' ').trim();
  const { result } = await context.store.transact(
    { verb: 'land/rejected', by: caller.by, subject: bead },
    (draft) => {
      const request = findMergeRequest(draft, id);
      if (isSettled(request.state) || request.state === 'merged') {
        throw new Refusal('closed', `${id} is on ${request.target} already.`, { next: `gt mq show ${id}` });
      }
      const at = context.now();
      refuseMoving(draft, request, at);
      closeRepair(draft, request, `${id} was rejected by ${caller.by}.`, at);
      const { approved: _approval, blockedBy: _bead, paused: _pause, ...rest } = request;
      const next = transitionLanding(rest, 'rejected', { at, reason: `Rejected by ${caller.by}: ${reason}` });
      draft.put('mergeRequests', next);
      if (params.notify) tellAgent(context, draft, next, { from: caller.by, reason });
      return next;
    },
  );
  return result;
}

/** How long a reason may be in the one line that an agent is told. */
const longestTold = 700;

function tellAgent(
  context: Context,
  draft: Draft,
  { agent, bead }: MergeRequest,
  { from, reason }: { readonly from: string; readonly reason: string },
): void {
  if (!draft.get('agents', agent) && !draft.get('workplaces', agent)) {
    throw new Refusal('not-found', `${agent} is gone: nobody can be told.`, {
      field: 'notify',
      next: 'Reject it without --notify.',
    });
  }
  queueMessage(draft, {
    id: `m-${context.randomText(6)}` as MessageId,
    kind: 'nudge',
    from,
    to: agent,
    text: `Your work on ${bead} was rejected: ${reason.slice(0, longestTold)}`,
    state: 'queued',
    createdAt: context.now(),
  });
}
