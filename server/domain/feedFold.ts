/** What folding looks at of a line of the feed. */
export interface Foldable {
  readonly seq: number;
  readonly at: string;
  readonly by: string;
  readonly verb: string;
  readonly subject?: string;
}

/** Lines that are shown as one; the newest first in both directions. */
export type Fold<Item> = readonly [Item, ...Item[]];

const slingMs = 30_000;
const leastSlings = 3;
const doneMs = 10_000;

/**
 * Folds what people take for one: at least three slings of one person within 30 seconds, and a `done` that was said again within ten.
 * Takes and gives the newest first; each line is in exactly one fold.
 */
export function foldFeed<Item extends Foldable>(items: readonly Item[]): readonly Fold<Item>[] {
  const folds: [Item, ...Item[]][] = [];
  for (const item of items) {
    const fold = folds.findLast((each) => belongs(item, each));
    if (fold) fold.push(item);
    else folds.push([item]);
  }
  const whole = folds.flatMap((fold): [Item, ...Item[]][] =>
    fold[0].verb === 'sling' && fold.length < leastSlings ? fold.map((item) => [item]) : [fold],
  );
  return whole.toSorted(([a], [b]) => b.seq - a.seq);
}

function belongs<Item extends Foldable>(item: Item, [newest]: Fold<Item>): boolean {
  if (item.verb !== newest.verb || item.by !== newest.by) return false;
  const apart = Date.parse(newest.at) - Date.parse(item.at);
  if (item.verb === 'sling') return apart <= slingMs;
  return item.verb === 'done' && item.subject === newest.subject && apart <= doneMs;
}
