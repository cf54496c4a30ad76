import { displayText } from '../../domain/text.ts';
import type { BeadHistory } from '../../protocol/bead.ts';
import type { FeedItem } from '../../protocol/town.ts';
import { ago } from '../ago.ts';
import { paint, type Look } from '../output.ts';
import { cut } from '../table.ts';

/** The newest last, as on a terminal. */
export function feedLines(items: readonly FeedItem[], look: Look): string[] {
  const times = items.map((item) => ago(item.at, look.now));
  const widest = Math.max(...times.map((time) => time.length));
  return items
    .map((item, at) => {
      const time = (times[at] ?? '').padStart(widest);
      return `${paint(look, 'dim', time)}  ${cut(displayText(item.text, 500), look.width - widest - 2)}`;
    })
    .toReversed();
}

/** What comes while one looks: with the time of day, since there is no end from which to count back. */
export function followedLine({ at, text }: FeedItem, look: Look): string {
  const time = new Date(at).toTimeString().slice(0, 8);
  return `${paint(look, 'dim', time)}  ${cut(displayText(text, 500), look.width - 10)}`;
}

/** Oldest first: who, what and when, and below it what became another. */
export function historyLines({ bead, items, more }: BeadHistory, look: Look): string[] {
  return [
    paint(look, 'bold', `${displayText(bead.id)} ${displayText(bead.title)}`),
    ...(more ? [paint(look, 'dim', '  Older entries are left out; --all shows them.')] : []),
    ...items.flatMap(({ at, text, details }) => [
      `${paint(look, 'dim', timeOf(at))}  ${cut(displayText(text, 500), look.width - 21)}`,
      ...details.map((detail) => cut(`${' '.repeat(21)}${displayText(detail, 500)}`, look.width)),
    ]),
  ];
}

/** `2026-05-01 12:00:00`, as the records have it: a history is compared with logs. */
function timeOf(at: string): string {
  return at.slice(0, 19).replace('T', ' ');
}
