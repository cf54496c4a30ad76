import { Refusal } from '../domain/refusal.ts';
import type { Page, PageParams } from '../protocol/page.ts';

const usual = 100;
const most = 1000;

/**
 * One page of records that come in a fixed order. The cursor is the id of the last record shown; where that record has gone from the
 * list meanwhile the page is refused with `stale`, rather than records being skipped or shown twice. Walks no further than the page.
 */
export function pageOf<T>(
  records: Iterable<T>,
  params: PageParams,
  of: { readonly id: (record: T) => string; readonly total: number },
): Page<T> {
  const limit = Math.min(params.limit ?? usual, most);
  const items: T[] = [];
  let skipping = params.after !== undefined;
  for (const record of records) {
    if (skipping) {
      skipping = of.id(record) !== params.after;
      continue;
    }
    if (items.length === limit) {
      const last = items.at(-1);
      return { items, total: of.total, ...(last === undefined ? {} : { next: of.id(last) }) };
    }
    items.push(record);
  }
  if (skipping) {
    throw new Refusal('stale', 'The list has changed since the page before; read it from its beginning.', {
      field: 'after',
    });
  }
  return { items, total: of.total };
}
