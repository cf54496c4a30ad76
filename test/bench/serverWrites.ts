// Durable writes through the built town server: callers in a process of their own, each with its own connection. Afterwards every
// acknowledged write must be found in the town's files. Also how long a change takes to reach another client.
//   node test/bench/serverWrites.ts callers TOWN SERVER_PROGRAM COUNT SECONDS
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerFile, townPaths } from '../../server/protocol/address.ts';
import { connectTown, type TownClient } from '../../server/rpc/client.ts';
import { openStore } from '../../server/store/store.ts';
import { type Row, spread } from './figures.ts';
import { makeTown, serveBuilt, token } from './townOf.ts';

const beads = 10_000;

interface Round {
  readonly seconds: number;
  /** Milliseconds for each acknowledged write. */
  readonly latencies: readonly number[];
  /** Bead → the last text that was acknowledged for it. */
  readonly acknowledged: Readonly<Record<string, string>>;
}

const [role, ...args] = process.argv.slice(2);
if (role === 'callers') process.stdout.write(JSON.stringify(await callers(args)));

export async function serverWrites(dist: string): Promise<Row[]> {
  const made = await makeTown(beads);
  const served = await serveBuilt(made.town, join(dist, 'server.cjs'));
  let running = true;
  try {
    await run(made.town, 8, 1);
    const alone = await run(made.town, 1, 3);
    const together = await run(made.town, 32, 4);
    const pushed = await pushLatency(await served.connect(), await served.connect());
    await served.stop();
    running = false;
    const lost = await lostWrites(made.town, { ...alone.acknowledged, ...together.acknowledged });
    return [writesRow(32, together, lost), writesRow(1, alone, lost), pushRow(pushed)];
  } finally {
    if (running) await served.stop();
    made.remove();
  }
}

function writesRow(count: number, { latencies, seconds }: Round, lost: number): Row {
  const perSecond = Math.round(latencies.length / seconds);
  const figures = { callers: count, perSecond, milliseconds: spread(latencies), lost };
  if (count === 1) {
    return {
      what: 'durable writes, one caller',
      bar: 'at least 1,000 a second',
      holds: perSecond >= 1000 && lost === 0,
      figures,
    };
  }
  const holds = perSecond >= 10_000 && figures.milliseconds.median < 3 && lost === 0;
  return {
    what: `durable writes, ${count} callers, ${beads} beads`,
    bar: 'at least 10,000 a second, median under 3 ms, none lost',
    holds,
    figures,
  };
}

function pushRow(samples: readonly number[]): Row {
  const milliseconds = spread(samples);
  return {
    what: "a write until another client has the changed record (the server's share)",
    bar: 'under 10 ms at the 95th percentile',
    holds: milliseconds.p95 < 10,
    figures: { milliseconds },
  };
}

function run(town: string, count: number, seconds: number): Promise<Round> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [import.meta.filename, 'callers', town, `${count}`, `${seconds}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(text) as Round) : reject(new Error(`the callers exited with ${code}`)),
    );
  });
}

async function callers([town = '', count = '1', seconds = '1']: readonly string[]): Promise<Round> {
  const server = JSON.parse(readFileSync(townPaths(town).server, 'utf8')) as ServerFile;
  const client = { name: 'bench', version: '0.0.0', pid: process.pid };
  const clients = await Promise.all(
    Array.from({ length: Number(count) }, () => connectTown({ server, token, client })),
  );
  const latencies: number[] = [];
  const acknowledged: Record<string, string> = {};
  const start = performance.now();
  const end = start + Number(seconds) * 1000;
  const write = async (caller: TownClient, index: number): Promise<void> => {
    for (let n = index; performance.now() < end; n += clients.length) {
      const bead = `be-${n % beads}`;
      const notes = `${process.pid} ${n}`;
      const begun = performance.now();
      await caller.request('bead/update', { bead, notes });
      latencies.push(performance.now() - begun);
      acknowledged[bead] = notes;
    }
  };
  await Promise.all(clients.map(write));
  const took = (performance.now() - start) / 1000;
  for (const each of clients) each.close();
  return { seconds: took, latencies, acknowledged };
}

async function lostWrites(town: string, acknowledged: Readonly<Record<string, string>>): Promise<number> {
  const store = await openStore({ directory: townPaths(town).state, now: () => new Date(), readOnly: true });
  const lost = Object.entries(acknowledged).filter(
    ([id, notes]) => store.view.get('beads', id)?.notes !== notes,
  );
  await store.close();
  return lost.length;
}

async function pushLatency(writer: TownClient, reader: TownClient): Promise<number[]> {
  const samples: number[] = [];
  let arrived: () => void = () => undefined;
  reader.onNotification('town/changed', () => arrived());
  await reader.request('town/subscribe', {});
  for (let n = 0; n < 300; n += 1) {
    const seen = new Promise<void>((resolve) => (arrived = resolve));
    const begun = performance.now();
    const written = writer.request('bead/update', { bead: `be-${n}`, design: `seen ${n}` });
    await seen;
    samples.push(performance.now() - begun);
    await written;
  }
  writer.close();
  reader.close();
  return samples;
}
