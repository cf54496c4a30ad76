import type { Bead } from './bead.ts';
import { finishBead } from './beadClose.ts';
import { createBead } from './beads.ts';
import { isHeld } from './hooks.ts';
import type { AgentId, BeadId, Timestamp } from './ids.ts';
import type { MergeRequest } from './mergeRequest.ts';
import type { Draft, View } from './view.ts';

/** What a bead is called that is to put right what a landing met, and the label that tells it. */
export type RepairKind = 'conflict' | 'gate';

export interface Repair {
  readonly kind: RepairKind;
  /** Of the bead, where one is made. */
  readonly id: BeadId;
  readonly title: string;
  readonly description: string;
  readonly at: Timestamp;
}

/** The open bead that a request waits for. */
export function blockerOf(view: View, request: MergeRequest): Bead | undefined {
  const bead = request.blockedBy && view.get('beads', request.blockedBy);
  return bead && bead.status !== 'closed' ? bead : undefined;
}

export const repairTitle = (kind: RepairKind, bead: string): string =>
  kind === 'conflict' ? `Resolve merge conflict of ${bead}` : `Fix rejected landing of ${bead}`;

/** The polecat that the request came from, while it is there with that bead: it has the branch and knows the work. */
export function livingAuthor(view: View, request: MergeRequest): string | undefined {
  return view.get('agents', request.agent)?.bead === request.bead ? request.agent : undefined;
}

/** So many beads are made for one request; when the last is closed and it still cannot land, another would not help. */
const mostRepairs = 3;

/**
 * The bead for this episode of the request: made at its first failure and given to the author who lives, the same until it is closed.
 * Undefined: enough have been closed in vain.
 */
export function openRepair(draft: Draft, request: MergeRequest, repair: Repair): Bead | undefined {
  const open = blockerOf(draft, request);
  if (open) return open;
  if ((request.repairs ?? 0) >= mostRepairs) return undefined;
  const { kind, id, title, description, at } = repair;
  const priority = draft.get('beads', request.bead)?.priority ?? 2;
  const wanted = { id, rig: request.rig, title, type: 'task', priority, labels: [kind], description };
  const bead = createBead(draft, wanted, { at, by: 'town' });
  const author = livingAuthor(draft, request);
  const given = author === undefined ? bead : { ...bead, assignee: author };
  draft.put('beads', given);
  return given;
}

/** Its author is gone: whoever comes may put it right. */
export function freeRepairs(draft: Draft, author: AgentId, at: Timestamp): void {
  for (const bead of Array.from(draft.find('beadsByAssignee', author))) {
    if (isHeld(bead) || bead.status === 'closed' || draft.count('mergeRequestsByBlocker', bead.id) === 0)
      continue;
    const { assignee: _, ...free } = bead;
    draft.put('beads', { ...free, updatedAt: at });
  }
}

/** The work is given to another, who begins anew: there is nothing to put right, and the same commit is not tried again. */
export function giveUpRepairs(draft: Draft, author: AgentId, bead: BeadId, at: Timestamp): void {
  for (const request of Array.from(draft.find('mergeRequestsByBead', bead))) {
    if (request.agent !== author || request.blockedBy === undefined) continue;
    const { blockedBy: _, ...given } = request;
    draft.put('mergeRequests', given);
    if (draft.count('mergeRequestsByBlocker', request.blockedBy) === 0)
      closeRepair(draft, request, `The work of ${author} on ${bead} was given up.`, at);
  }
}

/** What it was to put right is: by its landing, by newer work, or because it was given up. */
export function closeRepair(draft: Draft, request: MergeRequest, reason: string, at: Timestamp): void {
  const bead = blockerOf(draft, request);
  if (bead) finishBead(draft, bead, reason, at);
}
