import { unassignBead } from '../domain/assigning.ts';
import { hookOf } from '../domain/hooks.ts';
import { isStuck } from '../domain/polecats.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { findBead, findPolecat } from './lookups.ts';
import { agentQueue } from './queue.ts';
import { archiveAndRemove } from './remove.ts';
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
  const polecat = bead.assignee === undefined ? undefined : view.get('agents', bead.assignee);
  if (!polecat || hookOf(view, polecat.id)?.id !== bead.id) {
    throw new Refusal('invalid', `${bead.id} is on nobody's hook.`, {
      field: 'bead',
      next: `bd show ${bead.id}`,
    });
  }
  if (polecat.state === 'done' && !isStuck(view, polecat)) {
    throw new Refusal('in-use', `${bead.id} was submitted already and waits to land.`, {
      next: `gt mq show ${bead.id}`,
    });
  }
  const removed = await context.queue.run(agentQueue(polecat.id), async () => {
    if (polecat.session) await stopSession(context, polecat.session, { by: caller.by });
    return await archiveAndRemove(context, findPolecat(context.store.view, polecat.id), caller.by);
  });
  return { bead: findBead(context.store.view, bead.id), ...removed };
}
