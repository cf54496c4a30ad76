// Temporary folders, towns in them, and what runs in them; all gone when the test is over.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { townPaths, type ServerFile, type TownPaths } from '../../server/protocol/address.ts';
import { protocolVersion } from '../../server/protocol/version.ts';
import { connectTown, type TownClient } from '../../server/rpc/client.ts';
import { serveTown, type TownServer, type TownServerOptions } from '../../server/rpc/townServer.ts';
import { eventually } from '../support/wait.ts';
import { client } from './rawClient.ts';
import { authenticate, checks, StandIn, tokens } from './standIn.ts';

// Where servers listen that the tests start; short, for sockets lie in it.
const runtimeFolder = mkdtempSync('/tmp/gt-');
process.env['XDG_RUNTIME_DIR'] = runtimeFolder;
process.env['NODE_NO_WARNINGS'] = '1';
after(() => rmSync(runtimeFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));

/** Short: sockets lie in it. `before` is done before it goes: hooks run in the order in which they were made. */
export function temporaryFolder(t: TestContext, before: () => void = () => undefined): string {
  const folder = mkdtempSync('/tmp/gt-');
  t.after(async () => {
    before();
    // A server that is being ended may still write a file while the folder goes.
    await eventually('the folder has gone', () => isRemoved(folder));
  });
  return folder;
}

function isRemoved(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

/** A town as `create` leaves it, as far as clients look. Whoever serves it, started by whomever, ends with the test. */
export function temporaryTown(t: TestContext, below = 'town'): TownPaths {
  const folder = temporaryFolder(t, () => servingPids(paths).forEach(endProcess));
  const paths = townPaths(join(folder, below));
  mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  writeFileSync(paths.token, tokens.person, { mode: 0o600 });
  return paths;
}

export interface Served {
  readonly town: StandIn;
  readonly server: TownServer;
  readonly file: ServerFile;
  readonly log: string[];
  readonly left: string[];
}

/** The stand-in town, served in this process. */
export async function serve(
  t: TestContext,
  town = new StandIn(),
  options: Partial<TownServerOptions> = {},
): Promise<Served> {
  const endpoint = join(temporaryFolder(t), 'town.sock');
  const log: string[] = [];
  const left: string[] = [];
  const server = await serveTown({
    endpoint,
    townId: 'town',
    nonce: 'nonce',
    version: '0.1.0',
    checks,
    authenticate,
    handlers: town.handlers,
    status: () => ({ seq: town.seq }),
    log: (line) => log.push(line),
    onIdle: () => undefined,
    onLeave: (method) => left.push(method),
    ...options,
  });
  t.after(() => server.close('the test is over'));
  town.listeners.push((entry) => server.broadcast(entry));
  return { town, server, file: serverFile(endpoint), log, left };
}

export function serverFile(endpoint: string): ServerFile {
  const startedAt = new Date(0).toISOString();
  return {
    townId: 'town',
    pid: 1,
    startedAt,
    endpoint,
    protocol: protocolVersion,
    version: '0.1.0',
    nonce: 'nonce',
  };
}

export async function person(t: TestContext, file: ServerFile): Promise<TownClient> {
  const connected = await connectTown({ server: file, token: tokens.person, client });
  t.after(() => connected.close());
  return connected;
}

export async function session(t: TestContext, file: ServerFile): Promise<TownClient> {
  const connected = await connectTown({ server: file, token: tokens.session, session: 's-1', client });
  t.after(() => connected.close());
  return connected;
}

export const standInServer = join(import.meta.dirname, 'standInServer.ts');

/** One town server as a process of its own; ended with the test. */
export function startServer(
  t: TestContext,
  paths: TownPaths,
  environment: NodeJS.ProcessEnv = {},
): ChildProcess {
  const child = spawn(process.execPath, [standInServer, 'town', paths.town], {
    stdio: 'ignore',
    env: { ...process.env, ...environment },
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** The process ids of the stand-in servers that were ever let in, the last one last. */
export function servingPids(paths: TownPaths): number[] {
  try {
    const lines = readFileSync(join(paths.state, 'served'), 'utf8').trim().split('\n');
    // It may just have been made, and 0 would be ourselves with all that started us.
    return lines.map(Number).filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone.
  }
}
