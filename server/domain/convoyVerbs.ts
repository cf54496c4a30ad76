import type { Act } from './act.ts';
import type { Convoy } from './convoy.ts';
import { planConvoy } from './convoyPlan.ts';
import { allClosed, landedNow } from './convoys.ts';
import { clearDispatch, dispatchOf } from './dispatching.ts';
import { feed } from './feeding.ts';
import type { BeadId, ConvoyId, Timestamp } from './ids.ts';
import { Refusal } from './refusal.ts';
import type { Draft } from './view.ts';

/**
 * Opens a staged convoy, or one that was open: its beads are queued as they become ready, what was fed before once more. Refused with
 * `blocked` where the plan has errors, and where it has warnings and is not forced.
 */
export function launchConvoy(
  draft: Draft,
  convoy: Convoy,
  { at, force }: { readonly at: Timestamp; readonly force: boolean },
): BeadId[] {
  refuseUnlaunchable(convoy);
  const plan = planConvoy(draft, convoy.beads);
  const [note] = plan.errors.length > 0 ? plan.errors : force ? [] : plan.warnings;
  if (note) {
    const isError = plan.errors.length > 0;
    throw new Refusal('blocked', `${convoy.id} was not launched: ${note.text}`, {
      next: isError ? `gt convoy stage ${convoy.id}` : `gt convoy launch ${convoy.id} --force`,
      facts: { errors: plan.errors, warnings: plan.warnings },
    });
  }
  const { fed: _, ...rest } = convoy;
  const open: Convoy = { ...rest, state: 'open', launchedAt: at };
  draft.put('convoys', allClosed(draft, open) ? landedNow(open, at) : open);
  return feed(draft, open.beads, at);
}

/** Takes beads out; the last that were open may have been the ones it waited for. An empty one stays open. */
export function removeFromConvoy(
  draft: Draft,
  convoy: Convoy,
  beads: readonly BeadId[],
  at: Timestamp,
): Convoy {
  const missing = beads.find((bead) => !convoy.beads.includes(bead));
  if (missing !== undefined) {
    throw new Refusal('not-found', `${missing} is not in the convoy ${convoy.id}.`, {
      field: 'beads',
      next: `gt convoy show ${convoy.id}`,
    });
  }
  for (const bead of beads) dropFed(draft, convoy.id, bead);
  const left: Convoy = { ...convoy, beads: convoy.beads.filter((bead) => !beads.includes(bead)) };
  const next = left.state === 'open' && allClosed(draft, left) ? landedNow(left, at) : left;
  draft.put('convoys', next);
  return next;
}

/** A person ends it. The beads stay as they are; what it has queued is taken out. Landed or closed already: as it is. */
export function closeConvoy(
  draft: Draft,
  convoy: Convoy,
  { reason, force, ...act }: Act & { readonly reason?: string; readonly force: boolean },
): Convoy {
  if (convoy.state === 'landed' || convoy.state === 'closed') return convoy;
  const open = convoy.beads.filter((bead) => draft.get('beads', bead)?.status !== 'closed');
  if (open.length > 0 && !force) {
    const more = open.length > 5 ? ` and ${open.length - 5} more` : '';
    throw new Refusal(
      'blocked',
      `${convoy.id} has ${open.length} open beads: ${open.slice(0, 5).join(', ')}${more}.`,
      { next: `gt convoy close ${convoy.id} --force`, facts: { convoy: convoy.id, open } },
    );
  }
  for (const bead of convoy.beads) dropFed(draft, convoy.id, bead);
  const closed: Convoy = {
    ...convoy,
    state: 'closed',
    closedAt: act.at,
    closedBy: act.by,
    ...(reason === undefined ? {} : { closeReason: reason }),
  };
  draft.put('convoys', closed);
  return closed;
}

/** Those that are complete and have not landed: found here only where a bead was closed without its convoys being looked at. */
export function landComplete(draft: Draft, ids: readonly ConvoyId[], at: Timestamp): Convoy[] {
  return ids.flatMap((id) => {
    const convoy = draft.get('convoys', id);
    if (convoy?.state !== 'open' || !allClosed(draft, convoy)) return [];
    const landed = landedNow(convoy, at);
    draft.put('convoys', landed);
    return [landed];
  });
}

export function watchConvoy(draft: Draft, convoy: Convoy, who: string, watches: boolean): Convoy {
  const others = (convoy.watchers ?? []).filter((each) => each !== who);
  const next: Convoy = { ...convoy, watchers: watches ? [...others, who] : others };
  draft.put('convoys', next);
  return next;
}

function refuseUnlaunchable({ id, state }: Convoy): void {
  if (state === 'staged' || state === 'open') return;
  const code = 'closed' as const;
  throw new Refusal(code, `${id} is ${state}: there is nothing to launch.`, {
    next: `gt convoy add ${id} BEAD opens it again.`,
  });
}

function dropFed(draft: Draft, convoy: ConvoyId, bead: BeadId): void {
  if (dispatchOf(draft, bead)?.convoy === convoy) clearDispatch(draft, bead);
}
