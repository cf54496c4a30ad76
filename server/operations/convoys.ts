import { addToConvoy, createConvoy } from '../domain/convoys.ts';
import type { Convoy } from '../domain/convoy.ts';
import type { Caller } from '../protocol/caller.ts';
import type { ConvoyView } from '../protocol/convoy.ts';
import type { Params } from '../protocol/messages.ts';
import type { Page } from '../protocol/page.ts';
import type { Context } from './context.ts';
import { findBead, findConvoy } from './lookups.ts';
import { listingOf, pageOf } from './page.ts';
import { convoyView } from './views.ts';

export async function makeConvoy(
  context: Context,
  params: Params<'convoy/create'>,
  caller: Caller,
): Promise<ConvoyView> {
  const act = { at: context.now(), by: caller.by };
  const { result } = await context.store.transact(
    { verb: 'convoy/create', by: caller.by, subject: (convoy: Convoy) => convoy.id },
    (draft) => {
      const beads = params.beads.map((bead) => findBead(draft, bead).id);
      return createConvoy(draft, { title: params.title, beads, hash: () => context.randomText(4) }, act);
    },
  );
  return convoyView(context.store.view, result, context.now());
}

export async function growConvoy(
  context: Context,
  params: Params<'convoy/add'>,
  caller: Caller,
): Promise<ConvoyView> {
  const { result } = await context.store.transact(
    { verb: 'convoy/add', by: caller.by, subject: (convoy: Convoy) => convoy.id },
    (draft) => {
      const beads = params.beads.map((bead) => findBead(draft, bead).id);
      return addToConvoy(draft, findConvoy(draft, params.convoy).id, beads, context.now());
    },
  );
  return convoyView(context.store.view, result, context.now());
}

export function listConvoys(context: Context, params: Params<'convoy/list'>): Page<ConvoyView> {
  const view = context.store.view;
  const convoys = [...view.all('convoys')]
    .filter(({ state }) => params.all === true || state === 'open' || state === 'staged')
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id));
  const page = pageOf(listingOf(convoys), params);
  return { ...page, items: page.items.map((convoy) => convoyView(view, convoy, context.now())) };
}

export function getConvoy(context: Context, params: Params<'convoy/get'>): ConvoyView {
  return convoyView(context.store.view, findConvoy(context.store.view, params.convoy), context.now());
}
