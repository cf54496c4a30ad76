import type { AgentId } from '../domain/ids.ts';
import type { View } from '../domain/view.ts';

/** What of the records can make a verdict another at once, or what is done about it. Undefined: it is gone. */
export function markOf(view: View, id: AgentId): string | undefined {
  const polecat = view.get('agents', id);
  if (!polecat) return undefined;
  const { state, session = '', bead = '', reason = '' } = polecat;
  const rests = state === 'working' ? reason : '';
  const run = view.get('sessions', session);
  return [state, session, run?.state, run?.exit?.end, bead, rests, ...workOf(view, bead)].join('\n');
}

function workOf(view: View, id: string): readonly (string | number | undefined)[] {
  const bead = view.get('beads', id);
  return [bead?.status, bead?.assignee, view.get('tries', id)?.failures];
}
