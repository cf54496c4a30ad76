// What the store does by itself, without sockets or rules: durable writes, pages, snapshots, openings.
//   node test/bench/store.ts [seconds]     prints JSON
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bead } from '../../server/domain/bead.ts';
import { openStore } from '../../server/store/store.ts';
import type { Store } from '../../server/store/store.ts';
import { bead, dependency } from '../support/beads.ts';

const manyBeads = 100_000;
const callers = 32;

const [role = '2', given = ''] = process.argv.slice(2);
if (role === 'open') await openHere(given);
else await bench(Number(role));

async function bench(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gt-bench-'));
  try {
    const baseline = { fdatasyncMicroseconds: syncCost(join(folder, 'baseline')) };
    const writes = await writing(join(folder, 'writes'), seconds);
    const big = await bigTown(join(folder, 'big'));
    const opened = Array.from({ length: 3 }, () => openedElsewhere(join(folder, 'big')));
    const opening = opened.toSorted((a, b) => a.milliseconds - b.milliseconds)[1];
    process.stdout.write(
      `${JSON.stringify({ bench: 'store', baseline, writes, ...big, opening }, undefined, 2)}\n`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Appending a kilobyte and syncing it, over and over: what nothing durable can be faster than. */
function syncCost(path: string): number {
  const file = openSync(path, 'wx');
  const bytes = Buffer.alloc(1000, 'x');
  const rounds = 500;
  const start = performance.now();
  for (let round = 0; round < rounds; round++) {
    writeSync(file, bytes);
    fdatasyncSync(file);
  }
  closeSync(file);
  return Math.round(((performance.now() - start) / rounds) * 1000);
}

async function writing(directory: string, seconds: number): Promise<object> {
  const store = await openStore({ directory, now: () => new Date() });
  await fill(store, 10_000);
  const ids = Array.from(store.view.all('beads'), ({ id }) => id);
  const alone = await write(store, ids, 1, seconds);
  const together = await write(store, ids, callers, seconds);
  await store.close();
  return { beads: ids.length, alone, callers, together };
}

async function write(
  store: Store,
  ids: readonly string[],
  writers: number,
  seconds: number,
): Promise<object> {
  const milliseconds: number[] = [];
  let made = 0;
  const end = performance.now() + seconds * 1000;
  const start = performance.now();
  const writer = async (): Promise<void> => {
    while (performance.now() < end) {
      const id = ids[(made++ * 7919) % ids.length] ?? '';
      const asked = performance.now();
      await store.transact({ verb: 'bead/update', by: 'bench', subject: id }, (draft) => {
        const old = draft.get('beads', id);
        if (old) draft.put('beads', changed(old));
      });
      milliseconds.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  return {
    perSecond: Math.round((milliseconds.length / (performance.now() - start)) * 1000),
    ...spread(milliseconds),
  };
}

/** From open to in progress and back, so that four indexes move with it. */
function changed(old: Bead): Bead {
  const isOpen = old.status === 'open';
  const { assignee: _, ...rest } = old;
  return { ...rest, status: isOpen ? 'in_progress' : 'open', ...(isOpen ? { assignee: 'backend/nux' } : {}) };
}

async function bigTown(directory: string): Promise<object> {
  const store = await openStore({ directory, now: () => new Date() });
  await fill(store, manyBeads);
  const pages = { ready: page(store, 'beadsReady'), open: page(store, 'beadsOpen') };
  const snapshot = await snapshotting(store);
  await store.close();
  return { beads: manyBeads, pages, snapshot };
}

function page(store: Store, index: 'beadsReady' | 'beadsOpen'): object {
  const milliseconds: number[] = [];
  for (let round = 0; round < 200; round++) {
    const asked = performance.now();
    let left = 100;
    for (const _ of store.view.find(index, round % 2 === 0 ? '' : 'rig1')) if (--left === 0) break;
    milliseconds.push(performance.now() - asked);
  }
  return spread(milliseconds);
}

async function snapshotting(store: Store): Promise<object> {
  let longestStall = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    longestStall = Math.max(longestStall, performance.now() - last);
    last = performance.now();
  }, 1);
  const asked = performance.now();
  await store.writeSnapshot();
  const milliseconds = Math.round(performance.now() - asked);
  clearInterval(watch);
  return { milliseconds, longestStallMilliseconds: Math.round(longestStall) };
}

function openedElsewhere(directory: string): { milliseconds: number; megabytes: number } {
  const ran = spawnSync(process.execPath, [import.meta.filename, 'open', directory], { encoding: 'utf8' });
  return JSON.parse(ran.stdout) as { milliseconds: number; megabytes: number };
}

async function openHere(directory: string): Promise<void> {
  const start = performance.now();
  const store = await openStore({ directory, now: () => new Date() });
  const milliseconds = Math.round(performance.now() - start);
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(
    JSON.stringify({ milliseconds, megabytes, ready: store.view.count('beadsReady', '') }),
  );
  await store.close();
}

/** Beads of a kilobyte in five rigs, nine of ten open, one of five waiting for another. */
async function fill(store: Store, count: number): Promise<void> {
  for (let from = 0; from < count; from += 1000) {
    await store.transact({ verb: 'import', by: 'bench' }, (draft) => {
      for (let at = from; at < from + 1000; at++) {
        draft.put('beads', kilobyte(at));
        if (at % 5 === 4) draft.put('dependencies', dependency(idOf(at), idOf(at - 1)));
      }
    });
  }
}

function idOf(at: number): string {
  return `be-${((at * 7919) % 1_000_003).toString(36)}`;
}

function kilobyte(at: number): Bead {
  const short = bead({
    id: idOf(at),
    rig: `rig${at % 5}` as never,
    priority: (at % 5) as never,
    status: at % 10 === 0 ? 'closed' : 'open',
    createdAt: new Date(1.7e12 + at * 1000).toISOString() as never,
    description: '',
  });
  return { ...short, description: 'x'.repeat(1000 - JSON.stringify(short).length) };
}

function spread(milliseconds: readonly number[]): object {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Number((sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(3));
  return { medianMilliseconds: at(0.5), p95Milliseconds: at(0.95), worstMilliseconds: at(1) };
}
