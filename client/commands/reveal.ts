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
  if (session.host !== 'tmux' || session.state === 'ended') return false;
  const view = await connection.ask('session/view', { session: session.id });
  terminals.attach(view, terminalName(session));
  return true;
}

function terminalName({ agent, bead }: Session): string {
  const name = agent.slice(agent.lastIndexOf('/') + 1);
  return bead === undefined ? name : `${name} · ${bead}`;
}
