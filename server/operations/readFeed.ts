import { foldFeed, type Fold } from '../domain/feedFold.ts';
import type { JournalEntry } from '../domain/journal.ts';
import { displayText } from '../domain/text.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { FeedItem } from '../protocol/town.ts';
import type { Context } from './context.ts';
import { describe } from './feed.ts';
import { feedNumbers } from './feedFilter.ts';
import { waitForChange } from './waitForChange.ts';

/** How many entries are read at once, and how many a follower gets at most. */
const most = 500;

type Wish = Params<'town/feed'>;

/** What happened, newest first. Steps that only the town's own book-keeping needs are left out. */
export async function feed(context: Context, params: Wish): Promise<Result<'town/feed'>> {
  if (params.after !== undefined) return await newer(context, params, params.after);
  const limit = Math.min(params.limit ?? 50, most);
  const raw: FeedItem[] = [];
  let ended = true;
  for await (const entry of backwards(context, params)) {
    if (params.since !== undefined && entry.at < params.since) break;
    const item = describe(entry);
    if (!item) continue;
    // One more than is shown says whether there is more.
    if (raw.length > limit && foldFeed(raw).length > limit) {
      ended = false;
      break;
    }
    raw.push(item);
  }
  return pageOf(raw, limit, ended);
}

function pageOf(raw: readonly FeedItem[], limit: number, ended: boolean): Result<'town/feed'> {
  const first = foldFeed(raw)[limit];
  // What is folded with a line of the next page is shown there.
  const end = first ? raw.findIndex(({ seq }) => seq === first[0].seq) : raw.length;
  const items = foldFeed(raw.slice(0, end)).map(foldedItem);
  const more = !ended || end < raw.length;
  const last = raw[end - 1];
  return { items, more, ...(more && last ? { next: last.seq } : {}) };
}

/** What came after an entry; where nothing has, `wait` waits for it for a while. */
async function newer(context: Context, params: Wish, after: number): Promise<Result<'town/feed'>> {
  const { store } = context;
  const changed = params.wait === true ? waitForChange(context) : undefined;
  try {
    for (let seen = after; ;) {
      const from = seen;
      const newest = store.seq;
      const numbers = (await feedNumbers(context, params)) ?? (await store.past.after(from));
      const wanted = numbers.filter((seq) => seq > from);
      const page = wanted.slice(0, most);
      const items = (await store.past.entries(page)).flatMap((entry) => describe(entry) ?? []);
      const more = wanted.length > page.length;
      seen = Math.max(from, page.at(-1) ?? 0, more ? 0 : newest);
      if (items.length > 0 || !(more || (await changed?.next(seen + 1))))
        return { items: items.toReversed(), more, seq: seen };
    }
  } finally {
    changed?.end();
  }
}

/** Newest first, and no more of them than are asked for. */
async function* backwards(context: Context, params: Wish): AsyncGenerator<JournalEntry> {
  const { store } = context;
  const end = params.before ?? store.seq + 1;
  const numbers = await feedNumbers(context, params);
  if (numbers === undefined) {
    // The newest are at hand without an index of all.
    for (let from = end; from > 1; from = Math.max(1, from - most))
      yield* (await between(context, Math.max(1, from - most), from)).toReversed();
    return;
  }
  const wanted = numbers.filter((seq) => seq < end).toReversed();
  for (let at = 0; at < wanted.length; at += 100) yield* await store.past.entries(wanted.slice(at, at + 100));
}

async function between(context: Context, from: number, end: number): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of context.store.read(from)) {
    if (entry.seq >= end) break;
    entries.push(entry);
  }
  return entries;
}

/** Several lines in one: the newest, with what they are about. */
function foldedItem([newest, ...others]: Fold<FeedItem>): FeedItem {
  if (others.length === 0) return newest;
  const all = [newest, ...others];
  if (newest.verb !== 'sling') return { ...newest, count: all.length };
  const subjects = all.flatMap(({ subject = '' }) => subject).toReversed();
  const shown = subjects.slice(0, 5).map((each) => displayText(each, 80));
  const more = subjects.length > shown.length ? ` and ${subjects.length - shown.length} more` : '';
  const text = `${displayText(newest.by, 40)} slung ${all.length} beads: ${shown.join(', ')}${more}`;
  return { ...newest, text, count: all.length, subjects };
}
