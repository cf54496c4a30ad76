import type { DestinationKind } from '../../domain/destination.ts';
import { displayText } from '../../domain/text.ts';
import type { DestinationView } from '../../protocol/destination.ts';
import type { Result } from '../../protocol/messages.ts';
import { ago } from '../ago.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { counted } from './state.ts';

export const destinationKeys =
  '{ id, kind, name, description?, members? | claimers? | subscribers?, keep?, hours?, createdAt, createdBy, reaches?, waiting?, letters?, recipients?, claimed?: [{ message, by, at }] }';

export function destinationJson({ destination, ...more }: DestinationView): Record<string, unknown> {
  return { ...destination, ...more };
}

export function destinationsLines(
  kind: DestinationKind,
  all: readonly DestinationView[],
  look: Look,
): string[] {
  if (all.length === 0) return [`There is no ${kind}.`, `Next: gt mail ${kind} create NAME`];
  const rows = all.map((each) => [
    each.destination.name,
    ...factsOf(each),
    each.destination.createdBy,
    each.destination.description ?? '',
  ]);
  const columns = [
    { title: kind.toUpperCase() },
    ...titles[kind].map((title) => ({ title, shrinks: title === 'CLAIMERS' })),
    { title: 'MADE BY', shrinks: true },
    { title: 'WHAT', shrinks: true },
  ];
  return table(columns, rows, look);
}

const titles: Readonly<Record<DestinationKind, readonly string[]>> = {
  group: ['MEMBERS', 'REACHES'],
  queue: ['UNCLAIMED', 'CLAIMERS'],
  channel: ['SUBSCRIBERS', 'LETTERS', 'KEEPS'],
};

function factsOf({ destination, reaches = 0, waiting = 0, letters = 0 }: DestinationView): string[] {
  if (destination.kind === 'group') return [String(destination.members.length), String(reaches)];
  if (destination.kind === 'queue') return [String(waiting), destination.claimers];
  const { subscribers, keep, hours } = destination;
  const kept = hours === undefined ? String(keep) : `${keep}, ${hours} h`;
  return [String(subscribers.length), String(letters), kept];
}

export function destinationLines(detail: Result<'destination/get'>, look: Look): string[] {
  const { destination, recipients, claimed } = detail;
  const { kind, name, createdAt, createdBy, description } = destination;
  return [
    `${kind} ${displayText(name)}${description === undefined ? '' : `: ${displayText(description, 300)}`}`,
    `  made ${ago(createdAt, look.now)} by ${displayText(createdBy)}`,
    ...ownLines(detail),
    ...(recipients
      ? [`  reaches: ${recipients.map((each) => displayText(each)).join(', ') || 'nobody now'}`]
      : []),
    ...(claimed ?? []).map(
      ({ message, by, at }) =>
        `  claimed: ${displayText(message)} by ${displayText(by)}, ${ago(at, look.now)}`,
    ),
    `Next: ${nextOf(kind, displayText(name))}`,
  ];
}

function ownLines({ destination, waiting = 0, letters = 0 }: DestinationView): string[] {
  const shown = (all: readonly string[]): string => all.map((each) => displayText(each)).join(', ') || 'none';
  if (destination.kind === 'group') return [`  members: ${shown(destination.members)}`];
  if (destination.kind === 'queue') {
    const who = destination.claimers === '*' ? 'everybody' : displayText(destination.claimers);
    return [`  ${counted(waiting, 'letter')} unclaimed; open to ${who}`];
  }
  const { subscribers, keep, hours } = destination;
  const most = hours === undefined ? '' : `, for ${counted(hours, 'hour')} at most`;
  return [`  subscribers: ${shown(subscribers)}`, `  ${counted(letters, 'letter')}; keeps ${keep}${most}`];
}

function nextOf(kind: DestinationKind, name: string): string {
  if (kind === 'queue') return `gt mail claim ${name}`;
  return kind === 'channel' ? `gt mail announces ${name}` : `gt mail send @${name} -s SUBJECT -m TEXT`;
}
