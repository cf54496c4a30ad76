import { rejects, type GateOutcome } from '../domain/gate.ts';
import type { Sha } from '../domain/ids.ts';
import { verifyLanding } from '../domain/landings.ts';
import { gatesOf } from './gates.ts';
import { changeLanding, type Landing, type Layer } from './landing.ts';
import { afterMerge } from './lifePlugins.ts';
import { pushOn } from './moveTarget.ts';
import { removeWhenEnded } from './remove.ts';
import { giveUp } from './repairs.ts';
import { type Bench, firstRejected, judge, rejection } from './stack.ts';
import { targetRef } from './targets.ts';

/** The target has it: its remote gets it, where the rig says so, and then it is proven. */
export async function finish(bench: Bench, layers: readonly Layer[]): Promise<void> {
  const top = layers.at(-1);
  if (!top) return;
  const held = await pushOn(top.landing, top.sha);
  for (const { landing, sha, gates, landedBy } of layers) {
    if (held !== undefined) await changeLanding(landing, 'rejected', { reason: held, asIs: true });
    else {
      const reason = `On ${landing.request.target} as ${sha.slice(0, 7)}; to be proven.`;
      const how = landedBy === undefined ? {} : { landedBy };
      await changeLanding(landing, 'merged', { reason, landed: sha, gates, ...how });
      await landing.context.checkpoint('land:marked');
    }
  }
  if (held !== undefined) return;
  await top.landing.context.checkpoint('land:merged');
  await prove(bench, layers);
}

/**
 * Reachable on the target, as the remote (or the local branch) is now, with the gates that run there passed: only then is it landed.
 * What a gate rejects there stays on the target, says so, and is not verified.
 */
export async function prove(bench: Bench, layers: readonly Layer[]): Promise<void> {
  const reached: Layer[] = [];
  let target: Sha | undefined;
  const { context, rig } = bench.landing;
  if (rig.repository.kind === 'url') await context.git.fetch(rig);
  for (const layer of layers) {
    const { landing, sha } = layer;
    target = await context.git.resolve(rig, targetRef(context, rig, landing.request.target));
    if (target && (await context.git.isAncestor(rig, sha, target))) reached.push(layer);
    else {
      const reason = `${sha.slice(0, 7)} was put on ${landing.request.target} but is not reachable there.`;
      await changeLanding(landing, 'lost', { reason });
    }
  }
  if (target) await passOrReject(bench, reached, target);
}

async function passOrReject(bench: Bench, layers: readonly Layer[], target: Sha): Promise<void> {
  const { context, rig } = bench.landing;
  const after: Bench = { ...bench, gates: await gatesOf(context, rig, 'after'), judged: new Map() };
  const outcomes = await judge(after, target);
  bench.clean = after.clean;
  if (!outcomes.some(rejects)) return await verifyAll(layers, outcomes);
  const culprit = await firstRejected(after, layers, 0);
  const below = layers[culprit - 1];
  if (below) await verifyAll(layers.slice(0, culprit), await judge(after, below.sha));
  await rejectThere(layers.slice(culprit), outcomes);
}

async function rejectThere(layers: readonly Layer[], after: readonly GateOutcome[]): Promise<void> {
  const [first] = layers;
  for (const { landing, sha, gates } of layers) {
    const { reason, checkOutput } = rejection(after);
    const { target } = landing.request;
    await giveUp(landing, 'rejected', {
      reason: `It is on ${target} as ${sha.slice(0, 7)}, but not verified there. ${reason}`,
      checkOutput,
      gates: [...gates, ...after],
      ...(first && first.landing !== landing ? { with: first.landing.request.id } : {}),
    });
  }
}

async function verifyAll(layers: readonly Layer[], after: readonly GateOutcome[]): Promise<void> {
  for (const layer of layers) await verify(layer.landing, layer, after);
}

async function verify(
  landing: Landing,
  { sha, gates, landedBy }: Layer,
  after: readonly GateOutcome[],
): Promise<void> {
  const { context, request, by } = landing;
  await context.store.transact({ verb: 'land', by, subject: request.bead }, (draft) =>
    verifyLanding(draft, request.id, {
      landed: sha,
      at: context.now(),
      gates: [...gates, ...after],
      ...(landedBy === undefined ? {} : { landedBy }),
    }),
  );
  await context.checkpoint('land:verified');
  removeWhenEnded(context, request.agent);
  afterMerge(landing, sha);
}
