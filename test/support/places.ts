import type { Bead } from '../../server/domain/bead.ts';
import { type BeadPlace, placeOf } from '../../server/domain/beadPlace.ts';
import type { Timestamp } from '../../server/domain/ids.ts';
import type { LandingState, MergeRequest } from '../../server/domain/mergeRequest.ts';
import { attentionOf } from '../../server/domain/attention.ts';
import { beadsAskedAbout, examinePlace } from '../../server/domain/placeCheck.ts';
import type { Polecat } from '../../server/domain/polecat.ts';
import type { View } from '../../server/domain/view.ts';

const work = (bead: Bead): boolean =>
  !['closed', 'pinned'].includes(bead.status) &&
  !['merge-request', 'gate', 'molecule', 'message', 'agent', 'role', 'rig'].includes(bead.type);

const held = ({ status }: Bead): boolean => status === 'hooked' || status === 'in_progress';

/** The landing that its holder waits for; undefined: it has submitted nothing, or works again. */
function landing(view: View, bead: Bead, now: Timestamp): LandingState | 'landing' | undefined {
  const newest = submitted(view, bead);
  if (!newest) return undefined;
  const { state, claim } = newest;
  const lands = ['submitted', 'merged'].includes(state) && claim !== undefined && claim.until > now;
  return lands ? 'landing' : state;
}

function submitted(view: View, bead: Bead): MergeRequest | undefined {
  const polecat = view.get('agents', bead.assignee ?? '');
  if (!held(bead) || polecat?.state !== 'done') return undefined;
  const all = [...view.all('mergeRequests')].filter(
    (request) => request.bead === bead.id && request.branch === polecat.branch,
  );
  const newest = all.toSorted((a, b) => a.submittedAt.localeCompare(b.submittedAt)).at(-1);
  return newest?.state === 'verified' ? undefined : newest;
}

/** It failed for something outside, three times in a row, or its pull request cannot be seen or merged. */
function heldUp(view: View, bead: Bead, now: Timestamp): boolean {
  const { failures = 0, pullRequest } = submitted(view, bead) ?? {};
  const state = landing(view, bead, now);
  if (state === 'merged' || failures >= 3)
    return failures >= 3 && (state === 'merged' || state === 'submitted');
  return state === 'submitted' && isStuckThere(pullRequest);
}

const isStuckThere = (pullRequest: MergeRequest['pullRequest']): boolean =>
  pullRequest?.state === 'open' &&
  ((pullRequest.unseen?.times ?? 0) >= 3 || pullRequest.obstacles !== undefined);

/** What it could not land with is a bead that somebody has, that is queued, or whose author the town begins again. */
function isRepaired(view: View, bead: Bead, now: Timestamp): boolean {
  const request = submitted(view, bead);
  const state = landing(view, bead, now);
  if (!request || (state !== 'conflict' && state !== 'rejected')) return false;
  const repair = view.get('beads', request.blockedBy ?? '');
  if (!repair || repair.status === 'closed') return false;
  return isInHand(view, repair) || isBegunAgain(view, request, repair);
}

function isInHand(view: View, repair: Bead): boolean {
  if (!held(repair)) return view.get('dispatches', repair.id) !== undefined;
  const place = view.get('workplaces', repair.assignee ?? '');
  return !place || ['starting', 'running'].includes(view.get('sessions', place.session ?? '')?.state ?? '');
}

function isBegunAgain(
  view: View,
  { rig: name, agent, runtime, takenUp: { times = 0, refused } = { times: 0 } }: MergeRequest,
  repair: Bead,
): boolean {
  if (times >= 2 || refused !== undefined || runtime === 'human') return false;
  const rig = view.get('rigs', name);
  const isAuthors = repair.assignee === agent && !held(repair);
  return isAuthors && rig?.settings.merge === 'auto' && rig.state === 'active';
}

function reviews(view: View, bead: Bead, now: Timestamp): boolean {
  const polecat = view.get('agents', bead.assignee ?? '');
  const merge = view.get('rigs', polecat?.rig ?? '')?.settings.merge;
  const requests = [...view.find('mergeRequestsByBead', bead.id)];
  const isOpen = requests.some(
    ({ state, pullRequest }) => state === 'submitted' && pullRequest?.state === 'open',
  );
  if (isOpen || submitted(view, bead)?.approved) return false;
  return merge !== undefined && merge !== 'auto' && !heldUp(view, bead, now);
}

/** Until its limit is over it needs nobody, and after that only where the witness left it to a person. */
function waitsForLimit(view: View, { id, session }: Polecat): boolean {
  const run = view.get('sessions', session ?? '');
  const episode = view.get('episodes', id);
  if (episode && episode.session === session) return episode.leftAt === undefined;
  return run?.state !== 'ended' || run.failure !== undefined;
}

function diedOn(view: View, { id, assignee = '' }: Bead): boolean {
  const place = view.get('workplaces', assignee);
  const run = view.get('sessions', place?.session ?? '');
  if (place?.successor?.refused !== undefined) return true;
  if (run?.bead !== id || run.state !== 'ended') return false;
  return !['stopped', 'done'].includes(run.exit?.end ?? '');
}

/** Somebody is at work who needs nobody: a person, crew or the mayor, but for a session that died on it, or a polecat whose process runs. */
function works(view: View, bead: Bead): boolean {
  const { assignee = '' } = bead;
  if (view.get('workplaces', assignee)) return !diedOn(view, bead);
  const polecat = view.get('agents', assignee);
  if (!polecat) return bead.status === 'in_progress' && !assignee.includes('/') && assignee !== 'mayor';
  if (polecat.successor && polecat.successor.refused === undefined && polecat.state !== 'done') return true;
  if (polecat.state === 'rate-limited') return waitsForLimit(view, polecat);
  return polecat.state === 'working' || polecat.state === 'spawning';
}

/** What each place means, said for itself, in no order: of an open bead exactly one is true. */
const meanings: Readonly<Record<BeadPlace, (view: View, bead: Bead, now: Timestamp) => boolean>> = {
  ready: (view, bead) => inIndex(view, bead) && view.get('dispatches', bead.id)?.state !== 'broken',
  blocked: (view, bead, now) => (!held(bead) && !inIndex(view, bead)) || isRepaired(view, bead, now),
  hooked: (view, bead, now) => held(bead) && landing(view, bead, now) === undefined && works(view, bead),
  review: (view, bead, now) => landing(view, bead, now) === 'submitted' && reviews(view, bead, now),
  merge: (view, bead, now) =>
    landing(view, bead, now) === 'landing' ||
    (landing(view, bead, now) === 'merged' && !heldUp(view, bead, now)) ||
    landsBy(view, bead, now),
  attention(view, bead, now) {
    const state = landing(view, bead, now);
    if (state === undefined && held(bead)) return !works(view, bead);
    if (!held(bead)) return inIndex(view, bead) && view.get('dispatches', bead.id)?.state === 'broken';
    if (heldUp(view, bead, now)) return true;
    return !['landing', 'merged', 'submitted'].includes(state ?? '') && !isRepaired(view, bead, now);
  },
};

const landsBy = (view: View, bead: Bead, now: Timestamp): boolean =>
  landing(view, bead, now) === 'submitted' && !reviews(view, bead, now) && !heldUp(view, bead, now);

function inIndex(view: View, { id }: Bead): boolean {
  return [...view.find('beadsReady', '')].some((ready) => ready.id === id);
}

/** What the town's own check finds, with the attention list; none where all is well. */
export function placeFaults(view: View, now: Timestamp): string[] {
  const asked = beadsAskedAbout(attentionOf(view, now));
  return [...view.all('beads')].flatMap((bead) => examinePlace(view, bead, now, asked).fault ?? []);
}

/** Each open bead that is not in exactly one place, or not in the one that `placeOf` says; none where all is well. */
export function placeProblems(view: View, now: Timestamp): string[] {
  return [...view.all('beads')].flatMap((bead) => {
    const place = placeOf(view, bead, now);
    if (!work(bead)) return place === undefined ? [] : [`${bead.id} is ${bead.status}, and in ${place}.`];
    const meant = Object.entries(meanings).filter(([, holds]) => holds(view, bead, now));
    const places = meant.map(([name]) => name);
    if (places.length === 1 && places[0] === place) return [];
    return [`${bead.id} (${bead.status}) is in ${place}, and means ${places.join(' and ') || 'no place'}.`];
  });
}
