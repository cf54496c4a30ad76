import type { Bead } from './bead.ts';
import { refuseTakenCheckout } from './checkout.ts';
import { townPrefix } from './rigName.ts';
import { refuseUnlessFree } from './hooks.ts';
import type { AgentId, BeadId, RigName, Timestamp } from './ids.ts';
import type { PolecatState } from './polecat.ts';
import { isAwaited } from './landings.ts';
import { blockersOf, isDue, unworkable } from './readiness.ts';
import { Refusal } from './refusal.ts';
import type { Rig } from './rig.ts';
import { blockerOf } from './repairs.ts';
import { rigWithPrefixOf } from './rigs.ts';
import { isBetweenSessions, keptPlaces } from './successor.ts';
import { displayText } from './text.ts';
import type { View } from './view.ts';

export interface SlingCheck extends BeadCheck {
  readonly rig: Rig;
}

export interface BeadCheck {
  readonly bead: Bead;
  readonly now: Timestamp;
  /** Though it is deferred, or belongs to another rig. */
  readonly force?: boolean | undefined;
}

/**
 * Whether the bead can go to a new polecat of the rig now. Refused with `invalid` (a container or a note, not work), `closed`, `held`
 * (the holder in `facts`), `in-use` (its work waits to land), `deferred`, `blocked` (the blockers in `facts`), `parked`, or `capacity`.
 */
export function checkSling(view: View, { rig, ...check }: SlingCheck): void {
  checkBead(view, check);
  refuseOtherRig(view, { rig, ...check });
  checkRoom(view, rig);
}

/** Whether the bead can go on anyone's hook now. */
export function checkBead(view: View, { bead, now, force }: BeadCheck): void {
  refuseContainer(bead);
  const isPutOff = bead.status === 'deferred' && (force === true || isDue(bead, now));
  if (!isPutOff) refuseUnlessFree(bead);
  refuseSubmitted(view, bead);
  refuseBlocked(view, bead);
}

/** Its work is there and only waits to land, though whoever handed it over is gone: begun anew, it would be done twice. */
function refuseSubmitted(view: View, { id }: Bead): void {
  for (const request of view.find('mergeRequestsByBead', id)) {
    if (view.get('agents', request.agent)?.bead === id || !isAwaited(view, request)) continue;
    const repair = blockerOf(view, request)?.id;
    throw new Refusal(
      'in-use',
      `${id} was handed over already, and its work waits ${repair ? `for ${repair}` : 'to land'}.`,
      {
        next: `${repair ? `gt sling ${repair}` : `gt mq show ${id}`}; to begin anew: gt mq reject ${id}`,
        facts: { bead: id, mergeRequest: request.id },
      },
    );
  }
}

/** Whether another polecat can begin in the rig. Refused with `parked` or `capacity`. */
export function checkRoom(view: View, rig: Rig): void {
  refuseResting(rig);
  refuseTakenCheckout(view, rig);
  refuseFullRig(view, rig);
  refuseFullTown(view);
}

export function refuseResting(rig: Rig): void {
  if (rig.state === 'active') return;
  throw new Refusal('parked', `The rig ${rig.id} is ${rig.state}: it takes no work.`, {
    next: `gt rig config ${rig.id} state active`,
    facts: { rig: rig.id, state: rig.state },
  });
}

/** A bead is worked in the rig that it was made for: another repository would be changed by mistake. */
export function refuseOtherRig(view: View, { bead, rig, force }: SlingCheck): void {
  const home = rigWithPrefixOf(view, bead.id)?.id;
  if (force || home === undefined || home === rig.id || bead.rig === rig.id) return;
  throw new Refusal('invalid', `${bead.id} belongs to the rig ${home}, not to ${rig.id}.`, {
    field: 'rig',
    next: `gt sling ${bead.id} ${home}, or add --force.`,
    facts: { bead: bead.id, rig: home },
  });
}

/** The rig whose prefix the id has. Refused with `not-found`, saying how to name one. */
export function rigOfBead(view: View, id: BeadId): Rig {
  const found = rigWithPrefixOf(view, id);
  if (found) return found;
  const prefixes = [...view.all('rigs')].map((rig) => rig.prefix);
  const known =
    prefixes.length > 0 ? ` The rigs have ${prefixes.toSorted().join(', ')}.` : ' There is no rig yet.';
  const sentence = id.startsWith(`${townPrefix}-`)
    ? `${displayText(id, 60)} is the town's own, so it goes to no rig by itself.`
    : `No rig has the prefix of ${displayText(id, 60)}.${known}`;
  throw new Refusal('not-found', sentence, { field: 'rig', next: `gt sling ${displayText(id, 60)} RIG` });
}

/** How many polecats of the rig have work that still needs them: finished, interrupted and failed ones do not count. */
export function workingPolecats(view: View, rig: RigName): number {
  let working = 0;
  for (const polecat of view.find('agentsByRig', rig))
    if (atWork.has(polecat.state) || isBetweenSessions(view, polecat)) working += 1;
  return working;
}

const atWork: ReadonlySet<PolecatState> = new Set([
  'spawning',
  'working',
  'needs-you',
  'rate-limited',
  'stalled',
]);

/** Bundles of other beads. */
const containers: ReadonlySet<string> = new Set(['epic', 'convoy']);

export const isContainer = ({ type }: Bead): boolean => containers.has(type);

/** Whether the queue may start another in the whole town, where it has a limit of its own. Refused with `capacity`. */
export function checkTownPolecats(view: View): void {
  const most = view.get('town', 'town')?.scheduler?.maxPolecats;
  if (most === undefined) return;
  let working = 0;
  for (const polecat of view.all('agents'))
    if (atWork.has(polecat.state) || isBetweenSessions(view, polecat)) working += 1;
  if (working < most) return;
  throw new Refusal('capacity', `${working} of ${most} polecats of the scheduler work already.`, {
    next: `Wait for one to finish, or gt config scheduler.max_polecats ${most + 1}.`,
    facts: { limit: 'scheduler', working, maxPolecats: most },
  });
}

function refuseContainer(bead: Bead): void {
  if (!isContainer(bead) && !unworkable.has(bead.type)) return;
  const next = isContainer(bead) ? 'Sling the beads in it.' : 'bd ready';
  throw new Refusal('invalid', `${bead.id} is of the type ${bead.type}, which is not work for one polecat.`, {
    field: 'bead',
    next,
  });
}

function refuseBlocked(view: View, bead: Bead): void {
  const blockers = blockersOf(view, bead);
  if (blockers.length === 0) return;
  const shown = blockers.slice(0, 5).join(', ');
  const more = blockers.length > 5 ? ` and ${blockers.length - 5} more` : '';
  throw new Refusal('blocked', `${bead.id} waits for ${shown}${more}.`, {
    next: `bd show ${blockers[0] ?? bead.id}`,
    facts: { bead: bead.id, blockers },
  });
}

function refuseFullRig(view: View, rig: Rig): void {
  const { maxPolecats } = rig.settings;
  const working = workingPolecats(view, rig.id);
  if (working < maxPolecats) return;
  throw new Refusal('capacity', `${working} of ${maxPolecats} polecats work in ${rig.id} already.`, {
    next: `Wait for one to finish, or gt rig config ${rig.id} maxPolecats ${maxPolecats + 1}.`,
    facts: { limit: 'rig', rig: rig.id, working, maxPolecats },
  });
}

/** Refused with `capacity`. An agent that is on its way to its session, or between two of them, counts as one; `except` is not counted. */
export function refuseFullTown(view: View, except?: AgentId): void {
  const maxSessions = view.get('town', 'town')?.maxSessions ?? Number.POSITIVE_INFINITY;
  const live = view.count('sessionsByState', 'starting') + view.count('sessionsByState', 'running');
  const running = live + keptPlaces(view).filter(({ id }) => id !== except).length;
  if (running < maxSessions) return;
  throw new Refusal('capacity', `${running} of ${maxSessions} sessions run in the town already.`, {
    next: `Wait for one to finish, or gt config maxSessions ${maxSessions + 1}.`,
    facts: { limit: 'town', running, maxSessions },
  });
}
