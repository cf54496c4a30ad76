import { later } from '../domain/later.ts';
import type { MergeRequestId } from '../domain/ids.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import { Refusal } from '../domain/refusal.ts';
import { authorToBegin } from '../domain/takeUp.ts';
import type { Draft, View } from '../domain/view.ts';
import { liveSession } from './assign.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { hasRoom } from './hasRoom.ts';
import { runSession } from './sessions.ts';
import { isStopping } from './stopping.ts';
import { townCaller } from './townCaller.ts';

/** Where it could not be begun, it is tried again after this. */
const againMs = 5 * 60_000;

const keyOf = (id: MergeRequestId): string => `beginning the author of ${id} again`;

/**
 * In a rig that lands by itself, whoever handed over what cannot land goes on with it without being asked: a session on the same
 * worktree, as `gt session run` begins it, when the one before has ended. Twice at most; then it is a person's.
 */
export function takeUpRepairs(context: Context): Duty {
  const { store } = context;
  const waiting = new Set<MergeRequestId>();
  const consider = (request: MergeRequest): void => {
    const { id } = request;
    if (waiting.has(id) || isStopping(context) || !isDue(store.view, request)) return;
    waiting.add(id);
    context.background(keyOf(id), async () => {
      let again = false;
      try {
        again = await context.queue.run(keyOf(id), () => takeUp(context, id));
      } finally {
        if (!again) waiting.delete(id);
      }
      if (!again) return reconsider(id);
      const time = later(context.now(), againMs);
      context.timers.at(keyOf(id), time, () => {
        waiting.delete(id);
        reconsider(id);
        return Promise.resolve();
      });
    });
  };
  const reconsider = (id: MergeRequestId): void => {
    const request = store.view.get('mergeRequests', id);
    if (request) consider(request);
  };
  const considerAll = (requests: Iterable<MergeRequest>): void => {
    for (const request of requests) consider(request);
  };
  const all = (): void => {
    for (const state of ['conflict', 'rejected'] as const)
      considerAll(store.view.find('mergeRequestsByState', state));
  };
  return {
    begin: all,
    changed({ changes }) {
      for (const [collection, id, record] of changes) {
        if (record === null) {
          // Taken out of the queue, it may be its author's again.
          if (collection === 'dispatches') considerAll(store.view.find('mergeRequestsByBlocker', id));
          continue;
        }
        if (collection === 'mergeRequests') consider(record);
        if (collection === 'rigs') all();
        if (collection !== 'sessions' || record.state !== 'ended') continue;
        const bead = store.view.get('agents', record.agent)?.bead;
        if (bead !== undefined) considerAll(store.view.find('mergeRequestsByBead', bead));
      }
    },
  };
}

/** Its author is to be begun, and their session has ended. */
function isDue(view: View, request: MergeRequest): boolean {
  const author = authorToBegin(view, request);
  return author !== undefined && liveSession(view, author) === undefined;
}

/** Counted before it is tried, so that a town that is killed meanwhile does not try it for ever. True: it is to be tried later. */
async function takeUp(context: Context, id: MergeRequestId): Promise<boolean> {
  const { store } = context;
  const seen = store.view.get('mergeRequests', id);
  if (!seen || !isDue(store.view, seen)) return false;
  if (isStopping(context) || !hasRoom(context, { ...seen, polecat: store.view.get('agents', seen.agent) }))
    return true;
  const { result: agent } = await store.transact(
    { verb: 'land/take-up', by: 'town', subject: seen.bead },
    (draft) => {
      const now = draft.get('mergeRequests', id);
      if (!now || !isDue(draft, now)) return undefined;
      draft.put('mergeRequests', { ...now, takenUp: { times: (now.takenUp?.times ?? 0) + 1 } });
      return now.agent;
    },
  );
  if (agent === undefined) return false;
  await context.checkpoint('land:take-up');
  try {
    await runSession(context, { agent }, townCaller);
    return false;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message } = error;
    await store.transact({ verb: 'land/not-taken-up', by: 'town', subject: seen.bead }, (draft) =>
      noteRefusal(draft, id, { code, message }),
    );
    return true;
  }
}

function noteRefusal(
  draft: Draft,
  id: MergeRequestId,
  { code, message }: Pick<Refusal, 'code' | 'message'>,
): void {
  const now = draft.get('mergeRequests', id);
  if (!now?.takenUp) return;
  const { times } = now.takenUp;
  const takenUp = code === 'capacity' ? { times: times - 1 } : { times, refused: message };
  draft.put('mergeRequests', { ...now, takenUp });
}
