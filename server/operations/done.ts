import { dirname, join, resolve } from 'node:path';
import { closeDoneBead, isSettled, openMergeRequest, submitAgain } from '../domain/landings.ts';
import type { Sha } from '../domain/ids.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import type { PolecatState, SlungPolecat } from '../domain/polecat.ts';
import { identityOf } from '../domain/polecatNames.ts';
import { transitionPolecat } from '../domain/polecats.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { describeState } from '../domain/stateWords.ts';
import type { Caller } from '../protocol/caller.ts';
import type { DoneParams, DoneResult } from '../protocol/work.ts';
import type { Context } from './context.ts';
import { keepRef } from './keepRef.ts';
import { findPolecat, findRig } from './lookups.ts';
import { ownPolecat } from './ownPolecat.ts';
import { agentQueue } from './queue.ts';
import { removeWhenEnded } from './remove.ts';
import { requestId } from './submitBranch.ts';
import { countFailure } from './tries.ts';
import { targetRef } from './targets.ts';
import { collectCommits, repositoryOf } from './workingFolder.ts';

/** How many files a refusal names. */
const shownFiles = 20;

/**
 * A session says that its work is complete. Refused from another folder or branch than the recorded pair, with uncommitted work, and
 * without commits; refused calls change nothing. Calling it again for the same branch and commit gives the same merge request.
 */
export async function done(context: Context, params: DoneParams, caller: Caller): Promise<DoneResult> {
  const polecat = ownPolecat(context, caller);
  if (params.status === 'escalated') return await escalate(context, polecat, params);
  if (params.status === 'deferred') return await defer(context, polecat, params);
  return await context.queue.run(agentQueue(polecat.id), () =>
    complete(context, ownPolecat(context, caller), params),
  );
}

async function escalate(context: Context, polecat: SlungPolecat, params: DoneParams): Promise<DoneResult> {
  const reason = params.message ?? 'It asks for a person.';
  await setAside(context, polecat, { verb: 'done/escalated', to: 'needs-you', reason });
  return {
    agent: polecat.id,
    bead: polecat.bead,
    outcome: 'needs-you',
    commits: 0,
    next: 'A person is told. The bead stays on your hook; wait for the answer in this terminal.',
  };
}

async function defer(context: Context, polecat: SlungPolecat, params: DoneParams): Promise<DoneResult> {
  const reason = params.message ?? 'It put the work off.';
  await setAside(context, polecat, { verb: 'done/deferred', to: 'interrupted', reason });
  const session = context.store.view.get('sessions', polecat.session ?? '');
  if (session) await countFailure(context, polecat, session, { code: 'deferred', sentence: reason });
  stopAfterDone(context, polecat, 'gt done --status deferred');
  return {
    agent: polecat.id,
    bead: polecat.bead,
    outcome: 'deferred',
    commits: 0,
    next: `The work stays as it is. To go on with it: gt session run ${polecat.id}`,
  };
}

/** The work is not complete, and its bead stays on the hook. */
async function setAside(
  context: Context,
  { id, bead }: SlungPolecat,
  { verb, to, reason }: { readonly verb: string; readonly to: PolecatState; readonly reason: string },
): Promise<void> {
  await context.store.transact({ verb, by: id, subject: bead }, (draft) => {
    const at = context.now();
    draft.put('agents', { ...transitionPolecat(findPolecat(draft, id), to, { at, reason }), progressAt: at });
  });
}

async function complete(context: Context, polecat: SlungPolecat, params: DoneParams): Promise<DoneResult> {
  const rig = findRig(context.store.view, polecat.rig);
  await checkPlace(context, { polecat, rig }, params.directory);
  await takeUncommitted(context, { polecat, rig }, params);
  const { sha: tip } = await context.git.headOf(repositoryOf(context, rig, polecat), polecat.worktree);
  await collectCommits(context, rig, polecat);
  await context.checkpoint('done:collected');
  const earlier = submittedBefore(context, polecat, tip);
  if (earlier) return await submittedTwice(context, { polecat, rig }, earlier);
  const commits = await ownCommits(context, { polecat, rig }, tip);
  await context.checkpoint('done:checked');
  if (commits === 0) return await finishWithoutCode(context, polecat, params);
  if (rig.settings.merge === 'none') return await finishUnlanded(context, polecat, commits);
  return await submit(context, { polecat, rig, tip, commits });
}

interface Work {
  readonly polecat: SlungPolecat;
  readonly rig: Rig;
}

async function checkPlace(context: Context, { polecat, rig }: Work, directory: string): Promise<void> {
  const own = await context.git.headOf(repositoryOf(context, rig, polecat), polecat.worktree);
  const here = await headHere(context, { polecat, rig }, directory);
  if (here.top === own.top && here.branch === polecat.branch) return;
  throw new Refusal(
    'wrong-place',
    `gt done was called in ${here.top} on ${here.branch ?? 'no branch'}, but this work belongs in ${own.top} on ${polecat.branch}.`,
    {
      next: `Go to ${own.top}, check out ${polecat.branch}, and call gt done there.`,
      facts: { here, own, branch: polecat.branch },
    },
  );
}

/** Where `gt done` was called. A folder of another repository, or of none, has no head of ours: it is told by its path alone. */
async function headHere(
  context: Context,
  { rig, polecat }: Work,
  directory: string,
): Promise<{ readonly top: string; readonly branch: string | undefined }> {
  try {
    const repository = repositoryOf(context, rig, polecat);
    return await context.git.headOf(repository, repositoryAbove(context, resolve(directory)));
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'unapproved')
      return { top: resolve(directory), branch: undefined };
    throw error;
  }
}

/** The folder, or the one above it, that is a repository; itself where none is. */
function repositoryAbove(context: Context, directory: string): string {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (context.rigFolders.exists(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return directory;
  }
}

async function takeUncommitted(context: Context, { polecat, rig }: Work, params: DoneParams): Promise<void> {
  const repository = repositoryOf(context, rig, polecat);
  const files = await context.git.status(repository, polecat.worktree);
  if (files.length === 0) return;
  if (params.commit) {
    const message = `${polecat.bead}: take uncommitted work along`;
    await context.git.commitAll(repository, polecat.worktree, { message, identity: identityOf(polecat.id) });
    return;
  }
  const shown = files.slice(0, shownFiles).map((file) => file.path);
  const more = files.length > shown.length ? ` and ${files.length - shown.length} more` : '';
  throw new Refusal('uncommitted', `There is uncommitted work: ${shown.join(', ')}${more}.`, {
    next: 'Commit it, or call gt done --commit to take it along.',
    facts: { files: files.map((file) => file.path) },
  });
}

function submittedBefore(context: Context, polecat: SlungPolecat, tip: Sha): MergeRequest | undefined {
  for (const request of context.store.view.find('mergeRequestsByBead', polecat.bead)) {
    if (request.branch === polecat.branch && request.tip === tip) return request;
  }
  return undefined;
}

/** Once done, saying it again changes nothing. Resumed since then, the same commit is handed over once more. */
async function submittedTwice(context: Context, work: Work, earlier: MergeRequest): Promise<DoneResult> {
  const { polecat, rig } = work;
  if (polecat.state === 'done') return answer(polecat, earlier, 'already-submitted', rig);
  const { result: request } = await context.store.transact(
    { verb: 'done', by: polecat.id, subject: polecat.bead },
    (draft) => submitAgain(draft, earlier.id, context.now()),
  );
  return handOver(context, work, request);
}

/** How many commits of the polecat's are not on the target. What it only took over from there is no work of its own. */
async function ownCommits(context: Context, { polecat, rig }: Work, tip: Sha): Promise<number> {
  const commits = await context.git.countCommits(rig, polecat.base, tip);
  if (commits === 0) return 0;
  const target = await context.git.resolve(rig, targetRef(context, rig));
  if (!target || !(await context.git.isAncestor(rig, tip, target))) return commits;
  // Its agent may have pushed it there itself, against the contract: that is work, and it has landed.
  const { email } = identityOf(polecat.id);
  const made = await context.git.log(rig, { base: polecat.base, tip, limit: 1000 });
  return made.filter((commit) => commit.email === email).length;
}

async function finishWithoutCode(
  context: Context,
  polecat: SlungPolecat,
  params: DoneParams,
): Promise<DoneResult> {
  if (!params.noChanges) {
    throw new Refusal(
      'no-commits',
      `There is no commit on ${polecat.branch} since it began at ${polecat.base.slice(0, 7)}.`,
      {
        next: 'Commit the work, or call gt done --no-changes where there is nothing to change.',
      },
    );
  }
  await closeBead(context, polecat, { reason: 'no changes were needed' });
  stopAfterDone(context, polecat);
  removeWhenEnded(context, polecat.id);
  return {
    agent: polecat.id,
    bead: polecat.bead,
    outcome: 'closed',
    commits: 0,
    next: `${polecat.bead} is closed. You are finished.`,
  };
}

async function finishUnlanded(context: Context, polecat: SlungPolecat, commits: number): Promise<DoneResult> {
  const reason = `left on the branch ${polecat.branch}: the rig does not merge`;
  await closeBead(context, polecat, { reason, keepsBranch: true });
  stopAfterDone(context, polecat);
  removeWhenEnded(context, polecat.id);
  return {
    agent: polecat.id,
    bead: polecat.bead,
    outcome: 'closed',
    commits,
    next: `${polecat.bead} is closed; its commits stay on ${polecat.branch}, since the rig's merge setting is none.`,
  };
}

async function closeBead(
  context: Context,
  polecat: SlungPolecat,
  how: { readonly reason: string; readonly keepsBranch?: true },
): Promise<void> {
  await context.store.transact({ verb: 'done', by: polecat.id, subject: polecat.bead }, (draft) => {
    closeDoneBead(draft, polecat, { ...how, at: context.now() });
  });
}

interface Submission extends Work {
  readonly tip: Sha;
  readonly commits: number;
}

async function submit(context: Context, { polecat, rig, tip, commits }: Submission): Promise<DoneResult> {
  const id = requestId(context, polecat.branch, tip);
  // The tip is safe before anything is said about it: the polecat's branch may be moved or deleted by its agent.
  await keepRef(context, rig, `refs/gastown/tips/${id}`, tip);
  await context.checkpoint('done:archived');
  const { result: request } = await context.store.transact(
    { verb: 'done', by: polecat.id, subject: polecat.bead },
    (draft) => openMergeRequest(draft, { id, polecat, target: rig.branch, tip, commits, at: context.now() }),
  );
  await context.checkpoint('done:submitted');
  return handOver(context, { polecat, rig }, request);
}

function handOver(context: Context, { polecat, rig }: Work, request: MergeRequest): DoneResult {
  stopAfterDone(context, polecat);
  const lands = rig.settings.merge === 'auto' && !isSettled(request.state);
  return answer(polecat, request, lands ? 'landing' : 'submitted', rig);
}

/** Among what would be asked to stop is the very `gt done` that has not printed its answer yet, and the agent's last words. */
function stopAfterDone(context: Context, polecat: SlungPolecat, said = 'gt done'): void {
  const { session } = polecat;
  if (!session) return;
  context.background(`asking ${session} to stop`, async () => {
    if (await context.launchers.ended(session, context.waits.partMs)) return;
    context.launchers.askToStop(session, said, context.waits.stopMs);
  });
}

function answer(
  polecat: SlungPolecat,
  request: MergeRequest,
  outcome: DoneResult['outcome'],
  rig: Rig,
): DoneResult {
  return {
    agent: polecat.id,
    bead: polecat.bead,
    outcome,
    mergeRequest: request,
    commits: request.commits,
    next: `Submitted ${request.tip.slice(0, 7)} to land on ${request.target}. ${standing(request, rig)} You are finished.`,
  };
}

function standing(request: MergeRequest, rig: Rig): string {
  if (isSettled(request.state)) return 'It has landed.';
  if (request.state !== 'submitted') return `Its landing: ${describeState(request.state)}.`;
  return rig.settings.merge === 'auto'
    ? 'The town lands it now.'
    : 'It waits for a person to review and merge it.';
}
