import type { CommandParts } from './parts.ts';

/** The agent's terminal comes to the front, without taking the focus. False where it has none in this window. */
export async function reveal({ connection, terminals }: CommandParts, agent: string): Promise<boolean> {
  const sessions = await connection.ask('session/list', {});
  const session = sessions.find((each) => each.agent === agent);
  const terminal = session && (await terminals.find(session));
  terminal?.show(true);
  return terminal !== undefined;
}
