import { type GateOutcome, gateWords, rejects } from './gate.ts';
import type { Timestamp } from './ids.ts';
import type { MergeRequest } from './mergeRequest.ts';
import { displayText, plainText, shellWord } from './text.ts';

/** `types failed with exit code 2 on 1a2b3c4, before the landing`. */
export function gateLine(gate: GateOutcome): string {
  const weight = gate.outcome === 'passed' || gate.onFail === 'reject' ? '' : ` (${gate.onFail} only)`;
  return `${displayText(gate.name)} ${gateWords(gate)} on ${gate.on.slice(0, 7)}, ${gate.phase} the landing${weight}`;
}

/** What was run, of a gate that has not passed: `$ npm test`. */
export function gateCommand({ command = [] }: GateOutcome): readonly string[] {
  return command.length === 0 ? [] : [`$ ${displayText(command.map(shellWord).join(' '), 2000)}`];
}

/** What the gates of its last landing said, with their last lines. `told` says when one ran. */
export function gateLog(
  { bead, state, reason, attempts = 0, tip, landed, gates = [] }: MergeRequest,
  told: (at: Timestamp) => string,
): string[] {
  const said = reason === undefined ? '' : `: ${displayText(reason, 500)}`;
  return [
    `${displayText(bead)} ${state}${said}`,
    `${attempts} attempt${attempts === 1 ? '' : 's'}, tip ${tip.slice(0, 7)}${landed === undefined ? '' : `, landed as ${landed.slice(0, 7)}`}`,
    ...(gates.length === 0 ? ['No gate has run on it.'] : []),
    ...gates.flatMap((gate) => [
      '',
      `${gateLine(gate)}, ${told(gate.at)}`,
      ...gateCommand(gate).map((line) => `  ${line}`),
      ...gate.output.map((line) => `  ${plainText(line)}`),
    ]),
  ];
}

/** `2 gates passed`, `rejected by types`, `1 of 2 gates passed`: how the last landing went with them. Undefined: none has run. */
export function gateSummary(gates: readonly GateOutcome[]): string | undefined {
  const [first] = gates;
  if (!first) return undefined;
  const culprit = gates.find(rejects);
  if (culprit) return `rejected by ${displayText(culprit.name, 40)}`;
  const passed = gates.filter(({ outcome }) => outcome === 'passed').length;
  if (passed < gates.length) return `${passed} of ${gates.length} gates passed`;
  return passed === 1 ? `${displayText(first.name, 40)} passed` : `${passed} gates passed`;
}
