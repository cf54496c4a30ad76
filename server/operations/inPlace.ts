import { refuseOccupied } from '../domain/checkout.ts';
import type { Sha } from '../domain/ids.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
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

/** Shown before it is confirmed, and wherever the rig is from then on. */
export function inPlaceSentence({ id, repository }: Rig): string {
  const where = repository.kind === 'path' ? displayText(repository.path, 200) : id;
  return `With isolation in-place, polecats of ${id} work in your own checkout, ${where}: edit nothing there while one is at work.`;
}
