import { displayText } from '../../domain/text.ts';
import type { FeedItem, TownStatus } from '../../protocol/town.ts';
import { ago } from '../ago.ts';
import { paint, type Look } from '../output.ts';
import { cut } from '../table.ts';
import { polecatsText } from './state.ts';

export function statusLines(status: TownStatus, look: Look): string[] {
  const { beads, polecats, mergeRequests } = status;
  const facts: readonly (readonly [string, string])[] = [
    ['Rigs', String(status.rigs)],
    ['Beads', `${beads.open} open · ${beads.ready} ready · ${beads.blocked} blocked`],
    ['Convoys', `${status.convoys.open} open`],
    ['Polecats', polecatsText(polecats)],
    ...(status.attention === undefined ? [] : [['Attention', needYou(status.attention)] as const]),
    ['Queue', mergeRequests.waiting === 0 ? 'empty' : `${mergeRequests.waiting} waiting`],
    ['Sessions', String(status.sessions)],
    ['Editors', String(status.editors)],
    ['Town server', `${status.version} · pid ${status.pid} · started ${ago(status.startedAt, look.now)}`],
  ];
  return [
    `${paint(look, 'bold', displayText(status.name))}  ${displayText(status.path, 1000)}`,
    ...facts.map(([name, value]) => `  ${name.padEnd(13)}${value}`),
    ...(status.readOnly === undefined
      ? []
      : [paint(look, 'red', `Nothing can be written: ${displayText(status.readOnly, 500)}`)]),
    ...nextStep(status),
  ];
}

export function statusJson(status: TownStatus): Record<string, unknown> {
  const { townId, name, path, version, protocol, pid, startedAt, seq, readOnly } = status;
  const { rigs, beads, convoys, polecats, mergeRequests, sessions, attention, editors } = status;
  const server = { version, protocol, pid, startedAt, seq, readOnly };
  const counts = { rigs, beads, convoys, polecats, mergeRequests, sessions, attention, editors };
  return { townId, name, path, ...counts, server };
}

/** The newest last, as on a terminal. */
export function feedLines(items: readonly FeedItem[], look: Look): string[] {
  if (items.length === 0) return ['Nothing has happened yet.'];
  const times = items.map((item) => ago(item.at, look.now));
  const widest = Math.max(...times.map((time) => time.length));
  return items
    .map((item, at) => {
      const time = (times[at] ?? '').padStart(widest);
      return `${paint(look, 'dim', time)}  ${cut(displayText(item.text, 500), look.width - widest - 2)}`;
    })
    .toReversed();
}

function needYou(count: number): string {
  if (count === 0) return 'nothing needs you';
  return `${count} ${count === 1 ? 'needs' : 'need'} you`;
}

function nextStep(status: TownStatus): string[] {
  if (status.readOnly !== undefined)
    return ['Next: mend the cause, then gt down; the next command starts it again'];
  if (status.rigs === 0) return ['Next: gt rig create NAME --repo URL-OR-PATH'];
  if ((status.attention ?? 0) > 0) return ['Next: gt attention'];
  if (status.polecats.needYou > 0) return ['Next: gt polecat list'];
  if (status.mergeRequests.waiting > 0) return ['Next: gt mq list'];
  return [];
}
