import { crewOf } from './agents.ts';
import { isAwaited } from './landings.ts';
import type { RigName } from './ids.ts';
import { Refusal } from './refusal.ts';
import type { RemovedRig } from './town.ts';
import type { Rig, RigSettings } from './rig.ts';
import { newRigName, takenPrefixes, validatePrefix } from './rigName.ts';
import type { Draft, View } from './view.ts';

/** Of a new rig: nothing lands or is pushed without a person. */
export const rigDefaults: RigSettings = {
  merge: 'review',
  push: false,
  check: [],
  session: 'auto',
  ids: 'readable',
  maxPolecats: 10,
};

/** Refused with `invalid` or `taken` (name, prefix): both are unique in the town. */
export function createRig(draft: Draft, rig: Rig): Rig {
  newRigName(draft, rig.id);
  validatePrefix(rig.prefix, takenPrefixes(draft));
  draft.put('rigs', rig);
  return rig;
}

/** The rig whose prefix the id has; of several, the one with the longest. */
export function rigWithPrefixOf(view: View, id: string): Rig | undefined {
  let found: Rig | undefined;
  for (const rig of view.all('rigs')) {
    const fits = id.startsWith(`${rig.prefix}-`);
    if (fits && rig.prefix.length > (found?.prefix.length ?? 0)) found = rig;
  }
  return found;
}

/** Refused with `in-use` while polecats, crew or merge requests that have not landed stand on it. Its beads stay, without a rig. */
export function removeRig(draft: Draft, id: RigName): Rig {
  const rig = draft.get('rigs', id);
  if (!rig) throw new Refusal('not-found', `There is no rig ${id}.`, { field: 'rig', next: 'gt rig list' });
  const polecats = [...draft.find('agentsByRig', id)].map((polecat) => polecat.id);
  refuseInUse(id, polecats, 'gt polecat remove');
  refuseInUse(
    id,
    crewOf(draft, id).map((crew) => crew.id),
    'gt crew remove',
  );
  refuseInUse(id, openRequests(draft, id), 'gt mq merge');
  for (const bead of Array.from(draft.find('beadsByRig', id))) {
    const { rig: _, ...rest } = bead;
    draft.put('beads', rest);
  }
  draft.remove('rigs', id);
  noteRemoved(draft, rig);
  return rig;
}

function noteRemoved(draft: Draft, { id, repository, gitDirectory, approvedConfiguration }: Rig): void {
  const town = draft.get('town', 'town');
  if (!town) return;
  const others = (town.removedRigs ?? []).filter((each) => each.gitDirectory !== gitDirectory);
  const approved = approvedConfiguration === undefined ? {} : { approvedConfiguration };
  draft.put('town', { ...town, removedRigs: [...others, { id, repository, gitDirectory, ...approved }] });
}

/** Where the rig of that name has its repository, or had it. */
export function repositoryOfRig(view: View, id: RigName): RemovedRig | undefined {
  return view.get('rigs', id) ?? view.get('town', 'town')?.removedRigs?.findLast((each) => each.id === id);
}

function openRequests(view: View, id: RigName): string[] {
  const open: string[] = [];
  for (const request of view.find('mergeRequestsByRig', id))
    if (isAwaited(view, request)) open.push(request.id);
  return open;
}

function refuseInUse(id: RigName, users: readonly string[], command: string): void {
  if (users.length === 0) return;
  throw new Refusal('in-use', `The rig ${id} is in use by ${users.slice(0, 5).join(', ')}.`, {
    next: `${command} ${users[0] ?? ''}`,
    facts: { rig: id, users },
  });
}
