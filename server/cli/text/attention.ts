import type { AttentionItem } from '../../domain/attentionItem.ts';
import { displayText } from '../../domain/text.ts';
import { ago } from '../ago.ts';
import { paint, type Look, type Paint } from '../output.ts';
import { cut } from '../table.ts';
import { wrapped } from './wrapped.ts';

/** Two or three lines for each: what and since when, why, and what to do. */
export function attentionLines(items: readonly AttentionItem[], look: Look): string[] {
  if (items.length === 0) return ['Nothing needs you.'];
  return [
    paint(look, 'bold', `${items.length} ${items.length === 1 ? 'needs' : 'need'} you`),
    ...items.flatMap((item) => itemLines(item, look)),
  ];
}

function itemLines(item: AttentionItem, look: Look): string[] {
  const { state, severity, since, reason, action } = item;
  const pressing = severity === 'critical' || severity === 'high' ? ` · ${severity}` : '';
  // The severity is the state of an escalation.
  const word = item.kind === 'escalation' ? `escalated · ${severity}` : `${state}${pressing}`;
  const head = `${nameOf(item)}  ${word}  ${ago(since, look.now)}`;
  return [
    paint(look, paints[severity], cut(head, look.width)),
    ...wrapped(displayText(reason, 500), look.width - 2).map((line) => `  ${cut(line, look.width - 2)}`),
    `  $ ${displayText(action.command, 200)}`,
  ];
}

function nameOf({ subject, agent, bead }: AttentionItem): string {
  const others = [agent, bead].filter((id) => id !== undefined && id !== subject);
  return [subject, ...others].map((id) => displayText(id ?? '', 80)).join(' · ');
}

const paints: Readonly<Record<AttentionItem['severity'], Paint>> = {
  critical: 'red',
  high: 'red',
  medium: 'yellow',
  low: 'bold',
};
