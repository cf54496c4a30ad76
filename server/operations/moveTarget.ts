import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Landing } from './landing.ts';
import { freshTarget, targetRef } from './targets.ts';

export type Move =
  | { readonly kind: 'moved' }
  /** Somebody else was there first: the landing begins again. */
  | { readonly kind: 'target-moved' }
  | { readonly kind: 'waiting'; readonly reason: string; readonly files: readonly string[] }
  | { readonly kind: 'rejected'; readonly reason: string };

interface Step {
  readonly landed: Sha;
  /** Where the target stood when the landing was prepared. */
  readonly expected: Sha;
}

/** Puts a prepared commit on the rig's target branch: by a push for a URL rig, else where the branch is. */
export async function moveTarget(landing: Landing, step: Step): Promise<Move> {
  return landing.rig.repository.kind === 'url'
    ? await pushTarget(landing, step)
    : await moveLocal(landing, step);
}

async function pushTarget(landing: Landing, step: Step): Promise<Move> {
  const { context, rig, request } = landing;
  const wanted = { sha: step.landed, branch: request.target, expectedOld: step.expected };
  const pushed = await context.git.push(rig, 'origin', wanted);
  if (pushed.kind === 'done') return { kind: 'moved' };
  if ((await freshTarget(context, rig, request.target)) !== step.expected) return { kind: 'target-moved' };
  return {
    kind: 'rejected',
    reason: `The remote did not take the push to ${request.target}: ${pushed.reason}`,
  };
}

/** A local rig with the setting `push`: the branch has moved here, and now its remote is to follow. Gives why it does not. */
export async function pushOn({ context, rig, request }: Landing, landed: Sha): Promise<string | undefined> {
  if (rig.repository.kind === 'url' || !rig.settings.push) return undefined;
  const wanted = { sha: landed, branch: request.target, expectedOld: undefined };
  const pushed = await context.git.push(rig, 'origin', wanted);
  if (pushed.kind === 'done') return undefined;
  return `It is on the local ${request.target}, but the remote did not take the push: ${pushed.reason}`;
}

/**
 * A branch that is checked out is moved by a fast-forward merge in that checkout, which keeps unrelated uncommitted work and refuses
 * overlaps untouched. Moving the ref under a checkout would make its owner's next commit revert the landed work.
 */
async function moveLocal(landing: Landing, step: Step): Promise<Move> {
  const { context, rig, request } = landing;
  const [checkout] = await context.git.checkoutsOf(rig, request.target);
  if (checkout === undefined) return await moveRef(landing, step);
  const merged = await context.git.mergeFastForwardInCheckout(rig, checkout, {
    branch: request.target,
    sha: step.landed,
  });
  if (merged.kind === 'done') return { kind: 'moved' };
  if ((await context.git.requireBranch(rig, request.target)) !== step.expected)
    return { kind: 'target-moved' };
  const names = merged.files.length > 0 ? `: ${merged.files.join(', ')}` : `. git said: ${merged.reason}`;
  const reason = `${request.target} is checked out in ${checkout}, with changes in the way${names}. Commit or stash them there, then merge again.`;
  return { kind: 'waiting', files: merged.files, reason };
}

async function moveRef({ context, rig, request }: Landing, step: Step): Promise<Move> {
  try {
    await context.git.updateRef(rig, targetRef(context, rig, request.target), {
      old: step.expected,
      new: step.landed,
    });
    return { kind: 'moved' };
  } catch (error) {
    // Moved, or checked out, between the look and the move: look again.
    if (error instanceof Refusal && (error.code === 'stale' || error.code === 'checkout'))
      return { kind: 'target-moved' };
    throw error;
  }
}
