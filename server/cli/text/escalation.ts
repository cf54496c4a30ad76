import type { Escalation } from '../../domain/escalation.ts';
import { displayText, plainText } from '../../domain/text.ts';
import { ago } from '../ago.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';

export const escalationKeys =
  '{ id, state: open|acknowledged|closed, severity, originalSeverity, description, reason?, source?, bead?, by, createdAt, raised, raisedAt?, acknowledged?: { at, by }, closed?: { at, by, reason } }';

export function escalationJson(escalation: Escalation): Escalation {
  return escalation;
}

export function escalationsLines(all: readonly Escalation[], look: Look): string[] {
  const rows = all.map((each) => [
    each.id,
    each.severity,
    each.state,
    each.by,
    ago(each.createdAt, look.now),
    each.description,
  ]);
  return table(columns, rows, look);
}

const columns = [
  { title: 'ESCALATION' },
  { title: 'SEVERITY' },
  { title: 'STATE' },
  { title: 'BY', shrinks: true },
  { title: 'RAISED' },
  { title: 'WHAT', shrinks: true },
];

export function escalationLines(one: Escalation, look: Look): string[] {
  const { severity, originalSeverity, raised, acknowledged, closed } = one;
  const was = severity === originalSeverity ? '' : `, raised as ${originalSeverity}`;
  const again = raised === 0 ? '' : `, ${raised === 1 ? 'once' : `${raised} times`} again`;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['What', one.description],
    ['Severity', `${severity}${was}${again}`],
    ['State', one.state],
    ['By', `${one.by}, ${ago(one.createdAt, look.now)}`],
    ['Bead', one.bead],
    ['Source', one.source],
    ['Taken by', acknowledged && `${acknowledged.by}, ${ago(acknowledged.at, look.now)}`],
    ['Closed by', closed && `${closed.by}, ${ago(closed.at, look.now)}: ${closed.reason}`],
  ];
  return [
    `Escalation ${displayText(one.id)}`,
    ...facts.flatMap(([name, value]) =>
      value ? [`  ${`${name}:`.padEnd(11)}${displayText(value, 600)}`] : [],
    ),
    ...(one.reason === undefined
      ? []
      : plainText(one.reason)
          .split('\n')
          .map((line) => `  | ${line}`.trimEnd())),
  ];
}
