import type { AttentionItem } from './attentionItem.ts';
import type { Bead } from './bead.ts';
import { placeOf } from './beadPlace.ts';
import { hookOf } from './hooks.ts';
import type { Timestamp } from './ids.ts';
import { lostSessionOf, startCommand } from './lostSession.ts';
import type { Session } from './session.ts';
import type { View } from './view.ts';
import type { Workplace } from './workplace.ts';

/** Beads on the hooks of crew and the mayor whose session is dead. */
export function* lostPlaceItems(view: View, now: Timestamp): Iterable<AttentionItem> {
  for (const place of view.all('workplaces')) {
    const bead = hookOf(view, place.id);
    const session = bead && lostSessionOf(view, place, bead);
    if (bead && session && placeOf(view, bead, now) === 'attention') yield itemOf(place, bead, session);
  }
}

function itemOf(place: Workplace, bead: Bead, session: Session): AttentionItem {
  const { id, exit, endedAt, createdAt, failure } = session;
  const state = exit?.end === 'failed' ? 'failed' : 'interrupted';
  const advice = failure ? ` ${failure.advice}` : '';
  return {
    id: `bead:${bead.id}:${state}:${id}`,
    kind: 'bead',
    subject: bead.id,
    ...(place.role === 'crew' ? { rig: place.rig } : {}),
    bead: bead.id,
    agent: place.id,
    state,
    reason: `${bead.id} is on the hook of ${place.id}, whose session ${how(session)}.${advice}`,
    since: endedAt ?? createdAt,
    action: { command: startCommand(place), verb: 'copy' },
    severity: 'medium',
  };
}

function how({ exit }: Session): string {
  if (exit?.end === 'not-started') return 'could not be started';
  if (exit?.end !== 'failed') return 'was interrupted';
  return exit.signal ? `was ended by ${exit.signal}` : `exited with code ${exit.code ?? 'unknown'}`;
}
