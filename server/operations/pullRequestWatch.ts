import type { MergeRequestId, Timestamp } from '../domain/ids.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import { isOutside } from '../domain/pullRequests.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { follow } from './land.ts';
import { findMergeRequest } from './lookups.ts';
import { noteNotSeen } from './pullRequestNotes.ts';

/** Nobody tells the town, so it asks; seldom enough that a town server nobody needs may leave in between. */
const lookMs = 15 * 60_000;

/** Whoever asks for it again within this time is told what was seen. */
const freshMs = 20_000;

/** Looks at open pull requests from time to time: at the town's start, and when somebody asks. */
export function watchPullRequests(context: Context): Duty {
  const watched = new Set<MergeRequestId>();
  const watch = (request: MergeRequest, ms: number): void => {
    watched.add(request.id);
    const time = new Date(Date.parse(context.now()) + ms).toISOString() as Timestamp;
    context.timers.at(keyOf(request.id), time, async () => {
      await look(context, request.id);
      const now = context.store.view.get('mergeRequests', request.id);
      if (now && isOutside(now)) watch(now, lookMs);
    });
  };
  return {
    begin() {
      for (const request of context.store.view.find('mergeRequestsByState', 'submitted'))
        if (isOutside(request)) watch(request, 0);
    },
    changed({ changes }) {
      for (const [collection, id, record] of changes) {
        if (collection !== 'mergeRequests') continue;
        const isOpen = record !== null && isOutside(record);
        if (isOpen && !watched.has(record.id)) watch(record, lookMs);
        if (isOpen || !watched.delete(id as MergeRequestId)) continue;
        context.timers.cancel(keyOf(id));
      }
    },
  };
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
    await follow(context, id, 'town');
  } catch (error) {
    await noteNotSeen(context, id, error);
  }
}
