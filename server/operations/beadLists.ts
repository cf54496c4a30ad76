import type { Bead } from '../domain/bead.ts';
import type { View } from '../domain/view.ts';
import { townPrefix } from '../domain/rigName.ts';
import type { BeadListParams, BeadView } from '../protocol/bead.ts';
import type { Params } from '../protocol/messages.ts';
import type { Page } from '../protocol/page.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';
import { type Listing, listingOf, pageOf } from './page.ts';
import { beadView } from './views.ts';

type Filter = (bead: Bead) => boolean;

/** Open beads, or those of the statuses named; by priority, newest first. Under `hq` those of no rig. */
export function listBeads(context: Context, params: Params<'bead/list'>): Page<BeadView> {
  const view = context.store.view;
  const filters = filtersOf(params);
  const everything = params.all === true || params.status?.some((status) => status === 'closed') === true;
  if (params.rig === townPrefix) {
    const wanted = everything ? filters : [isOpen, ...filters];
    const own = [...view.find('beadsByRig', '')].filter(all(wanted)).toSorted(byPriority);
    return pageViews(view, params, listingOf(own));
  }
  const key = rigKey(view, params.rig);
  if (!everything) return paged(view, params, { index: 'beadsOpen', key, filters });
  if (params.rig !== undefined) return paged(view, params, { index: 'beadsByRig', key, filters });
  return pageViews(view, params, listingOf([...view.all('beads')].filter(all(filters)).toSorted(byPriority)));
}

export function readyBeads(context: Context, params: Params<'bead/ready'>): Page<BeadView> {
  const view = context.store.view;
  const { assignee } = params;
  const filters: Filter[] = assignee === undefined ? [] : [(bead) => bead.assignee === assignee];
  return paged(view, params, { index: 'beadsReady', key: rigKey(view, params.rig), filters });
}

export function blockedBeads(context: Context, params: Params<'bead/blocked'>): Page<BeadView> {
  const view = context.store.view;
  return paged(view, params, { index: 'beadsBlocked', key: rigKey(view, params.rig), filters: [] });
}

const rigKey = (view: View, rig: string | undefined): string =>
  rig === undefined ? '' : findRig(view, rig).id;

interface Source {
  readonly index: 'beadsOpen' | 'beadsReady' | 'beadsBlocked' | 'beadsByRig';
  readonly key: string;
  readonly filters: readonly Filter[];
}

/** Without filters nothing but the page is walked; with them the whole index is, for the total. */
function paged(view: View, params: BeadListParams, { index, key, filters }: Source): Page<BeadView> {
  if (filters.length > 0)
    return pageViews(view, params, listingOf([...view.find(index, key)].filter(all(filters))));
  return pageViews(view, params, {
    total: view.count(index, key),
    from: (after) => view.find(index, key, after),
    has: (id) => view.get('beads', id) !== undefined,
  });
}

function pageViews(view: View, params: BeadListParams, beads: Listing<Bead>): Page<BeadView> {
  const page = pageOf(beads, params);
  return { ...page, items: page.items.map((bead) => beadView(view, bead)) };
}

function filtersOf({ status, type, priority, assignee, labels }: BeadListParams): Filter[] {
  const filters: Filter[] = [];
  if (status) filters.push((bead) => status.includes(bead.status));
  if (type !== undefined) filters.push((bead) => bead.type === type);
  if (priority !== undefined) filters.push((bead) => bead.priority === priority);
  if (assignee !== undefined) filters.push((bead) => bead.assignee === assignee);
  if (labels) filters.push((bead) => labels.every((label) => bead.labels.includes(label)));
  return filters;
}

const all =
  (filters: readonly Filter[]): Filter =>
  (bead) =>
    filters.every((filter) => filter(bead));

const isOpen: Filter = (bead) => bead.status !== 'closed';

const byPriority = (a: Bead, b: Bead): number =>
  a.priority - b.priority || b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id);
