import type { Bead } from './bead.ts';
import type { LikelyCollision } from './collision.ts';
import type { Dispatch } from './dispatch.ts';
import { placeInQueue } from './dispatching.ts';
import { checkLimits, clockTime } from './dispatchLimits.ts';
import { explainBroken, explainUnstarted } from './explainBroken.ts';
import { type Answer, type Evidence, type ExplainReason, said } from './explaining.ts';
import type { RigName, Timestamp } from './ids.ts';
import { childrenOf } from './readiness.ts';
import { Refusal } from './refusal.ts';
import type { Rig } from './rig.ts';
import { rigWithPrefixOf } from './rigs.ts';
import { checkRoom, checkTownPolecats, isContainer } from './slinging.ts';
import { describeState } from './stateWords.ts';
import { authorOfRepair, authorToBegin } from './takeUp.ts';
import { displayText } from './text.ts';
import { brokenOf } from './trying.ts';
import type { View } from './view.ts';

interface Facts {
  readonly now: Timestamp;
  /** What it is held back for, where its rig wants that. */
  readonly collision: LikelyCollision | undefined;
}

/** Why a bead that nobody holds, and nothing blocks, is not running. */
export function explainFree(view: View, bead: Bead, facts: Facts): Answer {
  const { now } = facts;
  if (isContainer(bead)) return container(view, bead);
  const dispatch = view.get('dispatches', bead.id);
  const rig = rigFor(view, bead, dispatch?.rig);
  if (!rig) {
    return said(
      'no-rig',
      `${bead.id} is of no rig, so that nobody can be started for it.`,
      `gt sling ${bead.id} RIG`,
    );
  }
  const authors = dispatch ? undefined : forItsAuthor(view, bead);
  if (authors) return authors;
  if (dispatch?.state === 'broken') {
    const tries = brokenOf(view, bead.id, rig);
    return tries ? explainBroken(tries) : explainUnstarted(dispatch);
  }
  const room = roomProblem(view, rig, dispatch, now);
  return dispatch ? queued(view, dispatch, room, facts) : notSlung(view, bead, rig, room);
}

function rigFor(view: View, bead: Bead, named: RigName | undefined): Rig | undefined {
  const known = named ?? bead.rig;
  return (known === undefined ? undefined : view.get('rigs', known)) ?? rigWithPrefixOf(view, bead.id);
}

/** What kept work from landing is put right by whoever made it, while they are there. */
function forItsAuthor(view: View, bead: Bead): Answer | undefined {
  const found = authorOfRepair(view, bead);
  if (!found) return undefined;
  const { author, request } = found;
  const evidence = [{ what: `it keeps ${request.bead} from landing` }];
  const whom = `${bead.id} is for ${author.id}`;
  const show = `gt polecat show ${author.id}`;
  if (author.state !== 'done')
    return said(
      'running',
      `${whom}, which goes on with ${request.bead} (${describeState(author.state)}).`,
      show,
      evidence,
    );
  if (authorToBegin(view, request) && request.takenUp?.refused === undefined)
    return said('next', `${whom}, which the town begins again for it.`, show, evidence);
  const next = `gt session run ${author.id}`;
  return said('needs-person', `${whom}, which is done: only you can begin it again.`, next, evidence);
}

function container(view: View, bead: Bead): Answer {
  const children = [...childrenOf(view, bead.id)];
  const open = children.filter(({ status }) => status !== 'closed');
  const what = `${bead.id} is of the type ${displayText(bead.type, 40)}: the beads in it are worked on, not it itself`;
  const evidence = open.slice(0, 10).map(({ id, title }) => ({ what: `${id}: ${displayText(title, 80)}` }));
  if (children.length === 0)
    return said('container', `${what}, and there is none.`, `bd create TITLE --parent ${bead.id}`);
  return open.length === 0
    ? said('container', `${what}; all ${children.length} are closed.`, `bd close ${bead.id}`)
    : said(
        'container',
        `${what}; ${open.length} of ${children.length} are open.`,
        `gt convoy stage ${bead.id}`,
        evidence,
      );
}

interface Problem {
  readonly reason: ExplainReason;
  readonly sentence: string;
  readonly next?: string;
}

/** The first thing that keeps a session from being started for it, as the start itself would find it. */
function roomProblem(
  view: View,
  rig: Rig,
  dispatch: Dispatch | undefined,
  now: Timestamp,
): Problem | undefined {
  try {
    checkRoom(view, rig);
    if (dispatch) checkTownPolecats(view);
    checkLimits(view, { rig, runtime: dispatch?.runtime ?? rig.runtime, now });
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { next, facts } = error.details;
    const limit = facts?.['limit'];
    const reason =
      error.code === 'parked' ? 'parked' : limit === 'quota' || limit === 'budget' ? limit : 'capacity';
    return { reason, sentence: error.message, ...(next === undefined ? {} : { next }) };
  }
}

function queued(
  view: View,
  dispatch: Dispatch,
  room: Problem | undefined,
  { now, collision }: Facts,
): Answer {
  const { id, notBefore, lastFailure } = dispatch;
  const { before, of } = placeInQueue(view, dispatch);
  const evidence: readonly Evidence[] = [
    { what: `queued by ${displayText(dispatch.queuedBy, 60)}`, at: dispatch.queuedAt },
    { what: `${before} of ${of} in the queue are before it` },
    ...(lastFailure
      ? [{ what: `not started: ${displayText(lastFailure.sentence, 200)}`, at: lastFailure.at }]
      : []),
  ];
  const paused = view.get('town', 'town')?.scheduler?.paused;
  if (paused) {
    const why = paused.reason === undefined ? '' : `: ${displayText(paused.reason, 200)}`;
    return said(
      'paused',
      `${id} is queued, and the scheduler was paused by ${displayText(paused.by, 60)}${why}.`,
      'gt scheduler resume',
      [{ what: 'paused', at: paused.at }, ...evidence],
    );
  }
  if (room)
    return said(room.reason, `${id} is queued, ${before} before it: ${room.sentence}`, room.next, evidence);
  if (notBefore !== undefined && notBefore > now) {
    const why = lastFailure
      ? ` after it could not be started: ${displayText(lastFailure.sentence, 300)}`
      : '.';
    return said(
      'pausing',
      `${id} is tried again at ${clockTime(notBefore)}${why}`,
      `gt scheduler retry ${id}`,
      evidence,
    );
  }
  if (collision) return heldForOther(id, collision, evidence);
  return said(
    'next',
    `${id} is queued and starts as soon as its turn comes, ${before} before it.`,
    'gt scheduler list',
    evidence,
  );
}

function heldForOther(id: string, collision: LikelyCollision, evidence: readonly Evidence[]): Answer {
  const { agent, bead, files } = collision;
  const whose = bead === undefined ? agent : `${agent} (${bead})`;
  const file = displayText(files[0] ?? '', 200);
  return said(
    'collision',
    `${id} is queued and held back: ${whose} has changed ${file}, and its work has not landed.`,
    `Wait for it to land, or gt sling ${id} starts it all the same.`,
    [...files.slice(0, 5).map((each) => ({ what: `both: ${displayText(each, 200)}` })), ...evidence],
  );
}

function notSlung(view: View, bead: Bead, rig: Rig, room: Problem | undefined): Answer {
  const evidence: readonly Evidence[] = [
    { what: `ready in ${rig.id}` },
    ...(room ? [{ what: `it would have to wait: ${room.sentence}` }] : []),
  ];
  if (room?.reason === 'parked')
    return said('parked', `${bead.id} is not slung: ${room.sentence}`, room.next, evidence);
  for (const convoy of view.find('convoysByBead', bead.id)) {
    if (convoy.state !== 'staged') continue;
    const title = displayText(convoy.title, 80);
    return said(
      'staged',
      `Nobody has slung ${bead.id}: its convoy ${convoy.id} "${title}" is staged and was not launched.`,
      `gt convoy launch ${convoy.id}`,
      evidence,
    );
  }
  const next = room ? `gt sling ${bead.id} --queue` : `gt sling ${bead.id}`;
  const why = hasBeenFed(view, bead)
    ? 'it is ready, and a convoy feeds each bead once'
    : 'it is ready, and no convoy that was launched feeds it';
  return said('not-slung', `Nobody has slung ${bead.id}: ${why}.`, next, evidence);
}

/** It was taken off its hook since, or out of the queue. */
function hasBeenFed(view: View, { id }: Bead): boolean {
  for (const { state, launchedAt, fed } of view.find('convoysByBead', id))
    if (state === 'open' && launchedAt !== undefined && fed?.includes(id) === true) return true;
  return false;
}
