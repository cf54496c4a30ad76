import { destinationAt, membersNow, overseer, recipientsOf } from './addresses.ts';
import {
  destinationId,
  type Destination,
  type DestinationKind,
  type MailChannel,
  type MailGroup,
} from './destination.ts';
import type { AgentId, DestinationId, Timestamp } from './ids.ts';
import { mailOf } from './mail.ts';
import type { Mail } from './message.ts';
import { nearWords } from './nearWords.ts';
import { Refusal } from './refusal.ts';
import { displayText } from './text.ts';
import type { Draft, View } from './view.ts';

const mostDestinations = 200;
const mostMembers = 500;

/** How many letters a channel keeps, where nothing is said, and at most. */
export const usualKept = 100;
const mostKept = 1000;

/** Of groups, queues and channels alike. Refused with `invalid`. */
export function parseDestinationName(kind: DestinationKind, text: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,31}$/u.test(text)) {
    throw new Refusal(
      'invalid',
      `A ${kind} is named with 1 to 32 lower-case letters, digits, hyphens and underscores, not "${displayText(text, 60)}".`,
      { field: 'name', next: `gt mail ${kind} create reviewers` },
    );
  }
  if (!reserved.has(text)) return text;
  throw new Refusal('invalid', `"${text}" means something else already, and is no name of a ${kind}.`, {
    field: 'name',
    next: `gt mail ${kind} create ${text}-2`,
  });
}

/** Built-in groups and roles, and the verbs beside which a name may stand. */
const reserved: ReadonlySet<string> = new Set(
  (
    'town crew polecat polecats rig role overseer human mayor witness witnesses refinery refineries deacon deacons dog dogs boot ' +
    'list show create delete add remove subscribe unsubscribe subscribers claim release'
  ).split(' '),
);

/** Refused with `taken`, with `capacity`, and as `addMembers` refuses. */
export function createDestination(draft: Draft, wanted: Destination): Destination {
  const { id, kind, name } = wanted;
  if (draft.get('destinations', id)) {
    throw new Refusal('taken', `There is a ${kind} ${name} already.`, {
      field: 'name',
      next: `gt mail ${kind} show ${name}`,
    });
  }
  if ([...draft.all('destinations')].length >= mostDestinations) {
    throw new Refusal('capacity', `There are ${mostDestinations} groups, queues and channels already.`, {
      next: 'gt mail directory',
    });
  }
  if (wanted.kind === 'queue' && wanted.claimers !== '*') memberOf(draft, wanted.claimers);
  draft.put('destinations', wanted.kind === 'channel' ? withKept(wanted) : wanted);
  const members = membersOf(wanted);
  if (members.length === 0) return found(draft, id);
  draft.put('destinations', withMembers(wanted, []));
  return addMembers(draft, id, members).destination;
}

function withKept(channel: MailChannel): MailChannel {
  if (channel.keep >= 1 && channel.keep <= mostKept) return channel;
  throw new Refusal('invalid', `A channel keeps 1 to ${mostKept} letters, not ${channel.keep}.`, {
    field: 'keep',
    next: `gt mail channel create ${channel.name} --retain-count ${usualKept}`,
  });
}

/** By its kind and name, or its address. Refused with `not-found` and the near names. */
export function findDestination(view: View, kind: DestinationKind, text: string): Destination {
  const name = text.replace(/^(?:@|(?:group|list|queue|channel|announce):)/u, '');
  const exact = view.get('destinations', destinationId(kind, name));
  if (exact) return exact;
  const names = [...view.all('destinations')].filter((each) => each.kind === kind).map((each) => each.name);
  const near = nearWords(name, names);
  throw new Refusal('not-found', `There is no ${kind} "${displayText(name, 40)}".`, {
    field: 'name',
    next: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `gt mail ${kind} list`,
    ...(near.length > 0 ? { facts: { near } } : {}),
  });
}

interface Changed {
  readonly destination: Destination;
  /** Those that were not in it before, or are not any more. */
  readonly changed: readonly string[];
}

/** Refused with `invalid`, `not-found` or `cycle`, and with `capacity`. Members that are in it already stay, once. */
export function addMembers(draft: Draft, id: DestinationId, texts: readonly string[]): Changed {
  const destination = found(draft, id);
  refuseQueue(destination);
  const before = membersOf(destination);
  const members = [...new Set(texts.map((text) => memberOf(draft, text)))];
  const changed = members.filter((member) => !before.includes(member));
  for (const member of changed) if (reaches(draft, member, id)) throw cycle(id, member);
  if (before.length + changed.length > mostMembers) {
    throw new Refusal('capacity', `${id} has room for ${mostMembers} members.`, { field: 'add' });
  }
  const next = withMembers(destination, [...before, ...changed]);
  draft.put('destinations', next);
  return { destination: next, changed };
}

/** Those that are not in it are passed over. */
export function removeMembers(draft: Draft, id: DestinationId, texts: readonly string[]): Changed {
  const destination = found(draft, id);
  refuseQueue(destination);
  // Who is gone is still to be taken out.
  const wanted = new Set(texts.flatMap((text) => [text.trim(), destinationAt(text), nowCalled(draft, text)]));
  const before = membersOf(destination);
  const changed = before.filter((member) => wanted.has(member));
  if (changed.length === 0) return { destination, changed };
  const next = withMembers(
    destination,
    before.filter((member) => !wanted.has(member)),
  );
  draft.put('destinations', next);
  return { destination: next, changed };
}

/** Whoever comes next under the name of an agent that is gone has joined nothing. */
export function leaveDestinations(draft: Draft, agent: AgentId): void {
  for (const destination of Array.from(draft.all('destinations'))) {
    const before = membersOf(destination);
    if (!before.includes(agent)) continue;
    draft.put(
      'destinations',
      withMembers(
        destination,
        before.filter((member) => member !== agent),
      ),
    );
  }
}

/**
 * What a channel kept goes with it. Refused with `in-use` while letters wait in a queue, or a group is part of another; with `force` those
 * letters go to the person, and the others lose that member.
 */
export function deleteDestination(draft: Draft, id: DestinationId, force: boolean): readonly Mail[] {
  const { kind, name } = found(draft, id);
  const waiting = kind === 'queue' ? mailOf(draft, id) : [];
  const parents = [...draft.all('destinations')].filter((each) => membersOf(each).includes(id));
  const stands =
    waiting.length > 0 ? `${waiting.length} letters wait in it` : `it is part of ${parents[0]?.id}`;
  if (!force && waiting.length + parents.length > 0) {
    throw new Refusal('in-use', `The ${kind} ${name} is not deleted: ${stands}.`, {
      field: 'name',
      next: `gt mail ${kind} delete ${name} --force${kind === 'queue' ? ' gives them to the overseer' : ''}`,
    });
  }
  for (const mail of waiting) draft.put('messages', { ...mail, to: overseer, addressed: id });
  for (const parent of parents) removeMembers(draft, parent.id, [id]);
  if (kind === 'channel') for (const mail of mailOf(draft, id)) draft.remove('messages', mail.id);
  draft.remove('destinations', id);
  return waiting;
}

/** Kept for everybody to look up. The oldest go. */
export function announce(draft: Draft, id: DestinationId, mail: Mail): Mail {
  const at = mail.createdAt;
  const kept: Mail = {
    ...mail,
    to: id as string as AgentId,
    state: 'acknowledged',
    deliveredAt: at,
    acknowledgedAt: at,
  };
  draft.put('messages', kept);
  const channel = found(draft, id);
  if (channel.kind !== 'channel') return kept;
  const all = mailOf(draft, id);
  const fresh = announced(draft, channel, at);
  const gone = new Set(all.slice(0, Math.max(0, all.length - channel.keep)).map((each) => each.id));
  for (const each of all) if (gone.has(each.id) || !fresh.includes(each)) draft.remove('messages', each.id);
  return kept;
}

/** What was said in a channel and is not too old for it, the oldest first. */
export function announced(view: View, { id, hours }: MailChannel, now: Timestamp): readonly Mail[] {
  const since = hours === undefined ? 0 : Date.parse(now) - hours * 3_600_000;
  return mailOf(view, id).filter(({ createdAt }) => Date.parse(createdAt) >= since);
}

function membersOf(destination: Destination): readonly string[] {
  if (destination.kind === 'group') return destination.members;
  return destination.kind === 'channel' ? destination.subscribers : [];
}

function withMembers<D extends Destination>(destination: D, members: readonly string[]): D {
  if (destination.kind === 'group') return { ...destination, members };
  return destination.kind === 'channel' ? { ...destination, subscribers: members } : destination;
}

function found(view: View, id: DestinationId): Destination {
  const [kind, name] = id.split(':') as [DestinationKind, string];
  return view.get('destinations', id) ?? findDestination(view, kind, name);
}

/** As it is kept: an agent by its id, a group as `group:NAME`, a wildcard as it is written. */
function memberOf(view: View, address: string): string {
  const text = address.trim();
  const named = destinationAt(text);
  if (named?.startsWith('group:') && view.get('destinations', named)) return named;
  if (named !== undefined && !named.startsWith('group:')) {
    throw new Refusal('invalid', `${displayText(text, 60)} reads no mail, so it is nobody's member.`, {
      field: 'members',
      next: 'A member is an agent, overseer, a wildcard like backend/polecats/*, or another group.',
    });
  }
  const wildcard = wildcardText(view, text);
  if (wildcard !== undefined) return wildcard;
  const { to, isGroup, note } = recipientsOf(view, text);
  const [agent] = to;
  if (agent !== undefined && !isGroup) return agent;
  throw new Refusal('invalid', note ?? `${displayText(text, 60)} is nobody's address.`, {
    field: 'members',
    next: 'gt mail directory',
  });
}

/** A wildcard may stand for nobody now, but not for a rig that is not there. */
function wildcardText(view: View, text: string): string | undefined {
  if (/^@(?:town|crew|polecats|role\/(?:crew|polecats?|mayor))$/u.test(text)) return text;
  const rig = /^@rig[/:](.+)$/u.exec(text)?.[1] ?? /^([^/]+)\/(?:polecats|crew)\/\*$/u.exec(text)?.[1];
  return rig !== undefined && view.get('rigs', rig) ? text : undefined;
}

function nowCalled(view: View, text: string): string | undefined {
  try {
    return memberOf(view, text);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Whether a member is a group that a letter to it would come back to. */
function reaches(view: View, member: string, id: DestinationId, seen = new Set<string>()): boolean {
  if (member === id) return true;
  if (seen.has(member)) return false;
  seen.add(member);
  const group = view.get('destinations', member) as MailGroup | undefined;
  return group?.kind === 'group' && group.members.some((each) => reaches(view, each, id, seen));
}

function cycle(id: DestinationId, member: string): Refusal {
  return new Refusal('cycle', `${member} is, or holds, ${id}: a group is no member of itself.`, {
    field: 'members',
    next: `gt mail group show ${member.replace('group:', '')}`,
  });
}

function refuseQueue({ kind, name }: Destination): void {
  if (kind !== 'queue') return;
  throw new Refusal('invalid', `${name} is a queue: its letters are claimed, and it has no members.`, {
    field: 'name',
    next: `gt mail claim ${name}`,
  });
}

/** How many a letter to it would reach now. */
export function reachOf(view: View, destination: Destination): number {
  return membersNow(view, membersOf(destination)).length;
}
