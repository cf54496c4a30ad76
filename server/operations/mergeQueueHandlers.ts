import type { Handlers } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { approve, land } from './land.ts';
import {
  describeRequest,
  listMergeRequests,
  nextMergeRequests,
  refineries,
  rejectRequest,
  requestNamed,
} from './mergeRequests.ts';
import { pauseOne, releaseOne } from './pauseLanding.ts';
import { freshRequest } from './pullRequestWatch.ts';
import { recheck } from './recheck.ts';
import { pauseRefinery, resumeRefinery } from './refinery.ts';
import { submitBranch } from './submitBranch.ts';

type Methods = Extract<keyof Handlers, `mergeRequest/${string}` | `refinery/${string}`>;

export function mergeQueueHandlers(context: Context): Pick<Handlers, Methods> {
  const { view } = context.store;
  return {
    'mergeRequest/list': async (params) => {
      const listed = listMergeRequests(context, params);
      return params.verify === true ? await recheck(context, listed) : listed;
    },
    'mergeRequest/next': (params) => nextMergeRequests(context, params),
    'mergeRequest/get': async ({ mergeRequest }) =>
      describeRequest(context, await freshRequest(context, mergeRequest)),
    'mergeRequest/merge': async ({ mergeRequest, rig }, { by }) =>
      describeRequest(context, await land(context, requestNamed(view, mergeRequest, rig).id, by)),
    'mergeRequest/retry': async ({ mergeRequest, rig }, { by }) =>
      describeRequest(context, await approve(context, requestNamed(view, mergeRequest, rig).id, by)),
    'mergeRequest/submit': async (params, caller) =>
      describeRequest(context, await submitBranch(context, params, caller)),
    'mergeRequest/reject': async (params, caller) =>
      describeRequest(context, await rejectRequest(context, params, caller)),
    'refinery/status': (params) => refineries(context, params),
    'refinery/pause': (params, caller) => pauseRefinery(context, params, caller),
    'refinery/resume': (params, caller) => resumeRefinery(context, params, caller),
    'refinery/claim': async ({ mergeRequest, reason }, { by }) =>
      describeRequest(context, await pauseOne(context, mergeRequest, { by, reason })),
    'refinery/release': async ({ mergeRequest }, { by }) =>
      describeRequest(context, await releaseOne(context, mergeRequest, by)),
  };
}
