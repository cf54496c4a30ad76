import { join } from 'node:path';
import { type Collision, shownFiles, type Touched } from '../domain/collision.ts';
import { messageOf } from '../domain/fault.ts';
import type { AgentId, BeadId, Sha, Timestamp } from '../domain/ids.ts';
import { crewOf } from '../domain/agents.ts';
import { hookOf } from '../domain/hooks.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { Rig } from '../domain/rig.ts';
import type { Crew } from '../domain/workplace.ts';
import { displayText } from '../domain/text.ts';
import type { ScratchObjects, Work } from '../git/mergeTree.ts';
import type { RadarAgent, UnknownPair } from '../protocol/radar.ts';
import type { Context } from './context.ts';
import { repositoryOf } from './workingFolder.ts';

/** How many merges one look tries; the rest is for the next, which follows at once. */
const pairsInALook = 60;

/** What was found of two sides, by their trees: none of them is merged twice. */
interface Found {
  readonly files?: readonly string[];
  /** Why they could not be merged: that is not known to be free of conflicts. */
  readonly problem?: string;
}

/** Whose working folder is looked at. */
export type Worker = Polecat | Crew;

interface Side {
  readonly worker: Worker;
  readonly work?: Work;
  readonly problem?: string;
  readonly touched: readonly string[];
}

/** What a rig's radar remembers from look to look. */
export interface RadarMemory {
  readonly sides: Map<AgentId, Side>;
  readonly found: Map<string, Found>;
  /** What collided at the last look, by its agents. */
  seen: ReadonlyMap<string, Collision>;
  scratchIsOpen: boolean;
}

export const newMemory = (): RadarMemory => ({
  sides: new Map(),
  found: new Map(),
  seen: new Map(),
  scratchIsOpen: false,
});

/** What one look saw. */
export interface Sight {
  readonly agents: readonly RadarAgent[];
  readonly collisions: readonly Collision[];
  readonly unknown: readonly UnknownPair[];
  readonly touched: readonly Touched[];
  readonly pending: number;
}

/** Where looks at a rig write what git wants to write. */
export const radarFolder = (context: Context, rig: string): string => join(context.paths.state, 'radar', rig);

/** Those whose work may meet that of others: with a folder, and not landed. */
export function lookedAt(context: Context, rig: Rig): readonly Worker[] {
  const { view } = context.store;
  const polecats = [...view.find('agentsByRig', rig.id)].filter(({ state }) => state !== 'spawning');
  return [...polecats, ...crewOf(view, rig.id)].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Looks at everybody who works in the rig (or only at `stale` ones again), and merges in scratch objects what it has not merged yet as it
 * stands: each two of them, and each with the target. Throws where git cannot be asked at all.
 */
export async function lookAtRig(
  context: Context,
  rig: Rig,
  memory: RadarMemory,
  stale: ReadonlySet<AgentId> | 'all',
): Promise<Sight> {
  const workers = lookedAt(context, rig);
  const clones = workers.filter(isClone).map(({ worktree }) => worktree);
  const scratch: ScratchObjects = { directory: radarFolder(context, rig.id), clones };
  const whole = stale === 'all' || !memory.scratchIsOpen;
  if (whole) {
    await context.git.openScratchObjects(scratch.directory);
    for (const [key, { problem }] of memory.found) if (problem !== undefined) memory.found.delete(key);
  }
  memory.scratchIsOpen = true;
  const target = await context.git.resolve(rig, context.git.targetRef(rig, rig.branch));
  for (const id of memory.sides.keys())
    if (!workers.some((worker) => worker.id === id)) memory.sides.delete(id);
  for (const worker of workers) {
    const known = memory.sides.get(worker.id);
    const mayStay = !whole && !stale.has(worker.id) && known && samePlace(known.worker, worker);
    const side = mayStay ? { ...known, worker } : await lookAt(context, rig, worker, { scratch, target });
    memory.sides.set(worker.id, side);
  }
  const sides = workers.flatMap(({ id }) => memory.sides.get(id) ?? []);
  return await mergeAll(context, rig, memory, { sides, target, scratch });
}

const isClone = (worker: Worker): boolean => worker.role === 'polecat' && worker.isolation === 'clone';

const samePlace = (a: Worker, b: Worker): boolean =>
  a.worktree === b.worktree && a.branch === b.branch && a.createdAt === b.createdAt;

interface Ground {
  readonly scratch: ScratchObjects;
  readonly target: Sha | undefined;
}

async function lookAt(
  context: Context,
  rig: Rig,
  worker: Worker,
  { scratch, target }: Ground,
): Promise<Side> {
  try {
    const work = await workOfWorker(context, rig, worker, scratch);
    if (!work) return { worker, problem: `There is no branch ${worker.branch}.`, touched: [] };
    const since = target && { target, commit: work.commit };
    const touched = since ? await context.git.filesSince(rig, since, scratch) : undefined;
    return { worker, work, touched: touched ?? [] };
  } catch (error) {
    return { worker, problem: displayText(messageOf(error), 300), touched: [] };
  }
}

/** In its folder; where that is gone, or stands on something else than its branch, what the branch has. */
async function workOfWorker(
  context: Context,
  rig: Rig,
  worker: Worker,
  scratch: ScratchObjects,
): Promise<Work | undefined> {
  const { git } = context;
  const found = await git.workOf(repositoryOf(context, rig, worker), worker.worktree, scratch).then(
    (work) => ({ work }),
    (error: unknown) => ({ error }),
  );
  // A rebase that is under way stands on no branch, and is the polecat's all the same; the user's checkout may be theirs again.
  const isOwn = (branch: string | undefined): boolean =>
    worker.role === 'crew' ||
    branch === worker.branch ||
    (branch === undefined && worker.isolation !== 'in-place');
  if ('work' in found && isOwn(found.work.branch)) return found.work;
  const tip = await git.resolve(rig, `refs/heads/${worker.branch}`);
  if (tip !== undefined && (isDone(worker) || 'work' in found)) return await git.workAt(rig, tip);
  if ('error' in found) throw found.error;
  return undefined;
}

const isDone = (worker: Worker): boolean => worker.role === 'polecat' && worker.state === 'done';

async function mergeAll(
  context: Context,
  rig: Rig,
  memory: RadarMemory,
  { sides, target, scratch }: Ground & { readonly sides: readonly Side[] },
): Promise<Sight> {
  const pairs = [...pairsOf(sides, target)];
  const missing = pairs.filter(({ key }) => !memory.found.has(key));
  for (const pair of missing.slice(0, pairsInALook))
    memory.found.set(pair.key, await merged(context, rig, pair, scratch));
  const wanted = new Set(pairs.map(({ key }) => key));
  for (const key of memory.found.keys()) if (!wanted.has(key)) memory.found.delete(key);
  const collisions = pairs.flatMap((pair) => collisionOf(pair, memory, context.now()) ?? []);
  memory.seen = new Map(collisions.map((each) => [each.agents.join(' '), each]));
  return {
    agents: sides.map((side) => agentOf(context, side)),
    collisions,
    unknown: pairs.flatMap(({ key, agents }) => {
      const problem = memory.found.get(key)?.problem;
      return problem === undefined ? [] : [{ agents, problem }];
    }),
    touched: sides.map((side) => touchedBy(context, side)),
    pending: Math.max(0, missing.length - pairsInALook),
  };
}

async function merged(context: Context, rig: Rig, pair: Pair, scratch: ScratchObjects): Promise<Found> {
  try {
    return { files: await context.git.mergeTree(rig, pair.commits, scratch) };
  } catch (error) {
    return { problem: displayText(messageOf(error), 300) };
  }
}

type Agents = Collision['agents'];

interface Pair {
  readonly key: string;
  readonly agents: Agents;
  readonly commits: readonly [Sha, Sha];
}

function* pairsOf(sides: readonly Side[], target: Sha | undefined): Generator<Pair> {
  for (const [at, { worker, work }] of sides.entries()) {
    if (!work) continue;
    const own = `${work.tip}:${work.tree}`;
    if (target !== undefined)
      yield { key: `${own} ${target}`, agents: [worker.id], commits: [work.commit, target] };
    for (const other of sides.slice(at + 1)) {
      if (!other.work) continue;
      const key = `${own} ${other.work.tip}:${other.work.tree}`;
      yield { key, agents: [worker.id, other.worker.id], commits: [work.commit, other.work.commit] };
    }
  }
}

/** Of a pair that nobody has looked at yet, what was seen before: nobody knows whether it is over. */
function collisionOf({ key, agents }: Pair, memory: RadarMemory, now: Timestamp): Collision | undefined {
  const before = memory.seen.get(agents.join(' '));
  const found = memory.found.get(key);
  if (!found) return before;
  const { files = [] } = found;
  if (files.length === 0) return undefined;
  const more = files.length - shownFiles;
  const since = before?.since ?? now;
  return { agents, files: files.slice(0, shownFiles), ...(more > 0 ? { moreFiles: more } : {}), since };
}

function agentOf(context: Context, { worker, work, problem, touched }: Side): RadarAgent {
  return {
    agent: worker.id,
    ...beadOf(context, worker),
    branch: worker.role === 'crew' ? (work?.branch ?? worker.branch) : worker.branch,
    worktree: worker.worktree,
    ...(work ? { tip: work.tip } : {}),
    uncommitted: work !== undefined && work.commit !== work.tip,
    changed: touched.length,
    ...(problem === undefined ? {} : { problem }),
  };
}

function touchedBy(context: Context, { worker, touched }: Side): Touched {
  return { agent: worker.id, files: touched, ...beadOf(context, worker) };
}

function beadOf({ store }: Context, worker: Worker): { readonly bead?: BeadId } {
  const bead = worker.role === 'crew' ? hookOf(store.view, worker.id)?.id : worker.bead;
  return bead === undefined ? {} : { bead };
}
