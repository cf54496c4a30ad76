import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Timestamp } from './domain/ids.ts';
import { Refusal } from './domain/refusal.ts';
import { townDefaults } from './domain/settings.ts';
import type { Town } from './domain/town.ts';
import { createGit } from './git/git.ts';
import { rigFolders } from './git/rigFolder.ts';
import type { Context } from './operations/context.ts';
import { createPluginFolders } from './plugins/pluginFolders.ts';
import { createPlaces } from './places.ts';
import { townPaths, type TownPaths } from './protocol/address.ts';
import { checkHello, checkParams } from './protocol/schema.ts';
import { productVersion, protocolVersion } from './protocol/version.ts';
import { sameSecret } from './rpc/guard.ts';
import { type LivingTown, runTown } from './rpc/runTown.ts';
import { readStopped, writeStopped } from './rpc/stopped.ts';
import { writeShims } from './sessions/shims.ts';
import { type KnownTowns, knownTowns } from './store/knownTowns.ts';
import { acquireLock } from './store/lock.ts';
import { readSecret, writeSecret } from './store/secretFile.ts';
import { openStore } from './store/store.ts';
import { createTown } from './town.ts';

/** Where this product's programs lie: bundles side by side, or the sources. */
export interface Programs {
  readonly server: string;
  readonly launcher: string;
  readonly gt: string;
  readonly bd: string;
}

export function programsIn(folder: string): Programs {
  if (existsSync(join(folder, 'launcher.cjs'))) {
    const bundle = (name: string): string => join(folder, `${name}.cjs`);
    return { server: bundle('server'), launcher: bundle('launcher'), gt: bundle('gt'), bd: bundle('bd') };
  }
  const source = (name: string): string => join(folder, `${name}.ts`);
  return {
    server: source('main'),
    launcher: source('launcher'),
    gt: source(join('cli', 'gt')),
    bd: source(join('cli', 'bd')),
  };
}

export interface ServeOptions {
  readonly town: string;
  readonly programs: Programs;
  readonly idleMs: number;
  readonly log: (line: string) => void;
  /** Called between the steps that reach outside. */
  readonly checkpoint?: (step: string) => Promise<void>;
}

/** How long a landing or removal that is under way may take to finish when the town server leaves. */
const restMs = 10_000;

/** The whole life of the town server of one town. Gives its exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const paths = townPaths(resolve(options.town));
  return await runTown({
    paths,
    version: productVersion,
    checks: { hello: checkHello, params: checkParams },
    lock: () => acquireLock(paths.lock),
    load: () => load(paths, options),
    log: options.log,
    idleMs: options.idleMs,
  });
}

async function load(paths: TownPaths, options: ServeOptions): Promise<LivingTown> {
  const { log, programs } = options;
  const launcher = { node: process.execPath, program: programs.launcher };
  const store = await openStore({ directory: paths.state, now: () => new Date(), log });
  const record = store.view.get('town', 'town');
  const token = await readSecret(paths.token);
  if (!record || token === undefined)
    throw new Error(`${paths.town} is no whole town: its record or its token is missing.`);
  refuseForeign(paths.town, record);
  refuseElsewhere(paths.town, record);
  writeShims({ folder: paths.bin, node: process.execPath, programs: { gt: programs.gt, bd: programs.bd } });
  mkdirSync(paths.scratch, { recursive: true, mode: 0o700 });
  const places = createPlaces({ paths, launcher, hash: sha256Hex, randomToken });
  // Nothing is brought in order under a program that still writes there.
  await places.programs.endLeft(log);
  const town = createTown({
    store,
    git: createGit({ emptyHooksDirectory: paths.emptyHooks, log }),
    paths,
    townId: record.townId,
    token,
    version: productVersion,
    protocol: protocolVersion,
    startedAt: now(),
    launcher,
    sessions: places.sessions,
    programs: places.programs,
    offerToHost: (caller, offer) => places.offerToHost(caller, offer),
    rigFolders: rigFolders(paths.town),
    markStopped: (by) => writeStopped(paths, { at: now(), by }),
    isStopped: () => readStopped(paths) !== undefined,
    plugins: createPluginFolders(join(paths.state, 'plugins')),
    ...chance,
    log,
    checkpoint: options.checkpoint ?? (() => Promise.resolve()),
  });
  await town.recover();
  return {
    townId: record.townId,
    handlers: town.handlers,
    authenticate: (hello) => town.authenticate(hello),
    status: () => ({ seq: store.seq, ...(store.readOnly === undefined ? {} : { readOnly: store.readOnly }) }),
    onChange: (listener) => void store.onCommitted(listener),
    isBusy: () => town.isBusy(),
    async close() {
      // From here on: a gate that is ended with the town must not look as if it had rejected anything.
      const resting = town.rest(restMs);
      await places.end();
      await resting;
      if (store.readOnly === undefined) await store.writeSnapshot();
      await store.close();
    },
  };
}

/** What is run for a town (check commands, runtimes) is what its records say, so they must be this user's. */
function refuseForeign(town: string, { townId }: Town): void {
  const known = townsOfUser();
  if (known.has(townId)) return;
  throw new Refusal(
    'forbidden',
    `The town in ${town} was not made by you on this machine, so nothing of it is run.`,
    {
      next: `Where you are sure that it is yours: mkdir -p ${dirname(known.fileOf(townId))} && touch ${known.fileOf(townId)}`,
    },
  );
}

/** https://specifications.freedesktop.org/basedir-spec: state that belongs to a user and a machine. */
export function townsOfUser(): KnownTowns {
  const state = process.env['XDG_STATE_HOME'];
  const base = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return knownTowns(join(base, 'gastown', 'towns'));
}

/**
 * Records name clones and worktrees by where they lie. A copy of a town would land, archive and remove what belongs to the original; one
 * that was moved would find nothing.
 */
function refuseElsewhere(town: string, { path }: Town): void {
  const here = realpathSync(town);
  if (path === undefined || path === here) return;
  const there = existsSync(path) ? realpathSync(path) : undefined;
  if (there === here) return;
  throw there === undefined
    ? new Refusal(
        'wrong-place',
        `This town was made in ${path}, and its clones and worktrees belong there.`,
        {
          next: `mv ${here} ${path}, or leave a link there: ln -s ${here} ${path}`,
        },
      )
    : new Refusal('wrong-place', `${here} is a copy of the town in ${path}, whose work it would change.`, {
        next: `cd ${path}; to go back to this copy, move that town away and this one there.`,
      });
}

/**
 * Makes a town in a folder that is not there yet, or is empty. Refused with `taken` where one is there, or something else. Whole or
 * not at all: `.gastown` appears with everything in it.
 */
export async function installTown(path: string): Promise<{ readonly town: string; readonly townId: string }> {
  const paths = townPaths(resolve(path));
  if (existsSync(paths.state)) {
    throw new Refusal('taken', `There is a town in ${paths.town} already.`, {
      field: 'path',
      next: `cd ${paths.town} && gt status`,
    });
  }
  const existed = existsSync(paths.town);
  if (existed && readdirSync(paths.town).length > 0) {
    throw new Refusal('taken', `The folder ${paths.town} is not empty.`, {
      field: 'path',
      next: 'Name a folder that is not there yet.',
    });
  }
  const made = mkdirSync(paths.town, { recursive: true });
  try {
    mkdirSync(paths.state, { mode: 0o700 });
    const townId = randomUUID();
    const store = await openStore({ directory: paths.state, now: () => new Date() });
    await store.transact({ verb: 'town/create', by: 'overseer', subject: basename(paths.town) }, (draft) => {
      draft.put('town', {
        id: 'town',
        townId,
        name: basename(paths.town),
        path: realpathSync(paths.town),
        ...townDefaults,
        createdAt: now(),
      });
    });
    await store.close();
    await writeSecret(paths.token, randomToken());
    townsOfUser().add(townId, realpathSync(paths.town));
    return { town: paths.town, townId };
  } catch (error) {
    rmSync(paths.state, { recursive: true, force: true });
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
    throw error;
  }
}

const now = (): Timestamp => new Date().toISOString() as Timestamp;

const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** 256 bits. */
const randomToken = (): string => randomBytes(32).toString('base64url');

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

const chance = {
  now,
  randomText: (length: number) =>
    Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join(''),
  hash: sha256Hex,
  sha256: (text: string): Uint8Array => createHash('sha256').update(text).digest(),
  sameSecret,
} satisfies Partial<Context> & { readonly sameSecret: (given: string, known: string) => boolean };
