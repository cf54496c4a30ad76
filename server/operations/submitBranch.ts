import { hookOf } from '../domain/hooks.ts';
import type { AgentId, BeadId, MergeRequestId, Sha } from '../domain/ids.ts';
import { openMergeRequest, submitAgain, type Author } from '../domain/landings.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import type { SlungPolecat } from '../domain/polecat.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { keepRef } from './keepRef.ts';
import { findBead, findRig } from './lookups.ts';
import { collectCommits, repositoryOf } from './workingFolder.ts';

/**
 * Hands a branch over by hand: of a polecat that did not come to it, or of a crew member. The branch must be the recorded one of an
 * agent, and its commits not on the target. Handed over already with this tip: the request that there is.
 */
export async function submitBranch(
  context: Context,
  params: Params<'mergeRequest/submit'>,
  caller: Caller,
): Promise<MergeRequest> {
  const { view } = context.store;
  const author = authorOf(view, params, caller);
  const rig = findRig(view, author.rig);
  const place = repositoryOf(context, rig, author);
  const { sha: tip } = await context.git.headOf(place, author.worktree);
  const branchTip = await context.git.resolve(place, `refs/heads/${author.branch}`);
  if (branchTip !== tip) {
    throw new Refusal(
      'wrong-place',
      `${author.worktree} does not have ${author.branch} checked out as it is recorded.`,
      {
        next: `Check out ${author.branch} there, and try again.`,
        facts: { branch: author.branch, tip, branchTip },
      },
    );
  }
  const files = await context.git.status(place, author.worktree);
  if (files.length > 0) {
    const shown = files.slice(0, 20).map((file) => file.path);
    throw new Refusal('uncommitted', `There is uncommitted work: ${shown.join(', ')}.`, {
      next: `Commit it in ${author.worktree}, and try again.`,
      facts: { files: files.map((file) => file.path) },
    });
  }
  await collectCommits(context, rig, author);
  const { priority } = params;
  const how = priority === undefined ? {} : { priority };
  return await submitTip(context, { author, rig, tip, ...how }, caller.by);
}

export type BranchAuthor = Author & Pick<SlungPolecat, 'worktree' | 'isolation'>;

function authorOf(view: View, params: Params<'mergeRequest/submit'>, caller: Caller): BranchAuthor {
  const own = caller.role === 'session' ? caller.agent : undefined;
  const found = [...candidates(view, params, own)];
  const [author] = found;
  if (author && found.length === 1) return author;
  const named = params.branch ?? params.agent ?? own ?? '';
  throw new Refusal(
    found.length > 1 ? 'invalid' : 'not-found',
    found.length > 1
      ? `"${displayText(named, 120)}" is of more than one agent.`
      : `"${displayText(named, 120)}" is no recorded branch of a polecat or of crew with a bead: only those are handed over.`,
    { field: 'branch', next: 'gt polecat list, gt crew list' },
  );
}

function* candidates(
  view: View,
  { branch, agent, bead }: Params<'mergeRequest/submit'>,
  own: AgentId | undefined,
): Iterable<BranchAuthor> {
  const fits = (each: { readonly id: AgentId; readonly branch: string; readonly name: string }): boolean =>
    (own === undefined || each.id === own) &&
    (branch === undefined || each.branch === branch) &&
    (agent === undefined || each.id === agent || each.name === agent) &&
    (branch !== undefined || agent !== undefined || own !== undefined);
  for (const polecat of view.all('agents'))
    if (polecat.bead !== undefined && fits(polecat)) yield { ...polecat, bead: polecat.bead };
  for (const crew of view.all('workplaces')) {
    if (crew.role !== 'crew' || !fits(crew)) continue;
    const work: BeadId | undefined = bead === undefined ? hookOf(view, crew.id)?.id : findBead(view, bead).id;
    if (work !== undefined) yield { ...crew, bead: work };
  }
}

interface Tip {
  readonly author: Author;
  readonly rig: Rig;
  readonly tip: Sha;
  /** Of the request itself; also of one that is there already. */
  readonly priority?: number;
}

async function submitTip(
  context: Context,
  { author, rig, tip, priority }: Tip,
  by: string,
): Promise<MergeRequest> {
  for (const earlier of context.store.view.find('mergeRequestsByBead', author.bead)) {
    if (earlier.branch !== author.branch || earlier.tip !== tip) continue;
    const { result } = await context.store.transact(
      { verb: 'land/submit', by, subject: author.bead },
      (draft) => withPriority(draft, submitAgain(draft, earlier.id, context.now()), priority),
    );
    return result;
  }
  const commits = await context.git.countCommits(rig, author.base, tip);
  if (commits === 0) {
    throw new Refusal(
      'no-commits',
      `There is no commit on ${author.branch} since ${author.base.slice(0, 7)}.`,
    );
  }
  const id = requestId(context, author.branch, tip);
  await keepRef(context, rig, `refs/gastown/tips/${id}`, tip);
  const { result } = await context.store.transact(
    { verb: 'land/submit', by, subject: author.bead },
    (draft) =>
      openMergeRequest(draft, {
        id,
        polecat: author,
        target: rig.branch,
        tip,
        commits,
        at: context.now(),
        ...(priority === undefined ? {} : { priority }),
      }),
  );
  return result;
}

function withPriority(draft: Draft, request: MergeRequest, priority: number | undefined): MergeRequest {
  if (priority === undefined || request.priority === priority) return request;
  const next = { ...request, priority };
  draft.put('mergeRequests', next);
  return next;
}

/** One request for a branch and tip. */
export function requestId(context: Pick<Context, 'hash'>, branch: string, tip: Sha): MergeRequestId {
  return `mr-${context.hash(`${branch} ${tip}`).slice(0, 8)}` as MergeRequestId;
}

/** A request that is free again: where its branch has got newer commits without `gt done`, they take its place. */
export async function submitNewTip(context: Context, request: MergeRequest): Promise<void> {
  const { view } = context.store;
  const polecat = view.get('agents', request.agent);
  const rig = view.get('rigs', request.rig);
  if (!rig || !polecat || polecat.bead !== request.bead || polecat.branch !== request.branch) return;
  const author = { ...polecat, bead: request.bead };
  const tip = await context.git.resolve(rig, `refs/heads/${request.branch}`);
  if (tip === undefined || tip === request.tip || polecat.state !== 'done') return;
  await submitTip(context, { author, rig, tip }, 'town');
}
