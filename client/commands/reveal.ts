import { Refusal } from '../../server/domain/refusal.ts';
import type { Session } from '../../server/domain/session.ts';
import type { CommandParts } from './parts.ts';

/** The agent's terminal comes to the front, without taking the focus. False where it has none in this window. */
export async function reveal(parts: CommandParts, agent: string): Promise<boolean> {
  const session = await liveSession(parts, agent);
  return session !== undefined && (await showSession(parts, session, true));
}

/** The agent's session that has not ended. An agent that the town does not know, such as a mayor that never ran, has none. */
export async function liveSession({ connection }: CommandParts, agent: string): Promise<Session | undefined> {
  try {
    const [session] = await connection.ask('session/list', { agent });
    return session;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not-found') return undefined;
    throw error;
  }
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
  terminals.attach(view, terminalName(session), preserveFocus);
  return true;
}

function terminalName({ agent, bead }: Session): string {
  const name = agent.slice(agent.lastIndexOf('/') + 1);
  return bead === undefined ? name : `${name} · ${bead}`;
}
