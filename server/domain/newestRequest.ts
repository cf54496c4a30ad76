import type { BeadId } from './ids.ts';
import type { MergeRequest } from './mergeRequest.ts';
import type { View } from './view.ts';

/** The newest merge request of a bead, from one branch where that is given (a polecat's own). */
export function newestRequest(
  view: View,
  { bead, branch }: { readonly bead?: BeadId; readonly branch?: string },
): MergeRequest | undefined {
  if (bead === undefined) return undefined;
  let newest: MergeRequest | undefined;
  for (const request of view.find('mergeRequestsByBead', bead)) {
    if (branch !== undefined && request.branch !== branch) continue;
    if (!newest || request.submittedAt >= newest.submittedAt) newest = request;
  }
  return newest;
}
