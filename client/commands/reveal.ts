import type { Session } from '../../server/domain/session.ts';
import type { CommandParts } from './parts.ts';

/** The agent's terminal comes to the front, without taking the focus. False where it has none in this window. */
export async function reveal(parts: CommandParts, agent: string): Promise<boolean> {
  const sessions = await parts.connection.ask('session/list', {});
  const session = sessions.find((each) => each.agent === agent);
  return session !== undefined && (await showSession(parts, session, true));
}

/** Its terminal comes to the front, and one that lives in tmux gets one. False where there is none in this window. */
export async function showSession(
  { connection, terminals }: CommandParts,
  session: Session,
  preserveFocus = false,
): Promise<boolean> {
  const terminal = await terminals.find(session);
  terminal?.show(preserveFocus);
  if (terminal) return true;
  const { state } = connection;
  if (!isAttachable(session) || !('town' in state)) return false;
  terminals.attach(session, state.town);
  return true;
}

function isAttachable({ host, state }: { readonly host: string; readonly state: string }): boolean {
  return host === 'tmux' && state !== 'ended';
}
