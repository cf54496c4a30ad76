import { displayText } from '../../server/domain/text.ts';
import type { ScorecardRow } from '../../server/protocol/scorecard.ts';

/** How a runtime did with each type of bead; no rate where there is too little to tell one. */
export function scoreParagraphs(rows: readonly ScorecardRow[]): readonly string[] {
  const ended = rows.filter(({ samples }) => samples > 0);
  if (ended.length === 0) return [];
  const parts = ended.map(({ type, samples, landedFirst, firstRate }) => {
    const rate = firstRate === undefined ? 'too few for a rate' : `${Math.round(firstRate * 100)} %`;
    return `${displayText(type, 20)} ${landedFirst} of ${samples} (${rate})`;
  });
  return [`Landed at first try: ${parts.join(', ')}. More: gt runtime scorecard`];
}
