import type { Polecat } from '../domain/polecat.ts';
import type { Rig } from '../domain/rig.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { stopSession } from './sessions.ts';

/** Those with a session that has not ended. */
export function running({ store: { view } }: Context, rig: Rig): readonly Polecat[] {
  return [...view.find('agentsByRig', rig.id)].filter(
    ({ session }) => session !== undefined && view.get('sessions', session)?.state !== 'ended',
  );
}

export async function endSessions(context: Context, rig: Rig, caller: Caller): Promise<readonly string[]> {
  const polecats = running(context, rig);
  await Promise.all(polecats.map(({ session = '' }) => stopSession(context, session, { by: caller.by })));
  return polecats.map(({ id }) => id);
}
