import type { Bead } from './bead.ts';
import { landConvoys } from './convoys.ts';
import type { Convoy } from './convoy.ts';
import { holdingAgent } from './hooks.ts';
import type { BeadId, Timestamp } from './ids.ts';
import { childrenOf, directBlockers } from './readiness.ts';
import { Refusal } from './refusal.ts';
import type { Draft, View } from './view.ts';

export interface Closed {
  readonly bead: Bead;
  /** The convoys that landed with it. */
  readonly landed: readonly Convoy[];
}

/** Closes without asking, for a landing that is verified and for work that is done; convoys that are complete with it land. */
export function finishBead(draft: Draft, bead: Bead, reason: string, at: Timestamp): Closed {
  if (bead.status === 'closed') return { bead, landed: [] };
  const { deferUntil: _, ...rest } = bead;
  const closed: Bead = { ...rest, status: 'closed', closedAt: at, closeReason: reason, updatedAt: at };
  draft.put('beads', closed);
  return { bead: closed, landed: landConvoys(draft, bead.id, at) };
}

/** Refused with `held` while an agent has it. With force a person may close it all the same; an agent may not. */
export function refuseWhileHooked(view: View, bead: Bead, by: string, force: boolean): void {
  const agent = holdingAgent(view, bead);
  if (agent === undefined) return;
  const facts = { bead: bead.id, holder: agent };
  if (agent === by) {
    throw new Refusal('held', `${bead.id} is on your hook: it closes when its work is done.`, {
      next: 'gt done',
      facts,
    });
  }
  if (force && !view.get('agents', by)) return;
  throw new Refusal('held', `${bead.id} is on the hook of ${agent}.`, {
    next: `gt unsling ${bead.id}, or wait for its gt done.`,
    facts,
  });
}

/** Refused where the bead is pinned, waits for open beads itself, or is an epic with open children. */
export function refuseUnfinished(view: View, bead: Bead): void {
  if (bead.status === 'pinned') {
    throw new Refusal('invalid', `${bead.id} is pinned.`, {
      field: 'bead',
      next: `bd close ${bead.id} --force`,
    });
  }
  refuseOpen(bead, 'is blocked by open issues', [...directBlockers(view, bead)]);
  if (bead.type !== 'epic') return;
  const children = [...childrenOf(view, bead.id)].filter((child) => child.status !== 'closed');
  refuseOpen(
    bead,
    'is an epic with open children',
    children.map((child) => child.id),
  );
}

function refuseOpen(bead: Bead, why: string, open: readonly BeadId[]): void {
  if (open.length === 0) return;
  const more = open.length > 5 ? ` and ${open.length - 5} more` : '';
  throw new Refusal('blocked', `${bead.id} ${why}: ${open.slice(0, 5).join(', ')}${more}.`, {
    next: `Close them first, or bd close ${bead.id} --force.`,
    facts: { bead: bead.id, blockers: open },
  });
}
