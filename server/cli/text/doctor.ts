import { displayText } from '../../domain/text.ts';
import type { TownFinding } from '../../protocol/doctor.ts';
import { paint, type Look, type Paint } from '../output.ts';

const colors: Readonly<Record<TownFinding['state'], Paint>> = {
  ok: 'green',
  warning: 'yellow',
  problem: 'red',
};

/** One line for each, and below it how to mend it. */
export function findingsLines(findings: readonly TownFinding[], look: Look): string[] {
  const lines = findings.flatMap((finding) => findingLines(finding, look));
  const left = findings.filter(({ state }) => state === 'problem').length;
  const warned = findings.filter(({ state }) => state === 'warning').length;
  if (left === 0 && warned === 0) return [...lines, 'Everything is in order.'];
  const words = [
    ...(left === 0 ? [] : [`${left} problem${left === 1 ? '' : 's'}`]),
    ...(warned === 0 ? [] : [`${warned} warning${warned === 1 ? '' : 's'}`]),
  ];
  return [...lines, `${words.join(', ')}.`];
}

function findingLines({ about, state, evidence, advice, outcome, why }: TownFinding, look: Look): string[] {
  const word = paint(look, colors[state], state.padEnd(7));
  const done = outcome === undefined ? '' : ` (${outcome})`;
  const help = outcome === 'not fixed' ? (why ?? advice) : advice;
  return [
    `${word} ${displayText(about)}: ${displayText(evidence, 1000)}${done}`,
    ...(help === undefined || state === 'ok' ? [] : [`        ${displayText(help, 500)}`]),
  ];
}
