import type { Act } from './act.ts';
import type { Bead } from './bead.ts';
import { validTitle } from './beadFields.ts';
import { convoyId, isIdTaken } from './beadId.ts';
import { beadOf } from './hooks.ts';
import type { Convoy } from './convoy.ts';
import type { BeadId, ConvoyId, Timestamp } from './ids.ts';
import { Refusal } from './refusal.ts';
import type { Draft, View } from './view.ts';

export interface NewConvoy {
  readonly title: string;
  readonly beads: readonly BeadId[];
  /** Another short hash with each call, for a title that gives no free id. */
  readonly hash: () => string;
  /** Planned only. */
  readonly staged?: boolean;
}

/** Bundles beads of any rigs. It starts nothing. Refused where a bead is unknown or none is named. */
export function createConvoy(draft: Draft, wanted: NewConvoy, act: Act): Convoy {
  return put(draft, { ...wanted, title: validTitle(wanted.title), automatic: false }, act);
}

/**
 * The convoy that a slung bead travels in: an open one that lists it already, else one of its own. Tells whether it was made, so
 * that an undone sling can take it back.
 */
export function automaticConvoy(
  draft: Draft,
  bead: Bead,
  act: { readonly at: Timestamp; readonly by?: string; readonly hash: () => string },
): { readonly id: ConvoyId; readonly made: boolean } {
  for (const convoy of draft.find('convoysByBead', bead.id)) {
    if (convoy.state === 'open') return { id: convoy.id, made: false };
  }
  const wanted = { title: bead.title, beads: [bead.id], hash: act.hash, automatic: true };
  const convoy = put(draft, wanted, { at: act.at, by: act.by ?? 'town' });
  return { id: convoy.id, made: true };
}

/** Adds what it does not list yet. A landed convoy that gets an open bead is open again. */
export function addToConvoy(draft: Draft, id: ConvoyId, beads: readonly BeadId[], at: Timestamp): Convoy {
  const convoy = draft.get('convoys', id);
  if (!convoy)
    throw new Refusal('not-found', `There is no convoy ${id}.`, { field: 'convoy', next: 'gt convoy list' });
  for (const bead of beads) beadOf(draft, bead, 'beads');
  const all = [...new Set([...convoy.beads, ...beads])];
  if (all.length === convoy.beads.length) return convoy;
  const { landedAt: _, ...rest } = convoy;
  const { closedAt: _at, closedBy: _by, closeReason: _why, ...open } = rest;
  const state = convoy.state === 'staged' ? 'staged' : 'open';
  const grown: Convoy = { ...open, beads: all, state };
  const landedBefore = convoy.state === 'landed' && allClosed(draft, grown);
  return save(draft, landedBefore ? { ...convoy, beads: all } : settled(draft, grown, at));
}

/** Every listed bead counts in the total; one that is gone or unknown never counts as closed. */
export function progress(view: View, convoy: Convoy): { readonly closed: number; readonly total: number } {
  let closed = 0;
  for (const id of convoy.beads) if (view.get('beads', id)?.status === 'closed') closed += 1;
  return { closed, total: convoy.beads.length };
}

/** After a bead has closed: the open convoys that are complete with it land now, and are returned. A landed one never lands again. */
export function landConvoys(draft: Draft, closed: BeadId, at: Timestamp): Convoy[] {
  const complete = Array.from(draft.find('convoysByBead', closed)).filter(
    (convoy) => convoy.state === 'open' && allClosed(draft, convoy),
  );
  return complete.map((convoy) => save(draft, landedNow(convoy, at)));
}

/** Whoever looks is told once. Of what a sling of one bead made only those who watch it are: for all others that bead says it. */
export function landedNow(convoy: Convoy, at: Timestamp): Convoy {
  const { automatic, watchers = [] } = convoy;
  const isTold = !automatic || watchers.length > 0;
  return { ...convoy, state: 'landed', landedAt: at, ...(isTold ? { untold: true } : {}) };
}

function put(draft: Draft, wanted: NewConvoy & { readonly automatic: boolean }, act: Act): Convoy {
  const { title } = wanted;
  const beads = [...new Set(wanted.beads)];
  if (beads.length === 0) {
    throw new Refusal('invalid', 'A convoy needs at least one bead.', {
      field: 'beads',
      next: 'gt convoy create TITLE BEAD...',
    });
  }
  for (const bead of beads) beadOf(draft, bead, 'beads');
  const convoy: Convoy = {
    id: convoyId({ title, taken: (id) => isIdTaken(draft, id), hash: wanted.hash }),
    title,
    beads,
    state: wanted.staged === true ? 'staged' : 'open',
    automatic: wanted.automatic,
    createdAt: act.at,
    createdBy: act.by,
  };
  return save(draft, settled(draft, convoy, act.at));
}

function settled(view: View, convoy: Convoy, at: Timestamp): Convoy {
  const landed = convoy.state === 'open' && allClosed(view, convoy);
  return landed ? { ...convoy, state: 'landed', landedAt: at } : convoy;
}

export function allClosed(view: View, convoy: Convoy): boolean {
  const { closed, total } = progress(view, convoy);
  return total > 0 && closed === total;
}

function save(draft: Draft, convoy: Convoy): Convoy {
  draft.put('convoys', convoy);
  return convoy;
}
