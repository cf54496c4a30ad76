import { messageOf } from '../domain/fault.ts';
import type { GateOutcome } from '../domain/gate.ts';
import type { Sha } from '../domain/ids.ts';
import { transitionLanding, verifyLanding } from '../domain/landings.ts';
import type { LandingState, MergeRequest, PullRequest } from '../domain/mergeRequest.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import {
  createPullRequest,
  lastWords,
  openPullRequestOf,
  type PullRequestPlace,
  type PullRequestSeen,
  requireGh,
  seePullRequest,
} from './gh.ts';
import type { Landing } from './landing.ts';
import { afterMerge } from './lifePlugins.ts';
import { noteOpen } from './pullRequestNotes.ts';
import { removeWhenEnded } from './remove.ts';
import { freshTarget } from './targets.ts';

/**
 * Refused before anything is done for it: with `git` where the rig has no remote or gh is not signed in, with `missing-program` where
 * there is no gh.
 */
export async function pullRequestPlace({ context, rig }: Landing): Promise<PullRequestPlace> {
  const repository = await context.git.remoteUrl(rig);
  if (repository === undefined) {
    throw new Refusal(
      'git',
      `${rig.id} lands through pull requests, and its repository has no remote called origin.`,
      {
        next: `git -C ${rig.gitDirectory} remote add origin URL, or gt rig config ${rig.id} merge review`,
      },
    );
  }
  const place = { context, rig: rig.id, repository };
  await requireGh(place);
  return place;
}

/**
 * Pushes what was submitted to a branch of its own and opens a pull request for it, or finds the one that is open. Cut off anywhere, the
 * next try finds what is there: nothing is opened twice.
 */
export async function openPullRequest(
  landing: Landing,
  place: PullRequestPlace,
  gates: readonly GateOutcome[],
): Promise<MergeRequest> {
  const { context, request } = landing;
  const branch = await pushBranch(landing);
  if (typeof branch !== 'string')
    return await change(landing, 'rejected', branch.reason, { gates, asIs: true });
  await context.checkpoint('pr:pushed');
  const seen = (await openPullRequestOf(place, branch)) ?? (await openNew(landing, place, branch));
  await context.checkpoint('pr:opened');
  const pullRequest = { ...kept(seen), branch, repository: place.repository };
  return await change(landing, 'submitted', openSentence(seen, request.target), {
    pullRequest,
    gates,
  });
}

/** Who rejected or replaced it while its pull request was opened meant it: it is noted that there is one, to be closed. */
const wasGivenUp = (now: MergeRequest, to: LandingState): boolean =>
  to === 'submitted' && now.state === 'rejected';

async function openNew(landing: Landing, place: PullRequestPlace, branch: string): Promise<PullRequestSeen> {
  const { target } = landing.request;
  await createPullRequest(place, { branch, target, ...textsOf(landing) });
  const seen = await openPullRequestOf(place, branch);
  if (seen) return seen;
  throw new Refusal('git', `gh opened a pull request of ${branch}, and does not find it.`, {
    next: `gt mq merge ${landing.request.bead}`,
  });
}

/** Looks at the pull request: what became of it there is what becomes of the landing, and only what is proven has landed. */
export async function followPullRequest(landing: Landing): Promise<MergeRequest> {
  const { context, rig, request } = landing;
  const { pullRequest } = request;
  if (!pullRequest) return request;
  const place = { context, rig: rig.id, repository: pullRequest.repository };
  await requireGh(place);
  const seen = await seePullRequest(place, pullRequest.number);
  if (seen.state === 'open') return await noteOpen(landing, place, seen);
  const { unseen: _unseen, obstacles: _obstacles, ...rest } = pullRequest;
  const next = { pullRequest: { ...rest, ...kept(seen) } };
  if (seen.state === 'closed') {
    const words = await lastWords(place, seen.number);
    const reason = `Pull request ${seen.number} was closed without being merged${words === undefined ? '.' : `: ${words}`}`;
    return await change(landing, 'rejected', reason, next);
  }
  return await prove(landing, next.pullRequest, seen.mergedAs);
}

/** Reachable on the remote's target, or there again by its patch. */
async function prove(
  landing: Landing,
  pullRequest: PullRequest,
  mergedAs: Sha | undefined,
): Promise<MergeRequest> {
  const { context, request } = landing;
  const target = await remoteTarget(landing);
  const landed = await landedAs(landing, target, mergedAs);
  if (landed === undefined) {
    const as = mergedAs === undefined ? '' : ` as ${mergedAs.slice(0, 7)}`;
    const reason = `Pull request ${pullRequest.number} was merged${as}, but what was submitted is not found on ${request.target}: neither ${request.tip.slice(0, 7)} nor its changes. Compare them there.`;
    return await change(landing, 'lost', reason, { pullRequest });
  }
  await change(landing, 'merged', `Pull request ${pullRequest.number} was merged; to be proven.`, {
    pullRequest,
    landed,
  });
  await context.checkpoint('land:merged');
  const { result } = await context.store.transact(
    { verb: 'land', by: landing.by, subject: request.bead },
    (draft) => verifyLanding(draft, request.id, { landed, at: context.now() }),
  );
  removeWhenEnded(context, request.agent);
  afterMerge(landing, landed);
  return result;
}

/** Where the target stands on the remote now; a branch of the user's own is neither asked nor moved. */
async function remoteTarget({ context, rig, request: { target } }: Landing): Promise<Sha> {
  if (rig.repository.kind === 'url') return await freshTarget(context, rig, target);
  return await context.git.fetchBranch(rig, target, `refs/gastown/targets/${target}`);
}

async function landedAs(landing: Landing, target: Sha, mergedAs: Sha | undefined): Promise<Sha | undefined> {
  const { context, rig, request } = landing;
  const { git } = context;
  if (await git.isAncestor(rig, request.tip, target)) return request.tip;
  const merged = mergedAs === undefined ? undefined : await git.resolve(rig, mergedAs);
  if (!merged || !(await git.isAncestor(rig, merged, target))) return undefined;
  if (await git.isTakenUp(rig, { tip: request.tip, landed: merged })) return merged;
  // A reviewer's own commits on its branch are squashed together with what was submitted, which then is nowhere as it was.
  const head = await headOf(landing);
  if (!head || !(await git.isAncestor(rig, request.tip, head))) return undefined;
  return (await git.isTakenUp(rig, { tip: head, landed: merged })) ? merged : undefined;
}

/** Where the branch of its pull request stands, or stood when it was merged; undefined where that cannot be had any more. */
async function headOf({ context, rig, request }: Landing): Promise<Sha | undefined> {
  const { pullRequest } = request;
  if (!pullRequest) return undefined;
  const { number, branch } = pullRequest;
  const ref = `refs/gastown/pulls/${request.id}`;
  try {
    return await context.git
      .fetchPullRequest(rig, number, ref)
      .catch(() => context.git.fetchBranch(rig, branch, ref));
  } catch (error) {
    context.log(`The branch of pull request ${number}: ${messageOf(error)}`);
    return undefined;
  }
}

/** The polecat's branch under a name of its own; another where somebody has that one, and what is on it. */
async function pushBranch({ context, rig, request }: Landing): Promise<string | { readonly reason: string }> {
  const branch = `gastown/${request.branch.split('/').at(-1) ?? request.bead}`;
  for (const name of [branch, `${branch}-${request.tip.slice(0, 7)}`]) {
    const pushed = await context.git.push(rig, 'origin', {
      sha: request.tip,
      branch: name,
      expectedOld: undefined,
    });
    if (pushed.kind === 'done') return name;
    if (name !== branch) return { reason: `The remote did not take the push to ${name}: ${pushed.reason}` };
  }
  return { reason: `The remote did not take the push to ${branch}.` };
}

const kept = ({ url, number, state }: PullRequestSeen): Pick<PullRequest, 'url' | 'number' | 'state'> => ({
  url,
  number,
  state,
});

const openSentence = ({ number, url }: PullRequestSeen, target: string): string =>
  `Pull request ${number} is open: ${url}. It lands when it is merged to ${target} there.`;

/** What beads say is data: the title on one line, the description as a block that no mention or keyword acts in. */
function textsOf({ context, request }: Landing): { readonly title: string; readonly body: string } {
  const { bead: id, agent, runtime, commits } = request;
  const bead = context.store.view.get('beads', id);
  const title = displayText(bead?.title ?? request.branch, 200);
  const description = (bead?.description ?? '')
    .split('\n')
    .map((line) => `    ${displayText(line, 500)}`.trimEnd());
  const quoted = bead?.description === undefined ? [] : ['', ...description];
  const body = [
    `Bead \`${id}\`: ${commits} commit${commits === 1 ? '' : 's'} of \`${agent}\` (${runtime}).`,
    ...quoted,
  ];
  return { title: `${title} (${id})`, body: `${body.join('\n')}\n` };
}

async function change(
  { context, request, by }: Landing,
  state: LandingState,
  reason: string,
  more: Pick<MergeRequest, 'landed' | 'pullRequest' | 'gates' | 'asIs'> = {},
): Promise<MergeRequest> {
  const verb = state === 'submitted' ? 'land/pull-request' : `land/${state}`;
  const { result } = await context.store.transact({ verb, by, subject: request.bead }, (draft) => {
    const now = draft.get('mergeRequests', request.id);
    if (!now) throw new Refusal('not-found', `The merge request ${request.id} is gone.`);
    const { pullRequest, ...said } = more;
    const next = wasGivenUp(now, state)
      ? now
      : transitionLanding(now, state, { at: context.now(), reason, ...said });
    const whole = pullRequest ? { ...next, pullRequest } : next;
    draft.put('mergeRequests', whole);
    return whole;
  });
  return result;
}
