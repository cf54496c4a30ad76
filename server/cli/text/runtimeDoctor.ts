import type { Finding } from '../../domain/finding.ts';
import { displayText } from '../../domain/text.ts';
import type { DoctorResult, RuntimeHealth } from '../../protocol/runtimeDoctor.ts';
import { paint, type Look, type Paint } from '../output.ts';
import { below, table } from '../table.ts';
import { wrapped } from './wrapped.ts';

/** All of one runtime; of many a table, and below it what stands in the way of those that are there or wanted. */
export function doctorLines({ runtimes, machine, ready }: DoctorResult, look: Look): string[] {
  const [only, ...others] = runtimes;
  const isOne = only !== undefined && others.length === 0;
  const told = isOne
    ? runtimes
    : runtimes.filter((each) => each.rigs.length > 0 || stateOf(each) !== 'not found');
  return [
    ...table(columns, runtimes.map(rowOf), look),
    ...told.flatMap((each) => section(each.label, each.findings, isOne, look)),
    ...section('This machine', machine, true, look),
    '',
    ...verdict(ready, isOne ? only : undefined, runtimes),
  ];
}

function verdict(
  ready: boolean,
  only: RuntimeHealth | undefined,
  runtimes: readonly RuntimeHealth[],
): string[] {
  if (!ready) return ['Not ready: see what is a problem above.'];
  if (only)
    return [`${displayText(only.label, 60)} is ready.`, `Next: gt runtime test ${displayText(only.name)}`];
  return runtimes.some(({ rigs }) => rigs.length > 0)
    ? ['Every runtime that a rig uses is ready.']
    : ['No rig uses a runtime yet.', 'Next: gt runtime doctor NAME'];
}

const columns = [
  { title: 'RUNTIME' },
  { title: 'STATE', paint: (cell: string): Paint | undefined => stateColors[cell] },
  { title: 'VERSION', shrinks: true },
  { title: 'AGE' },
  { title: 'RIGS', shrinks: true },
  { title: 'PROGRAM', shrinks: true },
];

const stateColors: Readonly<Record<string, Paint>> = {
  ready: 'green',
  'not ready': 'red',
  'look below': 'yellow',
};

function rowOf(health: RuntimeHealth): readonly string[] {
  const { name, version, ageDays, rigs, program } = health;
  const age = ageDays === undefined ? '-' : `${ageDays} d`;
  return [name, stateOf(health), version ?? '-', age, rigs.join(', ') || '-', program ?? '-'];
}

/** One that is not there needs no other word. */
function stateOf({ ready, findings }: RuntimeHealth): string {
  if (findings.some(({ about, state }) => about === 'program' && state === 'problem')) return 'not found';
  if (!ready) return 'not ready';
  return findings.some(({ state }) => state === 'warning') ? 'look below' : 'ready';
}

function section(title: string, findings: readonly Finding[], whole: boolean, look: Look): string[] {
  const shown = whole ? findings : findings.filter(({ state }) => state !== 'ok');
  if (shown.length === 0) return [];
  return [
    '',
    paint(look, 'bold', displayText(title, 60)),
    ...shown.flatMap((each) => findingLines(each, look)),
  ];
}

const widestState = 'warning'.length;

function findingLines({ about, state, evidence, advice }: Finding, look: Look): string[] {
  const indent = ' '.repeat(below.length + widestState + 2);
  const room = look.width - indent.length;
  const [first = '', ...more] = wrapped(`${about}: ${displayText(evidence, 1000)}`, room);
  const lead = below + paint(look, findingColors[state], state) + ' '.repeat(widestState - state.length + 2);
  const todo = advice === undefined ? [] : wrapped(`What to do: ${displayText(advice, 1000)}`, room);
  return [
    lead + first,
    ...more.map((line) => indent + line),
    ...todo.map((line) => indent + paint(look, 'yellow', line)),
  ];
}

const findingColors: Readonly<Record<Finding['state'], Paint>> = {
  ok: 'green',
  warning: 'yellow',
  problem: 'red',
};
