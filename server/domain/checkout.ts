import { hookOf } from './hooks.ts';
import type { Polecat } from './polecat.ts';
import { isStuck } from './polecats.ts';
import { Refusal } from './refusal.ts';
import type { Rig } from './rig.ts';
import { displayText } from './text.ts';
import type { View } from './view.ts';

/** Whether the one checkout of a rig in place is free, as far as the records tell. Refused with `capacity`: it comes back by itself. */
export function refuseTakenCheckout(view: View, rig: Rig): void {
  if (rig.settings.isolation !== 'in-place') return;
  const isIts = ({ rig: of }: Polecat): boolean => view.get('rigs', of)?.gitDirectory === rig.gitDirectory;
  for (const polecat of inPlace(view)) if (isIts(polecat)) throw taken(view, polecat);
}

/** Also a polecat of another rig over the same repository. */
export function refuseOccupied(view: View, checkout: { readonly directory: string } | undefined): void {
  for (const polecat of inPlace(view))
    if (polecat.worktree === checkout?.directory) throw taken(view, polecat);
}

function* inPlace(view: View): Iterable<Polecat> {
  for (const polecat of view.all('agents')) if (polecat.isolation === 'in-place') yield polecat;
}

function taken(view: View, holder: Polecat): Refusal {
  const { id, worktree } = holder;
  return new Refusal('capacity', `${id} works in ${displayText(worktree, 200)} already.`, {
    next: waysOut(view, holder),
    facts: { limit: 'checkout', agent: id, checkout: worktree },
  });
}

/** Only what would not be refused: work that was submitted is taken back by nobody, as long as it can land. */
function waysOut(view: View, holder: Polecat): string {
  const bead = hookOf(view, holder.id);
  if (bead && holder.state === 'done' && !isStuck(view, holder))
    return `Its work was submitted and waits to land: gt mq show ${bead.id}`;
  const release = bead ? `gt unsling ${bead.id}` : `gt polecat remove ${holder.id}`;
  return `Let it come to its end, or take its work back: ${release}`;
}
