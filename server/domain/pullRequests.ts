import type { MergeRequest } from './mergeRequest.ts';
import type { View } from './view.ts';

/** Whether it is now others' to decide, on the remote. */
export const isOutside = ({ state, pullRequest }: Pick<MergeRequest, 'state' | 'pullRequest'>): boolean =>
  state === 'submitted' && pullRequest?.state === 'open';

/** It was rejected or replaced here, and is still open there, where somebody might merge it. */
export const isAbandoned = ({ state, pullRequest }: Pick<MergeRequest, 'state' | 'pullRequest'>): boolean =>
  state === 'rejected' && pullRequest?.state === 'open';

/** What its pull request says is what becomes of it: it is open, or what it was merged as is not proven yet, or was not found. */
export function isFollowed(request: MergeRequest): boolean {
  const { state, pullRequest } = request;
  const isMerged = pullRequest?.state === 'merged' && (state === 'merged' || state === 'lost');
  return isMerged || isOutside(request);
}

/** Nothing happens to what is submitted before a person presses Merge. Who has pressed it need not press it again. */
export function waitsForMerge(view: View, request: MergeRequest): boolean {
  if (request.state !== 'submitted' || request.approved !== undefined || isOutside(request)) return false;
  const merge = view.get('rigs', request.rig)?.settings.merge;
  return merge !== undefined && merge !== 'auto';
}
