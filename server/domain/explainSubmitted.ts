import type { Bead } from './bead.ts';
import { isLanding, requestOfHolder } from './beadPlace.ts';
import { clockTime } from './dispatchLimits.ts';
import { type Answer, type Evidence, said } from './explaining.ts';
import { isHeldUp } from './heldUp.ts';
import { isHeld } from './hooks.ts';
import type { Timestamp } from './ids.ts';
import { landingPauseWords } from './landingPause.ts';
import { pauseWords } from './mergeQueue.ts';
import type { MergeRequest } from './mergeRequest.ts';
import { isOutside, waitsForMerge } from './pullRequests.ts';
import { pullRequestTrouble } from './pullRequestTrouble.ts';
import { blockersOf } from './readiness.ts';
import { blockerOf } from './repairs.ts';
import { describeState } from './stateWords.ts';
import { isTakenUp } from './takeUp.ts';
import { displayText } from './text.ts';
import type { View } from './view.ts';

/** Why a bead whose work was submitted has not landed. */
export function explainSubmitted(view: View, bead: Bead, request: MergeRequest, now: Timestamp): Answer {
  const evidence = evidenceOf(request);
  const show = `gt mq show ${bead.id}`;
  if (isLanding(request, now))
    return said('merge', `${bead.id} was submitted and is being landed now.`, show, evidence);
  if (request.state === 'submitted' && request.paused)
    return said('paused', landingPauseWords(request), `gt refinery release ${bead.id}`, [
      { what: 'paused', at: request.paused.pausedAt },
      ...evidence,
    ]);
  if (request.state === 'merged') return unproven(bead, { request, now, evidence });
  if (request.state !== 'submitted') return notLanded(view, bead, request, evidence);
  const reason = reasonOf(request);
  if (waitsForMerge(view, request))
    return said(
      'review',
      `${bead.id} was submitted and waits for your review${reason}.`,
      `gt mq merge ${bead.id}`,
      evidence,
    );
  const trouble = pullRequestTrouble(request);
  if (trouble)
    return said('not-landed', `${bead.id} was submitted. ${trouble.reason}`, trouble.next ?? show, [
      ...evidence,
      { what: 'told of', at: trouble.since },
    ]);
  if (isOutside(request))
    return said(
      'merge',
      `${bead.id} was submitted and waits for its pull request to be merged${reason}.`,
      show,
      evidence,
    );
  return inQueue(view, bead, { request, now, evidence });
}

function evidenceOf({ agent, tip, target, submittedAt, files = [] }: MergeRequest): readonly Evidence[] {
  const what = `${agent} submitted ${tip.slice(0, 7)} for ${displayText(target, 60)}`;
  return [
    { what, at: submittedAt },
    ...files.slice(0, 5).map((file) => ({ what: `in the way: ${displayText(file, 200)}` })),
  ];
}

/** To stand behind what it is the reason of, which brings the full stop. */
function reasonOf({ reason }: MergeRequest): string {
  return reason === undefined ? '' : `: ${displayText(reason, 300).replace(/\.$/u, '')}`;
}

/** It was tried and did not come to the target. What it waits for then is a bead of its own. */
function notLanded(view: View, bead: Bead, request: MergeRequest, evidence: readonly Evidence[]): Answer {
  const { state, agent, asIs = state === 'waiting-for-checkout' } = request;
  const what = `${bead.id} was submitted and did not land, ${describeState(state)}${reasonOf(request)}`;
  const blocker = blockerOf(view, request);
  if (!blocker) {
    const next = asIs ? `gt mq merge ${bead.id}` : `gt mq show ${bead.id}`;
    return said('not-landed', `${what}.`, next, evidence);
  }
  const more = [...evidence, { what: `${blocker.id}: ${displayText(blocker.title, 80)}` }];
  const waits = `${what}; it waits for ${blocker.id}`;
  const isAuthors = !isHeld(blocker) && blocker.assignee === agent;
  if (isTakenUp(view, request)) {
    const how = isAuthors
      ? `which the town begins ${agent} again for`
      : `which is ${blockerState(view, blocker.id)}`;
    return said('blocked', `${waits}, ${how}.`, `gt explain ${blocker.id}`, more);
  }
  const next = isAuthors ? `gt session run ${agent}` : `gt sling ${blocker.id}`;
  const whose = isAuthors ? `which ${agent} is to put right` : `which is ${blockerState(view, blocker.id)}`;
  return said('not-landed', `${waits}, ${whose}.`, next, more);
}

interface Waiting {
  readonly request: MergeRequest;
  readonly now: Timestamp;
  readonly evidence: readonly Evidence[];
}

/** It is to land, and the town lands it by itself. */
function inQueue(view: View, bead: Bead, { request, now, evidence }: Waiting): Answer {
  const rig = view.get('rigs', request.rig);
  const what = `${bead.id} was submitted and`;
  if (rig?.refinery)
    return said('paused', `${what} does not land: ${pauseWords(rig)}`, `gt refinery resume ${rig.id}`, [
      { what: 'paused', at: rig.refinery.pausedAt },
      ...evidence,
    ]);
  const waits = triedAgain(bead, { request, now, evidence }, `${what} could not be landed`);
  if (waits) return waits;
  const queue = `${what} waits in the merge queue of ${request.rig}${reasonOf(request)}.`;
  return said('merge', queue, `gt mq show ${bead.id}`, evidence);
}

/** It is on the target, and what is missing is the proof. */
function unproven(bead: Bead, waiting: Waiting): Answer {
  const { request, evidence } = waiting;
  const what = `${bead.id} is on ${displayText(request.target, 60)}, and`;
  return (
    triedAgain(bead, waiting, `${what} could not be proven there`) ??
    said('merge', `${what} waits for its proof${reasonOf(request)}.`, `gt mq show ${bead.id}`, evidence)
  );
}

/** Something kept it from being tried: a person is told where that is so again and again. Undefined: its time has come. */
function triedAgain(bead: Bead, { request, now, evidence }: Waiting, what: string): Answer | undefined {
  const { retryAt, failures = 0 } = request;
  const merge = `gt mq merge ${bead.id}`;
  const more = [...evidence, ...(retryAt === undefined ? [] : [{ what: 'tried again', at: retryAt }])];
  if (isHeldUp(request))
    return said('not-landed', `${what} ${failures} times in a row${reasonOf(request)}.`, merge, more);
  if (retryAt === undefined || retryAt <= now) return undefined;
  return said(
    'pausing',
    `${what}; it is tried again at ${clockTime(retryAt)}${reasonOf(request)}.`,
    merge,
    more,
  );
}

/** What is said of a blocker: enough to know whether anything goes on. */
export function blockerState(view: View, id: Bead['id']): string {
  const bead = view.get('beads', id);
  if (!bead) return 'gone';
  const request = requestOfHolder(view, bead);
  if (request) return describeState(request.state);
  const polecat = bead.assignee === undefined ? undefined : view.get('agents', bead.assignee);
  if (isHeld(bead) && polecat) return `${describeState(polecat.state)} with ${polecat.id}`;
  if (isHeld(bead)) return `in progress by ${displayText(bead.assignee ?? 'somebody', 80)}`;
  if (blockersOf(view, bead).length > 0) return 'blocked itself';
  return bead.status === 'open' ? 'open and held by nobody' : describeState(bead.status);
}
