import { type Gate, type GateOutcome, gateWords, rejects } from '../domain/gate.ts';
import type { MergeRequestId, Sha } from '../domain/ids.ts';
import { identityOf } from '../domain/polecatNames.ts';
import { runGates } from './gates.ts';
import type { Landing, Layer, Place } from './landing.ts';
import { giveUp } from './repairs.ts';

/** Where a batch is put together and judged. */
export interface Bench extends Place {
  /** Of the first of the batch. */
  readonly landing: Landing;
  readonly gates: readonly Gate[];
  /** The commit that the scratch worktree has, with nothing else in it; undefined: gates have run there. */
  clean: Sha | undefined;
  /** What the gates said of each commit. */
  readonly judged: Map<Sha, readonly GateOutcome[]>;
  /** Requests that did not go together with others: each has its own turn. */
  readonly alone: Set<MergeRequestId>;
}

/**
 * Stacks the work on the target, each on top of the one before, and runs the gates once on the whole. Where they reject it, the first
 * request is looked for with which they do, by halves; it is given back, and what is left is stacked and judged again. So what comes
 * back has passed as it is. Work that conflicts with the target is given back; with the stack alone, it has its own turn.
 */
export async function goodStack(bench: Bench, landings: readonly Landing[]): Promise<readonly Layer[]> {
  let good: readonly Layer[] = [];
  let rest = landings;
  for (;;) {
    const layers = [...good, ...(await stackOn(bench, good.at(-1)?.sha ?? bench.target, rest))];
    const top = layers.at(-1);
    if (!top) return [];
    const outcomes = await judge(bench, top.sha);
    if (!outcomes.some(rejects)) return layers.map((layer) => ({ ...layer, gates: outcomes }));
    const culprit = await firstRejected(bench, layers, good.length);
    // All below has passed since: before the last is blamed, the whole is judged once more.
    if (culprit === layers.length - 1 && culprit > good.length && bench.judged.delete(top.sha)) {
      const again = await judge(bench, top.sha);
      if (!again.some(rejects)) return layers.map((layer) => ({ ...layer, gates: again }));
    }
    const at = layers[culprit];
    if (!at) return [];
    await rejectLayer(at, await judge(bench, at.sha));
    good = layers.slice(0, culprit);
    rest = layers.slice(culprit + 1).map(({ landing }) => landing);
  }
}

/** The first layer with which the gates reject the stack. All of it is known to be rejected, and what is below `good` to pass. */
export async function firstRejected(bench: Bench, layers: readonly Layer[], good: number): Promise<number> {
  let passes = good;
  let fails = layers.length;
  while (fails - passes > 1) {
    const middle = Math.floor((passes + fails) / 2);
    const outcomes = await judge(bench, layers[middle - 1]?.sha ?? bench.target);
    if (outcomes.some(rejects)) fails = middle;
    else passes = middle;
  }
  return fails - 1;
}

async function stackOn(bench: Bench, onto: Sha, landings: readonly Landing[]): Promise<readonly Layer[]> {
  const layers: Layer[] = [];
  for (const landing of landings) {
    const below = layers.at(-1)?.sha ?? onto;
    const layer = await putOn(bench, below, landing);
    if (layer) layers.push(layer);
  }
  return layers;
}

async function putOn(bench: Bench, below: Sha, landing: Landing): Promise<Layer | undefined> {
  const { context, rig, request } = landing;
  await freshen(bench, below);
  const rebased = await context.git.rebaseOnto(rig, bench.scratch, {
    base: request.base,
    tip: request.tip,
    target: below,
    committer: identityOf(request.agent),
  });
  if (rebased.kind === 'done') {
    bench.clean = rebased.sha;
    return {
      landing,
      sha: rebased.sha,
      gates: [],
      // Nothing of it was left to put there.
      ...(rebased.sha === below ? { landedBy: 'patch-id' as const } : {}),
    };
  }
  bench.clean = undefined;
  if (below !== bench.target) {
    bench.alone.add(request.id);
    return undefined;
  }
  const { files } = rebased;
  const reason = `It conflicts with ${request.target} in ${files.join(', ')}.`;
  await giveUp(landing, 'conflict', { reason, files, target: bench.target });
  return undefined;
}

/** What the gates say of a commit; they are run on it once. */
export async function judge(bench: Bench, sha: Sha): Promise<readonly GateOutcome[]> {
  if (bench.gates.length === 0) return [];
  const known = bench.judged.get(sha);
  if (known) return known;
  await freshen(bench, sha);
  bench.clean = undefined;
  const { context, rig, request } = bench.landing;
  const outcomes = await runGates(context, bench.gates, { rig, request, folder: bench.scratch, on: sha });
  bench.judged.set(sha, outcomes);
  return outcomes;
}

/** The scratch worktree with this commit and nothing else: what gates left in it must not be judged, nor be in the way. */
async function freshen(bench: Bench, sha: Sha): Promise<void> {
  if (bench.clean !== undefined) {
    if (bench.clean === sha) return;
  }
  const { context, rig } = bench.landing;
  await context.git.removeScratch(rig, bench.scratch);
  await context.git.addScratch(rig, bench.scratch, sha);
  bench.clean = sha;
}

async function rejectLayer({ landing }: Layer, gates: readonly GateOutcome[]): Promise<void> {
  await giveUp(landing, 'rejected', { ...rejection(gates), gates });
}

/** What is said of a request that a gate rejected. */
export function rejection(gates: readonly GateOutcome[]): {
  readonly reason: string;
  readonly checkOutput: readonly string[];
} {
  const failed = gates.find(rejects);
  if (!failed) return { reason: 'A gate rejected it.', checkOutput: [] };
  if (failed.reason !== undefined) return { reason: failed.reason, checkOutput: failed.output };
  return { reason: `The gate ${failed.name} ${gateWords(failed)}`, checkOutput: failed.output };
}
