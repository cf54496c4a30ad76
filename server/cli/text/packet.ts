import type { Handoff } from '../../domain/handoff.ts';
import { packetLines, packetParts } from '../../domain/handoffs.ts';
import { displayText } from '../../domain/text.ts';
import { ago } from '../ago.ts';
import type { Look } from '../output.ts';
import { wrapped } from './wrapped.ts';

export const packetKeys =
  '{ id, agent, rig?, bead?, from, to?, by, at, words: { subject?, text?, decisions?, tried?, questions? }, facts: { goal?, steps?, branch?, base?, tip?, commits?, files?: [{ path, added?, removed? }], moreFiles?, uncommitted?, landing?, gates?, checks?, asked? } }';

/** Behind a bar: whoever reads it may be an agent, and it is others' text. */
export function packetText(handoff: Handoff): string[] {
  return packetLines(handoff).map((line) => `| ${line}`.trimEnd());
}

/** As a part of what is shown of its bead, on the width of the terminal. */
export function packetOfBead(handoff: Handoff, look: Look): string[] {
  const { id, agent, by, at, from, to } = handoff;
  const whose = by === agent ? `of ${agent}` : `of ${agent}, by ${by}`;
  const head = `${id} ${whose}, ${ago(at, look.now)}: ${from}${to === undefined ? '' : ` to ${to}`}`;
  return [
    '',
    'HANDOFF',
    `  ${displayText(head, 300)}`,
    ...packetParts(handoff).flatMap(({ title, lines }) => [
      `  ${title}`,
      ...lines.flatMap((line) => shown(line, look.width)),
    ]),
  ];
}

/** A list's further lines stand under its text; what is laid out by blanks stays as it is. */
function shown(line: string, width: number): string[] {
  const text = displayText(line, 10_000);
  const hang = text.startsWith('- ') ? '  ' : '';
  return wrapped(text, width - bar.length - hang.length).map((part, at) =>
    `${bar}${at === 0 ? '' : hang}${part}`.trimEnd(),
  );
}

const bar = '    | ';
