import type { Bead } from './bead.ts';
import type { Session, SessionEnd } from './session.ts';
import type { View } from './view.ts';
import type { Workplace } from './workplace.ts';

const lost: ReadonlySet<SessionEnd | undefined> = new Set(['failed', 'interrupted', 'not-started']);

/**
 * The newest session of crew or the mayor, where it was about the bead that they hold and went without being asked to: no witness looks
 * after them, and nothing begins it again. One that a person stopped, or never began, is that person's matter.
 */
export function lostSessionOf(view: View, place: Workplace, bead: Bead): Session | undefined {
  const session = view.get('sessions', place.session ?? '');
  const isLost = session?.state === 'ended' && session.bead === bead.id && lost.has(session.exit?.end);
  return isLost ? session : undefined;
}

/** The command that begins the next one. */
export function startCommand(place: Workplace): string {
  return place.role === 'mayor' ? 'gt mayor start' : `gt crew start ${place.rig} ${place.name}`;
}
