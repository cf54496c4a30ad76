import { messageOf } from '../domain/fault.ts';
import type { Session } from '../domain/session.ts';
import type { Context } from './context.ts';

/** What still shows a session that has ended goes, where it would stay for ever. That it cannot is logged, and stops nothing. */
export async function closePlace(context: Context, session: Session): Promise<void> {
  try {
    await context.sessions.closePlace(session);
  } catch (error) {
    context.log(`The window of ${session.id} stays: ${messageOf(error)}`);
  }
}

/** Of all sessions that have ended. */
export async function closeAllPlaces(context: Context): Promise<void> {
  const all = Array.from(context.store.view.all('sessions'));
  const over = all.filter(({ host, state }) => host === 'tmux' && state === 'ended');
  await Promise.all(over.map((session) => closePlace(context, session)));
}
