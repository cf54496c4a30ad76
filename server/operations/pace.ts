import { later } from '../domain/later.ts';
import type { Timestamp } from '../domain/ids.ts';
import { schedulerDefaults } from '../domain/scheduler.ts';
import type { Session } from '../domain/session.ts';
import type { View } from '../domain/view.ts';

/** How quickly the town begins by itself: the spawn rate of its settings, for the queue and for what is begun again. */
export interface Pace {
  /** When the queue may begin its next batch, where that is not now. */
  nextBatch(): Timestamp | undefined;
  /** Something was begun. */
  note(): void;
  /** When the turn of one is that is begun again, so long after another at least: the same each time that it asks, until it is taken. */
  turnOf(key: string, leastMs: number): Timestamp;
  take(key: string): void;
}

/** Turns that nobody has taken for so long are nobody's. */
const keptMs = 60 * 60_000;

export function startPace(view: View, now: () => Timestamp): Pace {
  const turns = new Map<string, Timestamp>();
  // What was begun before this server is known by its sessions.
  let last: Timestamp | undefined;
  const begun = (): Timestamp | undefined => (last ??= lastStart(view, now()));
  const forget = (): void => {
    const old = later(now(), -keptMs);
    for (const [key, turn] of turns) if (turn < old) turns.delete(key);
  };
  return {
    nextBatch() {
      const { spawnDelay } = rateOf(view);
      const at = spawnDelay > 0 ? begun() : undefined;
      const next = at && later(at, spawnDelay * 1000);
      return next !== undefined && next > now() ? next : undefined;
    },
    note() {
      last = now();
    },
    turnOf(key, leastMs) {
      const known = turns.get(key);
      if (known !== undefined) return known;
      forget();
      const { batchSize, spawnDelay } = rateOf(view);
      const step = Math.max(leastMs, spawnDelay * 1000) / batchSize;
      const before = [begun(), ...turns.values()]
        .filter((each) => each !== undefined)
        .toSorted()
        .at(-1);
      const next = before === undefined ? now() : later(before, step);
      const turn = next > now() ? next : now();
      turns.set(key, turn);
      return turn;
    },
    take(key) {
      turns.delete(key);
      last = now();
    },
  };
}

function rateOf(view: View): { readonly batchSize: number; readonly spawnDelay: number } {
  return { ...schedulerDefaults, ...view.get('town', 'town')?.scheduler };
}

/** Of polecats, today or yesterday (UTC): no delay is longer. */
function lastStart(view: View, now: Timestamp): Timestamp | undefined {
  for (const day of [now, later(now, -86_400_000)]) {
    const starts = Array.from(view.find('sessionsByDay', day.slice(0, 10))).filter(isPolecats);
    const newest = starts.at(-1);
    if (newest) return newest.createdAt;
  }
  return undefined;
}

const isPolecats = ({ rig, agent }: Session): boolean => rig !== undefined && !agent.includes('/crew/');
