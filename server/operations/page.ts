import { Refusal } from '../domain/refusal.ts';
import type { Page, PageParams } from '../protocol/page.ts';

const usual = 100;
const most = 1000;

export interface Listing<T extends { readonly id: string }> {
  readonly total: number;
  /** The records in their order, those behind the record `after` where it is given. */
  from(after: string | undefined): Iterable<T>;
  /** Whether a cursor names something that was there. */
  has(id: string): boolean;
}

/**
 * One page of records in a fixed order, walking no further than the page. The cursor is the id of the last record shown; where that has
 * gone meanwhile the page is refused with `stale`, rather than records being skipped or shown twice.
 */
export function pageOf<T extends { readonly id: string }>(
  listing: Listing<T>,
  { limit = usual, after }: PageParams,
): Page<T> {
  if (after !== undefined && !listing.has(after)) {
    throw new Refusal('stale', 'The list has changed since the page before; read it from its beginning.', {
      field: 'after',
    });
  }
  const items: T[] = [];
  for (const record of listing.from(after)) {
    const last = items.at(-1);
    if (last && items.length === Math.min(limit, most)) return { items, total: listing.total, next: last.id };
    items.push(record);
  }
  return { items, total: listing.total };
}

/** A list that was put together for this one request. */
export function listingOf<T extends { readonly id: string }>(records: readonly T[]): Listing<T> {
  const place = (id: string | undefined): number => records.findIndex((record) => record.id === id);
  return {
    total: records.length,
    from: (after) => records.slice(place(after) + 1),
    has: (id) => place(id) >= 0,
  };
}
