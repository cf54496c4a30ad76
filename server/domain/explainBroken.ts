import type { Dispatch } from './dispatch.ts';
import { type Answer, type Evidence, said } from './explaining.ts';
import { displayText } from './text.ts';
import type { Tries } from './tries.ts';
import { triedWords } from './trying.ts';

/** Work on it was begun and failed too often. */
export function explainBroken(tries: Tries, evidence: readonly Evidence[] = []): Answer {
  const { id, last } = tries;
  return said(
    'breaker',
    `${id} ${triedWords(tries)} and is not begun again: ${displayText(last.sentence, 300)}`,
    `gt scheduler retry ${id}`,
    [{ what: 'failed last', at: last.at }, ...evidence],
  );
}

/** It could not be started too often. */
export function explainUnstarted({ id, failures, lastFailure }: Dispatch): Answer {
  const why = lastFailure ? `: ${displayText(lastFailure.sentence, 300)}` : '.';
  const evidence = lastFailure ? [{ what: `the last of ${failures} starts failed`, at: lastFailure.at }] : [];
  return said(
    'breaker',
    `${id} could not be started ${failures} times and is not tried again${why}`,
    `gt scheduler retry ${id}`,
    evidence,
  );
}
