// Towns for measuring: made whole on the disk, then served by the built product.
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  AgentId,
  BeadId,
  RigName,
  RuntimeName,
  SessionId,
  Sha,
  Timestamp,
} from '../../server/domain/ids.ts';
import type { Draft } from '../../server/domain/view.ts';
import { rigDefaults } from '../../server/domain/rigs.ts';
import { townDefaults } from '../../server/domain/settings.ts';
import { type ServerFile, townPaths } from '../../server/protocol/address.ts';
import { townsOfUser } from '../../server/serveTown.ts';
import { connectTown, type TownClient } from '../../server/rpc/client.ts';
import { openStore } from '../../server/store/store.ts';
import { bead } from '../support/beads.ts';
import { eventually } from '../support/wait.ts';

export const token = 'bench-token';
const sessionToken = 'bench-session-token';
const at = '2026-05-01T10:00:00.000Z' as Timestamp;

export interface BenchTown {
  readonly town: string;
  readonly sessionFile: string;
  remove(): void;
}

/** A town with one rig, so many open beads of a kilobyte, and one polecat at work with a session. */
export async function makeTown(beads: number): Promise<BenchTown> {
  const folder = mkdtempSync(join(tmpdir(), 'gt-bench-'));
  const paths = townPaths(join(folder, 'town'));
  mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  const townId = randomUUID();
  townsOfUser().add(townId, folder);
  const store = await openStore({ directory: paths.state, now: () => new Date() });
  await store.transact({ verb: 'town/create', by: 'bench' }, (draft) => furnish(draft, townId));
  const step = 5000;
  for (let from = 0; from < beads; from += step) {
    await store.transact({ verb: 'bead/create', by: 'bench' }, (draft) => {
      for (let n = from; n < Math.min(beads, from + step); n += 1) draft.put('beads', beadNumber(n));
    });
  }
  await store.writeSnapshot();
  await store.close();
  writeFileSync(paths.token, token, { mode: 0o600 });
  mkdirSync(paths.sessions, { recursive: true, mode: 0o700 });
  const sessionFile = join(paths.sessions, 's-bench.json');
  const content = { town: paths.town, session: 's-bench', agent: 'backend/nux', token: sessionToken };
  writeFileSync(sessionFile, JSON.stringify(content), { mode: 0o600 });
  return { town: paths.town, sessionFile, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const beadNumber = (n: number): ReturnType<typeof bead> =>
  bead({
    id: `be-${n}`,
    rig: 'backend' as RigName,
    title: `Bead number ${n}`,
    priority: (n % 5) as 0 | 1 | 2 | 3 | 4,
    description: `${n} `.padEnd(800, 'x'),
    createdAt: new Date(Date.parse(at) + n * 1000).toISOString() as Timestamp,
  });

function furnish(draft: Draft, townId: string): void {
  const rig = 'backend' as RigName;
  const runtime = 'sim' as RuntimeName;
  const agent = 'backend/nux' as AgentId;
  draft.put('town', { id: 'town', townId, name: 'bench', ...townDefaults, createdAt: at });
  draft.put('rigs', {
    id: rig,
    prefix: 'be',
    runtime,
    repository: { kind: 'path', path: '/nowhere' },
    gitDirectory: '/nowhere/.git',
    branch: 'main',
    state: 'active',
    settings: rigDefaults,
    createdAt: at,
  });
  draft.put('beads', { ...beadNumber(0), id: 'be-hooked' as BeadId, status: 'in_progress', assignee: agent });
  const shared = { agent, rig, bead: 'be-hooked' as BeadId, runtime, createdAt: at };
  draft.put('agents', {
    ...shared,
    id: agent,
    role: 'polecat',
    name: 'nux',
    state: 'working',
    worktree: '/nowhere/nux',
    branch: 'polecat/nux/be-hooked',
    base: '0'.repeat(40) as Sha,
    session: 's-bench' as SessionId,
    updatedAt: at,
    progressAt: new Date(Date.now() + 3_600_000).toISOString() as Timestamp,
  });
  draft.put('sessions', {
    ...shared,
    id: 's-bench' as SessionId,
    host: 'process',
    state: 'ended',
    launch: {
      command: 'x',
      arguments: [],
      directory: '/',
      environment: {},
      strip: [],
      stopSignal: 'SIGTERM',
    },
    tokenHash: createHash('sha256').update(sessionToken).digest('hex'),
  });
}

export interface ServedTown {
  readonly server: ServerFile;
  connect(): Promise<TownClient>;
  stop(): Promise<void>;
}

/** The built town server, as a process of its own. */
export async function serveBuilt(town: string, program: string): Promise<ServedTown> {
  const { server: file } = townPaths(town);
  const child: ChildProcess = spawn(process.execPath, [program, 'town', town], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const server = await eventually('the town server is there', () =>
    existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ServerFile) : undefined,
  );
  return {
    server,
    connect: () =>
      connectTown({ server, token, client: { name: 'bench', version: '0.0.0', pid: process.pid } }),
    stop: () =>
      new Promise((resolve) => {
        child.on('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}
