import type { Bead } from '../../domain/bead.ts';
import { displayText } from '../../domain/text.ts';
import type { BeadDetail, BeadView } from '../../protocol/bead.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { paintOfState } from './state.ts';

export function beadsLines(views: readonly BeadView[], look: Look): string[] {
  const rows = views.map(({ bead, blocked }) => [
    bead.id,
    `P${bead.priority}`,
    bead.type,
    blocked && bead.status === 'open' ? 'blocked' : bead.status,
    whose(bead),
    bead.title,
  ]);
  const columns = [
    { title: 'BEAD' },
    { title: 'P' },
    { title: 'TYPE', shrinks: true },
    { title: 'STATUS', paint: paintOfState },
    { title: 'WHOSE', shrinks: true },
    { title: 'TITLE', shrinks: true },
  ];
  // What is free or closed is nobody's; the titles have the room then.
  const held = rows.some((row) => row[4] !== '');
  const shown = <Cell>(cells: readonly Cell[]): Cell[] => cells.filter((_, at) => held || at !== 4);
  return table(shown(columns), rows.map(shown), look);
}

/** Whoever holds it; of one that is open, whom it is for. */
function whose({ assignee, status }: Bead): string {
  if (!assignee) return '';
  return status === 'open' ? `for ${assignee}` : assignee;
}

export function blockedLines(views: readonly BeadView[], look: Look): string[] {
  const rows = views.map(({ bead, blockedBy }) => [
    bead.id,
    `P${bead.priority}`,
    blockedBy.join(', '),
    bead.title,
  ]);
  const columns = [
    { title: 'BEAD' },
    { title: 'P' },
    { title: 'WAITS FOR', shrinks: true },
    { title: 'TITLE', shrinks: true },
  ];
  return table(columns, rows, look);
}

/** The id and the title; and, where the bead's rig has a runtime, who will work it. */
export function createdLines({ bead, runtimeLabel }: BeadDetail): string[] {
  const id = displayText(bead.id);
  const line = `Created ${id}: ${displayText(bead.title, 500)}`;
  if (runtimeLabel === undefined) return [line];
  const label = displayText(runtimeLabel);
  return [line, `→ ${id} (will be worked by ${article(label)} ${label} polecat)`];
}

/** By the first sound: `an Augment`, `a Unix`; of letters that are spelled out, `an LLM`. */
export function article(label: string): 'a' | 'an' {
  if (/^[AEFHILMNORSX](?:[A-Z0-9]|\b)/u.test(label)) return 'an';
  if (/^(?:uni|use|usu|eu|one\b|u[A-Z0-9]|U[A-Z0-9])/iu.test(label)) return 'a';
  return /^[aeiou8]/iu.test(label) ? 'an' : 'a';
}
