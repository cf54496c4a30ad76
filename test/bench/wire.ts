// What the wire itself costs: callers in processes of their own write to a town that keeps nothing, over one socket.
//   node test/bench/wire.ts [callers] [seconds]     prints JSON
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerFile } from '../../server/protocol/address.ts';
import { protocolVersion } from '../../server/protocol/version.ts';
import { connectTown, type TownClient } from '../../server/rpc/client.ts';
import { serveTown } from '../../server/rpc/townServer.ts';
import { authenticate, checks, StandIn, tokens } from '../rpc/standIn.ts';

interface Round {
  readonly writes: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly latencies: number[];
}

const [role = 'bench', ...rest] = process.argv.slice(2);
if (role === 'callers') await callers(rest);
else await bench(Number(process.argv[2] ?? 32), Number(process.argv[3] ?? 4));

async function bench(count: number, seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gt-bench-'));
  const town = new StandIn();
  const endpoint = join(folder, 'wire.sock');
  const server = await serveTown({
    endpoint,
    townId: 'bench',
    nonce: 'nonce',
    version: '0.0.0',
    checks,
    authenticate,
    handlers: town.handlers,
    status: () => ({ seq: town.seq }),
    log: (line) => process.stderr.write(`${line}\n`),
    onIdle: () => undefined,
    onLeave: () => undefined,
  });
  town.listeners.push((entry) => server.broadcast(entry));
  const one = await run(endpoint, 1, 1);
  const many = await run(endpoint, count, seconds);
  process.stdout.write(
    `${JSON.stringify({ bench: 'wire', one: figures(one), callers: count, many: figures(many) }, undefined, 2)}\n`,
  );
  await server.close('the bench is over');
  rmSync(folder, { recursive: true });
}

function run(endpoint: string, count: number, seconds: number): Promise<Round> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [import.meta.filename, 'callers', endpoint, `${count}`, `${seconds}`],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.on('error', reject);
    child.on('close', () => resolve(JSON.parse(text) as Round));
  });
}

function figures({ writes, seconds, latencies }: Round): Record<string, number> {
  const sorted = latencies.toSorted((one, other) => one - other);
  const at = (share: number): number => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(3));
  return { perSecond: Math.round(writes / seconds), medianMs: at(0.5), p99Ms: at(0.99) };
}

async function callers([endpoint = '', count = '1', seconds = '1']: string[]): Promise<void> {
  const clients = await Promise.all(Array.from({ length: Number(count) }, () => connectCaller(endpoint)));
  await Promise.all(clients.map((client) => write(client, 0.5)));
  const begun = performance.now();
  const latencies = await Promise.all(clients.map((client) => write(client, Number(seconds))));
  const round: Round = {
    writes: latencies.flat().length,
    seconds: (performance.now() - begun) / 1000,
    latencies: latencies.flat(),
  };
  process.stdout.write(JSON.stringify(round), () => process.exit());
}

function connectCaller(endpoint: string): Promise<TownClient> {
  const server: ServerFile = {
    townId: 'bench',
    pid: 0,
    startedAt: '',
    endpoint,
    protocol: protocolVersion,
    version: '0.0.0',
    nonce: 'nonce',
  };
  return connectTown({
    server,
    token: tokens.person,
    client: { name: 'bench', version: '0.0.0', pid: process.pid },
  });
}

async function write(client: TownClient, seconds: number): Promise<number[]> {
  const latencies: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let at = performance.now(); at < end;) {
    await client.request('bead/create', {
      title: `Write number ${latencies.length}`,
      rig: 'backend',
      priority: 2,
    });
    const now = performance.now();
    latencies.push(now - at);
    at = now;
  }
  return latencies;
}
