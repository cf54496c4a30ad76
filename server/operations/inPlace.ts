import { hookOf } from '../domain/hooks.ts';
import type { Sha } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import { isStuck } from '../domain/polecats.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { Context } from './context.ts';
import type { SpawnPlan } from './plan.ts';
import { setupSteps } from './setup.ts';

/**
 * Where a new polecat is to work and what is run there first; in a checkout of the user's, which is set up already, nothing. Refused
 * while that checkout is not free, or anything in it could not be told apart from the polecat's work.
 */
export async function planPlace(
  context: Context,
  rig: Rig,
  base: Sha,
): Promise<Pick<SpawnPlan, 'checkout' | 'before'>> {
  if (rig.settings.isolation !== 'in-place') return { before: await setupSteps(context, rig, base) };
  const directory = await context.git.ownCheckout(rig);
  refuseOccupied(context.store.view, { directory });
  return { checkout: { directory, home: await context.git.homeOf(rig, directory) } };
}

/** Also a polecat of another rig over the same repository. */
export function refuseOccupied(view: View, checkout: { readonly directory: string } | undefined): void {
  if (!checkout) return;
  const { directory } = checkout;
  const inPlace = [...view.all('agents')].filter(({ isolation }) => isolation === 'in-place');
  const holder = inPlace.find(({ worktree }) => worktree === directory);
  if (!holder) return;
  const { id } = holder;
  throw new Refusal('in-use', `${id} works in ${displayText(directory, 200)} already.`, {
    next: waysOut(view, holder),
    facts: { agent: id, checkout: directory },
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

/** Shown before it is confirmed, and wherever the rig is from then on. */
export function inPlaceSentence({ id, repository }: Rig): string {
  const where = repository.kind === 'path' ? displayText(repository.path, 200) : id;
  return `With isolation in-place, polecats of ${id} work in your own checkout, ${where}: edit nothing there while one is at work.`;
}
