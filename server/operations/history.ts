import { trailOf } from '../domain/trail.ts';
import type { Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { historyWord } from './feed.ts';
import { findBead } from './lookups.ts';
import { feed } from './readFeed.ts';

/** How many entries about one bead are read, the newest of them. A bead has tens. */
const mostEntries = 10_000;

const usualPage = 200;

export function historyHandlers(context: Context): Pick<Handlers, 'town/feed' | 'bead/history'> {
  return {
    'town/feed': (params) => feed(context, params),
    'bead/history': (params) => beadHistory(context, params),
  };
}

async function beadHistory(
  context: Context,
  params: Params<'bead/history'>,
): Promise<Result<'bead/history'>> {
  const { store } = context;
  const bead = findBead(store.view, params.bead);
  const numbers = (await store.past.about(bead.id)).slice(-mostEntries);
  const entries = [];
  for (let at = 0; at < numbers.length; at += 100)
    entries.push(...(await store.past.entries(numbers.slice(at, at + 100))));
  const items = trailOf(entries, bead.id, historyWord).filter(
    ({ seq }) => params.before === undefined || seq < params.before,
  );
  const page = items.slice(-(params.limit ?? usualPage));
  const [first] = page;
  const more = page.length < items.length;
  return { bead, items: page, more, ...(more && first ? { next: first.seq } : {}) };
}
