import type { Agent } from '../domain/agent.ts';
import { deadHolder, unassignBead } from '../domain/assigning.ts';
import type { BeadId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Caller } from '../protocol/caller.ts';
import { liveSession } from './assign.ts';
import type { Context } from './context.ts';
import { findBead } from './lookups.ts';
import { agentQueue } from './queue.ts';
import { archiveAndRemove } from './remove.ts';

/**
 * Takes a bead from an agent whose session is over, so that it can go to another. A polecat is archived and removed; crew and mayor
 * stay as they are. Gives what became of its work, in a sentence.
 */
export async function releaseHolder(
  context: Context,
  bead: BeadId,
  holder: Agent,
  caller: Caller,
): Promise<string> {
  return await context.queue.run(agentQueue(holder.id), async () => {
    const { view } = context.store;
    const now = deadHolder(view, findBead(view, bead));
    if (now?.id !== holder.id) {
      const again = liveSession(view, holder) ? 'works again' : 'no longer has it';
      throw new Refusal('held', `${bead} could not be taken from ${holder.id}, who ${again}.`, {
        next: `bd show ${bead}`,
      });
    }
    if (now.role === 'polecat') {
      const { archive, warnings = [] } = await archiveAndRemove(context, now, {
        by: caller.by,
        why: 'released',
      });
      return [`What ${holder.id} had begun is kept as ${archive}.`, ...warnings].join(' ');
    }
    await context.store.transact({ verb: 'hook/clear', by: caller.by, subject: bead }, (draft) =>
      unassignBead(draft, bead, now, context.now()),
    );
    return `It was taken off the hook of ${holder.id}, whose work stays in its worktree.`;
  });
}
