import type { MergeRequestId } from '../domain/ids.ts';
import { later } from '../domain/later.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import { isAbandoned, isOutside } from '../domain/pullRequests.ts';
import { closeAbandoned } from './abandonPullRequest.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { follow } from './land.ts';
import { findMergeRequest } from './lookups.ts';
import { noteNotSeen } from './pullRequestNotes.ts';

/** Nobody tells the town, so it asks; seldom enough that a town server nobody needs may leave in between. */
const lookMs = 15 * 60_000;

/** Whoever asks for it again within this time is told what was seen. */
const freshMs = 20_000;

/**
 * Looks at open pull requests from time to time: at the town's start, and when somebody asks. One of what was rejected or replaced is
 * closed at once, and it is tried again as seldom.
 */
export function watchPullRequests(context: Context): Duty {
  const watched = new Map<MergeRequestId, Watched>();
  const watch = (request: MergeRequest, ms: number): void => {
    const as = watchedAs(request);
    if (as === undefined) return;
    watched.set(request.id, as);
    context.timers.at(keyOf(request.id), later(context.now(), ms), async () => {
      await look(context, request.id);
      const now = context.store.view.get('mergeRequests', request.id);
      if (now) watch(now, lookMs);
    });
  };
  return {
    begin() {
      for (const state of ['submitted', 'rejected'] as const)
        for (const request of context.store.view.find('mergeRequestsByState', state)) watch(request, 0);
    },
    changed({ changes }) {
      for (const [collection, id, record] of changes) {
        if (collection !== 'mergeRequests') continue;
        const as = record === null ? undefined : watchedAs(record);
        if (record !== null && as !== undefined) {
          if (watched.get(record.id) !== as) watch(record, as === 'abandoned' ? 0 : lookMs);
        } else if (watched.delete(id as MergeRequestId)) context.timers.cancel(keyOf(id));
      }
    },
  };
}

type Watched = 'outside' | 'abandoned';

function watchedAs(request: MergeRequest): Watched | undefined {
  if (isOutside(request)) return 'outside';
  return isAbandoned(request) ? 'abandoned' : undefined;
}

const keyOf = (id: string): string => `the pull request of ${id}`;

const lookedAt = new WeakMap<Context['timers'], Map<MergeRequestId, number>>();

/** The request as it is, after a look at its pull request where it has an open one. What cannot be asked now is as it was. */
export async function freshRequest(context: Context, text: string): Promise<MergeRequest> {
  const request = findMergeRequest(context.store.view, text);
  if (!isOutside(request)) return request;
  const seen = lookedAt.get(context.timers)?.get(request.id);
  if (seen !== undefined && Date.parse(context.now()) - seen < freshMs) return request;
  await look(context, request.id);
  return findMergeRequest(context.store.view, request.id);
}

async function look(context: Context, id: MergeRequestId): Promise<void> {
  const looks = lookedAt.get(context.timers) ?? new Map<MergeRequestId, number>();
  lookedAt.set(context.timers, looks.set(id, Date.parse(context.now())));
  try {
    if (isAbandoned(findMergeRequest(context.store.view, id))) await closeAbandoned(context, id);
    else await follow(context, id, 'town');
  } catch (error) {
    await noteNotSeen(context, id, error);
  }
}
