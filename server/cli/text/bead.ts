import type { Bead } from '../../domain/bead.ts';
import { displayText, plainText } from '../../domain/text.ts';
import type { BeadDetail } from '../../protocol/bead.ts';
import { ago } from '../ago.ts';
import { paint, type Look } from '../output.ts';

/** `bd show ID`, for people. */
export function beadLines(detail: BeadDetail, look: Look): string[] {
  const { bead } = detail;
  return [
    `${paint(look, 'bold', displayText(bead.id))}  ${displayText(bead.title, 500)}`,
    `  ${headline(detail).join(' · ')}`,
    `  ${history(bead, look.now)}`,
    ...part('DESCRIPTION', bead.description),
    ...part('DESIGN', bead.design),
    ...part('ACCEPTANCE', bead.acceptance),
    ...part('NOTES', bead.notes),
    ...stepLines(bead),
    ...edges('DEPENDS ON', detail.dependsOn),
    ...edges('NEEDED BY', detail.neededBy),
  ];
}

function headline(detail: BeadDetail): string[] {
  const { bead } = detail;
  const { status, blocked, ready } = { status: bead.status, blocked: detail.blocked, ready: detail.ready };
  const computed = ready
    ? ' (ready)'
    : blocked
      ? ` (waits for ${detail.blockedBy.map(String).join(', ')})`
      : '';
  return [
    `${status}${computed}`,
    `P${bead.priority}`,
    displayText(bead.type),
    ...(bead.rig === undefined ? [] : [`rig ${displayText(bead.rig)}`]),
    ...(detail.runtimeLabel === undefined ? [] : [displayText(detail.runtimeLabel)]),
    ...(bead.assignee ? [`${status === 'open' ? 'for' : 'held by'} ${displayText(bead.assignee)}`] : []),
    ...(bead.labels.length === 0 ? [] : [bead.labels.map((label) => displayText(label)).join(', ')]),
  ];
}

function history(bead: Bead, now: number): string {
  const steps = [`created ${ago(bead.createdAt, now)} by ${displayText(bead.createdBy)}`];
  if (bead.closedAt === undefined) steps.push(`updated ${ago(bead.updatedAt, now)}`);
  else
    steps.push(
      `closed ${ago(bead.closedAt, now)}${bead.closeReason ? `: ${displayText(bead.closeReason)}` : ''}`,
    );
  return steps.join(', ');
}

function part(name: string, text: string | undefined): string[] {
  if (!text) return [];
  const lines = plainText(text).trimEnd().split('\n');
  return ['', name, ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}

function stepLines({ steps = [] }: Bead): string[] {
  if (steps.length === 0) return [];
  const done = steps.filter((step) => step.done).length;
  const rows = steps.map(
    ({ id, title, done: isDone }) => `  ${isDone ? '[x]' : '[ ]'} ${id}  ${displayText(title, 500)}`,
  );
  return ['', `STEPS ${done}/${steps.length}`, ...rows];
}

function edges(name: string, ends: readonly { readonly bead: Bead; readonly type: string }[]): string[] {
  if (ends.length === 0) return [];
  const rows = ends.map(({ bead, type }) => {
    const kind = type === 'blocks' ? '' : ` [${displayText(type)}]`;
    return `  ${displayText(bead.id)}  ${bead.status}  ${displayText(bead.title)}${kind}`;
  });
  return ['', name, ...rows];
}
