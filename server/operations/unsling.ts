import { unassignBead } from '../domain/assigning.ts';
import { hookOf } from '../domain/hooks.ts';
import type { BeadId } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import { isStuck } from '../domain/polecats.ts';
import { Refusal } from '../domain/refusal.ts';
import type { View } from '../domain/view.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { findBead, findPolecat } from './lookups.ts';
import { agentQueue } from './queue.ts';
import { archiveAndRemove, refuseSpawning } from './remove.ts';
import { stopSession } from './sessions.ts';

/**
 * Takes a bead off its hook and opens it again. A polecat's session is ended first, its worktree archived, then removed; crew and mayor
 * stay, with what they have begun.
 */
export async function unsling(
  context: Context,
  params: Params<'work/unsling'>,
  caller: Caller,
): Promise<Result<'work/unsling'>> {
  const view = context.store.view;
  const bead = findBead(view, params.bead);
  const place = bead.assignee === undefined ? undefined : view.get('workplaces', bead.assignee);
  if (place && hookOf(view, place.id)?.id === bead.id) {
    await context.store.transact({ verb: 'hook/clear', by: caller.by, subject: bead.id }, (draft) =>
      unassignBead(draft, bead.id, place, context.now()),
    );
    return { bead: findBead(view, bead.id) };
  }
  const polecat = refuseUnlessAtWork(view, bead.id);
  const removed = await context.queue.run(agentQueue(polecat.id), async () => {
    // Whatever was ahead in the queue may have started another session, submitted the work, or taken the bead away.
    const now = refuseUnlessAtWork(view, bead.id);
    if (now.id !== polecat.id) {
      throw new Refusal('held', `${bead.id} went from ${polecat.id} to ${now.id} meanwhile.`, {
        next: `gt unsling ${bead.id}`,
        facts: { bead: bead.id, holder: now.id },
      });
    }
    if (now.session) await stopSession(context, now.session, { by: caller.by });
    return await archiveAndRemove(context, findPolecat(view, now.id), { by: caller.by, why: 'unslung' });
  });
  return { bead: findBead(view, bead.id), ...removed };
}

/** The polecat that has the bead on its hook and has not submitted it, or submitted what cannot land. */
function refuseUnlessAtWork(view: View, id: BeadId): Polecat {
  const { assignee } = findBead(view, id);
  const polecat = assignee === undefined ? undefined : view.get('agents', assignee);
  if (!polecat || hookOf(view, polecat.id)?.id !== id) {
    throw new Refusal('invalid', `${id} is on nobody's hook.`, {
      field: 'bead',
      next: `bd show ${id}`,
    });
  }
  refuseSpawning(polecat);
  if (polecat.state === 'done' && !isStuck(view, polecat)) {
    throw new Refusal('in-use', `${id} was submitted already and waits to land.`, {
      next: `gt mq show ${id}`,
    });
  }
  return polecat;
}
