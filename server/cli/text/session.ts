import type { Session } from '../../domain/session.ts';
import { displayText } from '../../domain/text.ts';

export const sessionKeys =
  '{ id, agent, rig, bead, runtime, host, state, pid?, createdAt, startedAt?, endedAt?, exit?: { end, code?, signal?, lastLines? } }';

export function startedLines(one: Session): string[] {
  return [`Started the session ${displayText(one.id)} of ${displayText(one.agent)} (${one.host}).`];
}

/** Without what only launchers need: the launch spec and the token's hash. */
export function sessionJson(one: Session): Record<string, unknown> {
  const { id, agent, rig, bead, runtime, host, state, pid, createdAt, startedAt, endedAt, exit } = one;
  return { id, agent, rig, bead, runtime, host, state, pid, createdAt, startedAt, endedAt, exit };
}
