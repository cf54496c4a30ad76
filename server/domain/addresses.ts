import { mayorId } from './agentNames.ts';
import { agentOf, allAgents, crewOf } from './agents.ts';
import { destinationId, type Destination } from './destination.ts';
import type { AgentId, DestinationId } from './ids.ts';
import { nearWords } from './nearWords.ts';
import { Refusal } from './refusal.ts';
import { displayText } from './text.ts';
import type { View } from './view.ts';

/** The person of the town. */
export const overseer = 'overseer' as AgentId;

const addressForms =
  'overseer, mayor/, RIG/NAME, RIG/crew/NAME, RIG/polecats/*, RIG/crew/*, @town, @crew, @rig/RIG, @role/ROLE, @GROUP, queue:NAME or channel:NAME';

/** Who gets what is sent to an address. */
export interface Recipients {
  readonly to: readonly AgentId[];
  /** It names several, or somebody else than who gets it. */
  readonly isGroup: boolean;
  /** Why it goes to somebody else. */
  readonly note?: string;
  /** Where everybody can look it up. */
  readonly channel?: DestinationId;
}

/**
 * Refused with `not-found` where nobody is there, with `invalid` where it is no address. `except`: whoever writes to all does not write
 * to itself.
 */
export function recipientsOf(view: View, address: string, except?: string): Recipients {
  const text = address.trim().replace(/\/$/u, '');
  const single = personOrMayor(text);
  if (single !== undefined) return one(single);
  const duty = dutyOf(text);
  if (duty !== undefined) {
    const note = `${duty} is code in this town and reads no mail; it went to the overseer.`;
    return { to: [overseer], isGroup: true, note };
  }
  const named = destinationAt(text);
  if (named !== undefined) return ofDestination(view, named, address, except);
  const group = wildcardOf(view, text, address.trim().endsWith('/'));
  if (group) return severalOf(address, group, except);
  return one(agentNamed(view, text));
}

/** Whom members of a group or subscribers of a channel stand for now. Groups within groups count once, however they are nested. */
export function membersNow(
  view: View,
  members: readonly string[],
  seen = new Set<string>(),
): readonly AgentId[] {
  const all = members.flatMap((member) => {
    const single = personOrMayor(member) ?? agentOf(view, member)?.id;
    if (single !== undefined) return [single];
    if (!member.startsWith('group:')) return wildcardOf(view, member) ?? [];
    if (seen.has(member)) return [];
    seen.add(member);
    const group = view.get('destinations', member);
    return group?.kind === 'group' ? membersNow(view, group.members, seen) : [];
  });
  return [...new Set(all)];
}

/** `group:NAME`, `queue:NAME` and `channel:NAME` of whatever form; undefined: it is the address of none. */
export function destinationAt(text: string): DestinationId | undefined {
  const [, kind, name] = /^(group|list|queue|channel|announce):(.*)$/su.exec(text) ?? [];
  if (kind === 'group' || kind === 'list') return destinationId('group', name ?? '');
  if (kind === 'queue') return destinationId('queue', name ?? '');
  if (kind !== undefined) return destinationId('channel', name ?? '');
  return /^@[^/:]+$/u.test(text) && !builtIn.has(text) ? destinationId('group', text.slice(1)) : undefined;
}

/** With those that may have been meant. */
function unknownAddress(view: View, text: string): Refusal {
  const known = [
    overseer,
    mayorId,
    ...allAgents(view).map(({ id }) => id),
    ...[...view.all('destinations')].map(({ id }) => id),
  ];
  const near = nearWords(text, known);
  const meant = near.length === 0 ? '' : `Did you mean ${near.join(' or ')}? `;
  return new Refusal('not-found', `Nobody has the address "${displayText(text, 60)}".`, {
    field: 'to',
    next: `${meant}gt mail directory lists who is there; an address is ${addressForms}.`,
    ...(near.length === 0 ? {} : { facts: { near } }),
  });
}

function personOrMayor(text: string): AgentId | undefined {
  if (text === overseer || text === '@overseer' || text === 'human' || text === '--human') return overseer;
  return text === mayorId || text === '@mayor' ? mayorId : undefined;
}

function one(to: AgentId): Recipients {
  return { to: [to], isGroup: false };
}

/** Roles of other towns, whose duties are the town's own here. */
function dutyOf(text: string): string | undefined {
  const role = /^@role\/(.+)$/u.exec(text)?.[1]?.replace(/(?:es|s)$/u, '') ?? '';
  if (codeRoles.has(role) || codeGroups.has(text) || text === 'boot' || /^deacon(?:\/|$)/u.test(text))
    return 'That role';
  const [rig, named, ...more] = text.split('/');
  if (more.length > 0 || rig === undefined || !(named === 'witness' || named === 'refinery'))
    return undefined;
  return `The ${named} of ${displayText(rig, 40)}`;
}

const codeRoles = new Set(['witness', 'refinery', 'refineri', 'deacon', 'dog', 'boot']);
const codeGroups = new Set(['@witnesses', '@refineries', '@deacons', '@dogs', '@boot']);
const builtIn: ReadonlySet<string> = new Set(
  ['@town', '@crew', '@polecats', '@overseer', '@mayor'].concat([...codeGroups]),
);

/** Everyone that a wildcard stands for; undefined: it is none. */
function wildcardOf(view: View, text: string, isFolder = false): readonly AgentId[] | undefined {
  const ofTown = Object.hasOwn(townWide, text) ? townWide[text] : undefined;
  if (ofTown) return ofTown(view);
  const ofRig = /^@rig[/:](.+)$/u.exec(text)?.[1] ?? (isFolder && view.get('rigs', text) ? text : undefined);
  if (ofRig !== undefined) return [...polecatsOf(view, ofRig), ...crewIn(view, ofRig)];
  const [, rig, what] = /^([^/]+)\/(polecats|crew)\/\*$/u.exec(text) ?? [];
  if (rig === undefined) return undefined;
  return what === 'crew' ? crewIn(view, rig) : polecatsOf(view, rig);
}

const allPolecats = (view: View): AgentId[] =>
  [...view.all('rigs')].flatMap(({ id }) => polecatsOf(view, id));

const townWide: Readonly<Partial<Record<string, (view: View) => AgentId[]>>> = {
  '@town': (view) =>
    allAgents(view)
      .filter((agent) => agent.role !== 'polecat' || agent.state !== 'done')
      .map(({ id }) => id),
  '@crew': lasting,
  '@role/crew': lasting,
  '@polecats': allPolecats,
  '@role/polecat': allPolecats,
  '@role/polecats': allPolecats,
  '@role/mayor': () => [mayorId],
};

function crewIn(view: View, rig: string): AgentId[] {
  return crewOf(view, rig).map(({ id }) => id);
}

/** Polecats that are done read nothing any more. */
function polecatsOf(view: View, rig: string): AgentId[] {
  return [...view.find('agentsByRig', rig)].filter(({ state }) => state !== 'done').map(({ id }) => id);
}

function lasting(view: View): AgentId[] {
  return [...view.all('workplaces')].filter(({ role }) => role === 'crew').map(({ id }) => id);
}

function ofDestination(
  view: View,
  id: DestinationId,
  address: string,
  except: string | undefined,
): Recipients {
  const destination: Destination | undefined = view.get('destinations', id);
  if (!destination) throw unknownAddress(view, id);
  if (destination.kind === 'group') return severalOf(address, membersNow(view, [id]), except);
  if (destination.kind === 'queue') return { to: [id as string as AgentId], isGroup: true };
  const to = membersNow(view, destination.subscribers).filter((each) => each !== except);
  return { to, isGroup: true, channel: id };
}

function severalOf(address: string, group: readonly AgentId[], except: string | undefined): Recipients {
  const to = [...new Set(group)].filter((id) => id !== except);
  if (to.length > 0) return { to, isGroup: true };
  throw new Refusal('not-found', `Nobody is at ${displayText(address, 60)} now.`, {
    field: 'to',
    next: 'gt mail directory',
  });
}

/** By its id, its id in another town's form, or a name that only one has. */
function agentNamed(view: View, text: string): AgentId {
  const exact = agentOf(view, text) ?? agentOf(view, text.replace('/polecats/', '/'));
  if (exact) return exact.id;
  const named = text.includes('/') ? [] : allAgents(view).filter(({ name }) => name === text);
  if (named.length === 1 && named[0]) return named[0].id;
  if (named.length > 1) {
    throw new Refusal('invalid', `"${displayText(text, 60)}" is the name of several agents.`, {
      field: 'to',
      next: `Name one in full: ${named.map(({ id }) => id).join(', ')}`,
    });
  }
  throw unknownAddress(view, text);
}
