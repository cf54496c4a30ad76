import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Timestamp } from '../../server/domain/ids.ts';
import { createGit, type Git } from '../../server/git/git.ts';
import { rigFolders } from '../../server/git/rigFolder.ts';
import type { SessionPort } from '../../server/operations/context.ts';
import { type TownPaths, townPaths } from '../../server/protocol/address.ts';
import { productVersion, protocolVersion } from '../../server/protocol/version.ts';
import { readStopped, writeStopped } from '../../server/rpc/stopped.ts';
import { installTown } from '../../server/serveTown.ts';
import { createPluginFolders } from '../../server/plugins/pluginFolders.ts';
import { findProgram } from '../../server/sessions/programs.ts';
import { townPrograms, type TownPrograms } from '../../server/sessions/townPrograms.ts';
import { openStore, type Store } from '../../server/store/store.ts';
import { createTown, type Town } from '../../server/town.ts';
import type { Sleep } from '../../server/operations/timers.ts';
import type { Waits } from '../../server/operations/waits.ts';
import { type FakeHost, fakeSessions } from './fakeHost.ts';

export interface TownOptions {
  readonly checkpoint?: (step: string) => Promise<void>;
  readonly git?: (real: Git) => Git;
  readonly sessions?: (fake: SessionPort) => SessionPort;
  readonly store?: (real: Store) => Store;
  readonly waits?: Partial<Waits>;
  readonly now?: () => Date;
  readonly sleep?: Sleep;
  readonly asRoot?: boolean;
  /** Where plugins, and the town itself, find programs. */
  readonly path?: string;
}

export interface OpenedTown {
  readonly paths: TownPaths;
  readonly store: Store;
  readonly git: Git;
  readonly town: Town;
}

/** Opens the town in the folder (made where there is none), as `serveTown.ts` does, but for the sessions. */
export async function openTown(
  folder: string,
  host: FakeHost,
  options: TownOptions & { readonly log: (line: string) => void },
): Promise<OpenedTown> {
  if (!existsSync(folder)) await installTown(folder);
  const paths = townPaths(folder);
  const now = options.now ?? ((): Date => new Date());
  const opened = await openStore({ directory: paths.state, now, log: options.log });
  const store = options.store?.(opened) ?? opened;
  const real = createGit({ emptyHooksDirectory: paths.emptyHooks });
  const git = options.git?.(real) ?? real;
  const sessions = fakeSessions(host, paths.sessions);
  const programs = programsOf(paths, options);
  await programs.endLeft(options.log);
  const town = createTown({
    store,
    git,
    paths,
    townId: 'town',
    token: 'token',
    version: productVersion,
    protocol: protocolVersion,
    startedAt: now().toISOString() as Timestamp,
    launcher: { node: process.execPath, program: 'launcher' },
    sessions: options.sessions?.(sessions) ?? sessions,
    programs,
    offerToHost: () => undefined,
    rigFolders: rigFolders(folder),
    markStopped: (by) => writeStopped(paths, { at: now().toISOString(), by }),
    isStopped: () => readStopped(paths) !== undefined,
    plugins: createPluginFolders(join(paths.state, 'plugins')),
    now: () => now().toISOString() as Timestamp,
    randomText: (length) => randomBytes(length).toString('hex').slice(0, length),
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    sha256: (text) => createHash('sha256').update(text).digest(),
    sameSecret: (given, known) =>
      given.length === known.length && timingSafeEqual(Buffer.from(given), Buffer.from(known)),
    ...(options.sleep ? { sleep: options.sleep } : {}),
    log: options.log,
    waits: {
      startMs: 2000,
      returnMs: 200,
      reattachMs: 500,
      partMs: 20,
      stopMs: 200,
      endMs: 1000,
      ...options.waits,
    },
    checkpoint: options.checkpoint ?? (() => Promise.resolve()),
  });
  host.serve(town.handlers);
  await town.recover();
  return { paths, store, git, town };
}

const path = process.env['PATH'] ?? '';

function programsOf(
  { runs }: TownPaths,
  { asRoot = false, path: folders = path }: TownOptions,
): TownPrograms {
  const real = townPrograms(runs, [], () => Promise.resolve(folders));
  const find: TownPrograms['find'] = (command) => findProgram(command, path)?.path;
  return {
    ...real,
    path: () => Promise.resolve(path),
    find,
    asRoot,
    version: () => Promise.resolve('1.2.3'),
  };
}
