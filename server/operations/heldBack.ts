import type { Bead } from '../domain/bead.ts';
import { type LikelyCollision, wouldCollide } from '../domain/collision.ts';
import { explain } from '../domain/explain.ts';
import type { Explanation } from '../domain/explaining.ts';
import type { Context } from './context.ts';
import { lookedAt } from './radarLook.ts';

/**
 * Whose work a queued bead would meet, where its rig wants that to be waited for. What the radar saw of an agent that is gone by now,
 * or whose bead is closed, stands in nobody's way.
 */
export function heldBack(context: Context, bead: Bead, rig: string): LikelyCollision | undefined {
  const { view } = context.store;
  if (view.get('rigs', rig)?.settings.holdCollisions !== true) return undefined;
  const { touched } = context.collisionsOf(rig);
  const there = touched.filter(
    ({ agent, bead: its }) =>
      view.get('agents', agent)?.bead === its && view.get('beads', its ?? '')?.status !== 'closed',
  );
  return wouldCollide(bead, { touched: there });
}

/** The radar has not looked at the rig since this server began, or since somebody works there: whom a bead would meet is not known. */
export function isUnseen(context: Context, name: string): boolean {
  const rig = context.store.view.get('rigs', name);
  if (rig?.settings.holdCollisions !== true || rig.settings.radar === 'off') return false;
  return context.radar.outlook(name) === undefined && lookedAt(context, rig).length > 0;
}

/** Why it is not running, with what only the radar knows. */
export function explained(context: Context, bead: Bead): Explanation {
  const { view } = context.store;
  const dispatch = view.get('dispatches', bead.id);
  return explain(view, bead, context.now(), dispatch && heldBack(context, bead, dispatch.rig));
}
