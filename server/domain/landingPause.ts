import { isSettled } from './landings.ts';
import type { Timestamp } from './ids.ts';
import type { MergeRequest } from './mergeRequest.ts';
import { isOutside } from './pullRequests.ts';
import { Refusal } from './refusal.ts';
import type { Pause } from './rig.ts';

/** A person keeps one request from landing: that branch does not land, newer commits of it included, before it is let go again. */
export function pauseLanding(request: MergeRequest, pause: Pause): MergeRequest {
  if (isSettled(request.state) || request.state === 'merged') {
    throw new Refusal('closed', `${request.id} is on ${request.target} already.`, {
      next: `gt mq show ${request.id}`,
    });
  }
  if (isOutside(request)) {
    throw new Refusal(
      'forbidden',
      `The pull request of ${request.bead} is open: it is merged on its remote.`,
      {
        next: `Have it closed: gt mq reject ${request.bead} --reason TEXT`,
      },
    );
  }
  return { ...request, paused: pause, updatedAt: pause.pausedAt };
}

export function releaseLanding(request: MergeRequest, at: Timestamp): MergeRequest {
  const { paused, ...rest } = request;
  return paused ? { ...rest, updatedAt: at } : request;
}

/** `The landing of be-auth was paused by overseer: look at it once more; gt refinery release be-auth lets it go on.` */
export function landingPauseWords({ bead, paused }: Pick<MergeRequest, 'bead' | 'paused'>): string {
  const why = paused?.reason === undefined ? '' : `: ${paused.reason}`;
  return `The landing of ${bead} was paused by ${paused?.by ?? 'somebody'}${why}; gt refinery release ${bead} lets it go on.`;
}

/** Merge was pressed: whoever pauses a landing means it for everybody. */
export function refusePaused(request: MergeRequest): void {
  if (!request.paused) return;
  const why = request.paused.reason === undefined ? '' : `: ${request.paused.reason}`;
  throw new Refusal('blocked', `The landing of ${request.bead} was paused by ${request.paused.by}${why}.`, {
    next: `gt refinery release ${request.bead}`,
  });
}
