import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isSettled } from './domain/landings.ts';
import { Refusal } from './domain/refusal.ts';
import type { Rig } from './domain/rig.ts';
import type { RemovedRig } from './domain/town.ts';
import { shellWord } from './domain/text.ts';
import type { View } from './domain/view.ts';
import { createGit, type Git } from './git/git.ts';
import { rigParts } from './git/rigFolder.ts';
import { townPaths, type TownPaths } from './protocol/address.ts';
import { isThere, type Outside, outsideOf } from './rpc/outside.ts';
import type { KnownTowns } from './store/knownTowns.ts';
import { acquireLock } from './store/lock.ts';
import { openStore } from './store/store.ts';

export interface UninstallWish {
  readonly town: string;
  /** Also the refs in the user's own repositories, and clones with work that no remote has. */
  readonly all: boolean;
  /** The clones stay where they are. */
  readonly keepClones: boolean;
}

export interface Uninstalled {
  readonly removed: readonly string[];
  /** On purpose: what a person asked to keep, what is theirs, and refs in their repositories. */
  readonly kept: readonly string[];
  /** What is still there though it was to go. */
  readonly left: readonly string[];
}

/**
 * Removes a town that is stopped and has no agents any more, then looks what is still there. Refused, with nothing removed, while its
 * server runs, while agents have working folders, and where a clone of ours holds work that its remote does not have.
 */
export async function uninstall(
  { town, all, keepClones }: UninstallWish,
  known: KnownTowns,
): Promise<Uninstalled> {
  const paths = townPaths(resolve(town));
  const lock = existsSync(paths.lock) ? acquireLock(paths.lock) : undefined;
  if (!lock) throw inUse(paths);
  try {
    const store = await openStore({ directory: paths.state, now: () => new Date() });
    const rigs = [...store.view.all('rigs')];
    const { townId, removedRigs = [] } = store.view.get('town', 'town') ?? {};
    const git = createGit({ emptyHooksDirectory: paths.emptyHooks });
    try {
      refuseAgents(store.view);
      if (!all && !keepClones) await refuseUnlanded(git, store.view, rigs);
    } finally {
      await store.close();
    }
    const outside = outsideOf(paths.town, townId === undefined ? undefined : known.fileOf(townId));
    const refs = await lookAfterRefs(git, repositoriesOf([...rigs, ...removedRigs]), all);
    const gone = removeFolders(paths, rigs, keepClones);
    if (townId !== undefined) known.remove(townId);
    for (const path of outside.goes) rmSync(path, { recursive: true, force: true });
    for (const folder of outside.folders) removeIfEmpty(folder);
    const wanted = [...gone.wanted, ...outside.goes];
    return {
      removed: [...wanted.filter((path) => !isThere(path)), ...refs.removed],
      kept: [...gone.kept, ...refs.kept, ...outside.stays],
      left: [...wanted.filter(isThere), ...refs.left],
    };
  } finally {
    lock.release();
  }
}

function inUse(paths: TownPaths): Refusal {
  if (!existsSync(paths.state)) return new Refusal('not-found', `There is no town in ${paths.town}.`);
  return new Refusal('in-use', `The town server of ${paths.town} runs.`, { next: 'gt stop' });
}

function refuseAgents(view: View): void {
  const crew = [...view.all('workplaces')].filter(({ role }) => role === 'crew');
  const agents = [...view.all('agents'), ...crew].map(({ id }) => id);
  if (agents.length === 0) return;
  throw new Refusal('in-use', `There is a working folder of ${agents.slice(0, 5).join(', ')}.`, {
    next: 'gt up, then gt uninstall --yes, which archives them first.',
    facts: { agents },
  });
}

async function refuseUnlanded(git: Git, view: View, rigs: readonly Rig[]): Promise<void> {
  for (const rig of rigs) {
    if (rig.repository.kind !== 'url' || !existsSync(rig.gitDirectory)) continue;
    const settled = [...view.find('mergeRequestsByRig', rig.id)].filter(({ state }) => isSettled(state));
    const landed = new Set(settled.flatMap(({ tip, landed: as }) => (as ? [tip, as] : [tip])));
    const refs = await git.unlandedRefs(rig, landed);
    if (refs.length === 0) continue;
    const shown = refs.slice(0, 5).join(', ') + (refs.length > 5 ? ` and ${refs.length - 5} more` : '');
    throw new Refusal(
      'in-use',
      `The clone of ${rig.id} holds work that its remote does not have: ${shown}.`,
      {
        next: `Push it from ${rig.gitDirectory}, or add --keep-clones, or --all to delete it.`,
        facts: { rig: rig.id, refs },
      },
    );
  }
}

interface Refs {
  readonly removed: readonly string[];
  readonly kept: readonly string[];
  readonly left: readonly string[];
}

/** Each once, also those of rigs that were removed before: what was archived there is there still. */
function repositoriesOf(rigs: readonly RemovedRig[]): readonly RemovedRig[] {
  return [...new Map(rigs.toReversed().map((rig) => [rig.gitDirectory, rig])).values()].toReversed();
}

/** In repositories that are the user's: what was archived there stays, unless all is to go, and so do branches that are somebody's result. */
async function lookAfterRefs(git: Git, rigs: readonly RemovedRig[], all: boolean): Promise<Refs> {
  const told = { removed: [] as string[], kept: [] as string[], left: [] as string[] };
  for (const rig of rigs) {
    if (rig.repository.kind !== 'path' || !existsSync(rig.gitDirectory)) continue;
    const { path } = rig.repository;
    for (const prefix of ['polecat/', 'crew/'])
      told.kept.push(...branchWords(path, prefix, (await git.localBranches(rig, prefix)).length));
    const before = await git.ownTownRefs(rig);
    if (before.length === 0) continue;
    if (all) await git.deleteTownRefs(rig);
    const after = all ? await git.ownTownRefs(rig) : before;
    if (!all) told.kept.push(`${refWords(path, after.length)}; ${deletion(path, 'refs/gastown/')}`);
    else if (after.length > 0) told.left.push(refWords(path, after.length));
    else told.removed.push(refWords(path, before.length));
  }
  return told;
}

const refWords = (path: string, count: number): string =>
  `${count} ${count === 1 ? 'ref' : 'refs'} under refs/gastown/ in ${path}`;

function branchWords(path: string, prefix: string, count: number): readonly string[] {
  if (count === 0) return [];
  return [
    `${count} ${count === 1 ? 'branch' : 'branches'} ${prefix}* in ${path}; ${deletion(path, `refs/heads/${prefix}`)}`,
  ];
}

/** For a person to run, once they are sure: nothing keeps the commits then. */
function deletion(path: string, refs: string): string {
  const at = `git -C ${shellWord(path)}`;
  return `for good: ${at} for-each-ref --format='delete %(refname)' ${refs} | ${at} update-ref --stdin`;
}

/** What lies outside of the town and goes with it, or stays. Nothing is removed. */
export function uninstallPlan(town: string, known: KnownTowns): Pick<Outside, 'goes' | 'stays'> {
  const townId = known.idOf(town);
  const { goes, stays } = outsideOf(town, townId === undefined ? undefined : known.fileOf(townId));
  return { goes, stays };
}

/** Only what the town made: whatever else lies in its folder stays, and so does the folder then. */
function removeFolders(
  paths: TownPaths,
  rigs: readonly Rig[],
  keepClones: boolean,
): { readonly wanted: readonly string[]; readonly kept: readonly string[] } {
  const clones = rigs.filter(({ repository }) => keepClones && repository.kind === 'url');
  const folders = rigs.filter((rig) => !clones.includes(rig)).map(({ id }) => join(paths.town, id));
  const parts = folders.flatMap(ownParts);
  for (const path of [...parts, paths.state]) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  for (const folder of folders) for (const path of [join(folder, 'plugins'), folder]) removeIfEmpty(path);
  removeIfEmpty(paths.town);
  const staying = folders.filter((folder) => existsSync(folder));
  const others = entriesOf(paths.town).filter((path) => !staying.includes(path));
  const gone = folders.filter((folder) => !staying.includes(folder));
  const ofStaying = parts.filter((path) => staying.includes(dirname(path)));
  return {
    wanted: [paths.state, ...gone, ...ofStaying, ...(existsSync(paths.town) ? [] : [paths.town])],
    kept: [...others, ...staying.flatMap(entriesOf).filter((path) => !ofStaying.includes(path))],
  };
}

/** Plugins are written by people, as whatever else lies there. */
function ownParts(folder: string): readonly string[] {
  return entriesOf(folder).filter((path) => rigParts.has(basename(path)) && basename(path) !== 'plugins');
}

function entriesOf(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // There is something in it, or it is gone already.
  }
}
