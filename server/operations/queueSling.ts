import type { Target } from '../domain/agentNames.ts';
import { deadHolder } from '../domain/assigning.ts';
import type { Bead } from '../domain/bead.ts';
import { canWait, enqueue, placeInQueue } from '../domain/dispatching.ts';
import { Refusal } from '../domain/refusal.ts';
import { checkTownPolecats, rigOfBead } from '../domain/slinging.ts';
import type { View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { QueuedSling, SlingParams } from '../protocol/work.ts';
import type { Context } from './context.ts';
import { findBead, findRig, findRuntime, theTown } from './lookups.ts';

type Wish = SlingParams & { readonly to: Target | undefined };

/** Whether a sling that was refused so is queued instead: it asks for that, or the town says so. What goes to one agent is not. */
export function mayQueue(context: Context, wish: Wish, { code }: Refusal): boolean {
  const auto = theTown(context.store.view).scheduler?.mode === 'auto';
  // A person who slings by hand is told that a bead is blocked; only who wants the queue waits for that, too.
  const waits = wish.queue === true ? canWait(code) : auto && code === 'capacity';
  return waits && wish.to?.kind !== 'agent' && wish.dryRun !== true;
}

/** Refused where it cannot be queued either. */
export async function queueInstead(
  context: Context,
  text: string,
  wish: Wish,
  { refusal, caller }: { readonly refusal: Refusal; readonly caller: Caller },
): Promise<{ readonly queued: QueuedSling }> {
  const { view } = context.store;
  const bead = findBead(view, text);
  refuseHeldByDead(view, bead, refusal);
  const rig = wish.to?.kind === 'rig' ? findRig(view, wish.to.rig) : rigOfBead(view, bead.id);
  const { instructions, host } = wish;
  const runtime = wish.runtime === undefined ? undefined : findRuntime(view, wish.runtime).id;
  const { result } = await context.store.transact(
    { verb: 'dispatch/queue', by: caller.by, subject: bead.id },
    (draft) =>
      enqueue(
        draft,
        findBead(draft, bead.id),
        {
          rig: rig.id,
          ...(runtime === undefined ? {} : { runtime }),
          ...(host === undefined ? {} : { host }),
          ...(instructions === undefined ? {} : { instructions }),
          ...(wish.force ? { force: true } : {}),
        },
        { at: context.now(), by: caller.by, anew: caller.role === 'person' },
      ),
  );
  const { before } = placeInQueue(context.store.view, result);
  return {
    queued: { bead: bead.id, title: bead.title, rig: rig.id, before, message: refusal.message },
  };
}

/** To take it away before there is a place for it would leave it with nobody: only a sling that begins does. */
function refuseHeldByDead(view: View, bead: Bead, { message }: Refusal): void {
  const holder = deadHolder(view, bead);
  if (!holder) return;
  const { id } = holder;
  throw new Refusal(
    'held',
    `${message} ${bead.id} is on the hook of ${id} and so cannot wait in the queue.`,
    {
      next: `gt session run ${id} goes on; gt unsling ${bead.id} archives its work, then gt sling ${bead.id} --queue.`,
      facts: { bead: bead.id, holder: id },
    },
  );
}

/** Where the queue says when work begins, a sling by hand does not overtake it: its limit holds, and its pause. */
export function refuseQueueFirst(view: View, caller: Caller): void {
  const { scheduler } = theTown(view);
  if (scheduler?.mode !== 'auto') return;
  checkTownPolecats(view);
  if (!scheduler.paused || caller.by === 'town') return;
  throw new Refusal('capacity', `The scheduler was paused by ${scheduler.paused.by}.`, {
    next: 'gt scheduler resume',
    facts: { limit: 'paused' },
  });
}
