import { isSettled } from '../domain/landings.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import type { GitProof, MergeRequestDetail } from '../protocol/mergeQueue.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';
import { targetRef } from './targets.ts';

/**
 * Each with what git says of it now: what has landed is looked for on its target again, after a fetch where that is a remote's, and of
 * what waits, whether the submitted commit is there and its branch is as it was. Nothing is changed by it.
 */
export async function recheck(
  context: Context,
  details: readonly MergeRequestDetail[],
): Promise<readonly MergeRequestDetail[]> {
  const names = new Set(details.map(({ mergeRequest }) => mergeRequest.rig));
  const rigs = new Map<string, Rig>();
  const unreached = new Map<string, string>();
  for (const name of names) {
    const rig = findRig(context.store.view, name);
    rigs.set(name, rig);
    const problem = await fetchProblem(context, rig);
    if (problem !== undefined) unreached.set(name, problem);
  }
  const checked: MergeRequestDetail[] = [];
  for (const detail of details) {
    const { rig: name } = detail.mergeRequest;
    const rig = rigs.get(name);
    if (rig) checked.push({ ...detail, proof: await look(context, rig, detail, unreached.get(name)) });
  }
  return checked;
}

async function fetchProblem(context: Context, rig: Rig): Promise<string | undefined> {
  if (rig.repository.kind !== 'url') return undefined;
  return await orRefusal(async () => await context.git.fetch(rig).then(() => undefined));
}

async function orRefusal(work: () => Promise<undefined>): Promise<string | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

async function look(
  context: Context,
  rig: Rig,
  { mergeRequest }: MergeRequestDetail,
  problem: string | undefined,
): Promise<GitProof> {
  if (problem !== undefined) return { says: 'not looked at', why: problem };
  let proof: GitProof = { says: 'not looked at' };
  const refused = await orRefusal(async () => {
    proof = await (isOnTarget(mergeRequest) ? landedProof : waitingProof)(context, rig, mergeRequest);
    return undefined;
  });
  return refused === undefined ? proof : { says: 'not looked at', why: refused };
}

const isOnTarget = ({ state }: MergeRequest): boolean => isSettled(state) || state === 'merged';

async function landedProof(context: Context, rig: Rig, request: MergeRequest): Promise<GitProof> {
  const { target, landed = request.tip, pullRequest } = request;
  // Of a pull request the proof is about its remote, also where the rig is the user's own repository.
  const at =
    pullRequest && rig.repository.kind === 'path'
      ? await context.git.fetchBranch(rig, target, `refs/gastown/targets/${target}`)
      : await context.git.resolve(rig, targetRef(context, rig, target));
  if (at === undefined) return { holds: false, says: `${target} is gone` };
  const isThere = (await context.git.resolve(rig, landed)) !== undefined;
  const holds = isThere && (await context.git.isAncestor(rig, landed, at));
  return holds ? { holds, says: `on ${target}` } : { holds, says: `not on ${target}` };
}

async function waitingProof(
  context: Context,
  rig: Rig,
  { id, branch, tip }: MergeRequest,
): Promise<GitProof> {
  const kept = await context.git.resolve(rig, `refs/gastown/tips/${id}`);
  if (kept !== tip) return { holds: false, says: `${tip.slice(0, 7)} is gone` };
  const at = await context.git.resolve(rig, `refs/heads/${branch}`);
  if (at === tip) return { holds: true, says: 'as submitted' };
  if (at === undefined) return { holds: true, says: 'branch gone' };
  const newer = await context.git.isAncestor(rig, tip, at);
  return newer ? { holds: true, says: 'has newer commits' } : { holds: true, says: 'branch rewritten' };
}
