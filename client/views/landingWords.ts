import { gateWords } from '../../server/domain/gate.ts';
import { gateSummary } from '../../server/domain/gateText.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import { displayText } from '../../server/domain/text.ts';
import type { PolecatDetail } from '../../server/protocol/work.ts';

/** A merge request of its that a person can land, or have proven now. */
export function isMergeable({ polecat, mergeRequest }: PolecatDetail): boolean {
  return (
    polecat.state === 'done' &&
    mergeRequest !== undefined &&
    mergeRequest.state !== 'verified' &&
    (mergeRequest.state !== 'merged' || mergeRequest.failures !== undefined)
  );
}

/** Something stood in its way, so that to try again is another thing than to merge. */
export function isRetryable(detail: PolecatDetail): boolean {
  const { state, reason } = detail.mergeRequest ?? {};
  return isMergeable(detail) && (state !== 'submitted' || reason !== undefined);
}

export function isRejectable(detail: PolecatDetail): boolean {
  const { state } = detail.mergeRequest ?? {};
  return isMergeable(detail) && state !== 'rejected' && state !== 'merged';
}

export function isGated({ mergeRequest }: PolecatDetail): boolean {
  return (mergeRequest?.gates ?? []).length > 0;
}

/** The words that menus ask for, wherever finished work stands. */
export function landingContext(detail: PolecatDetail): readonly (string | false)[] {
  return [
    isMergeable(detail) && 'mergeable',
    isRetryable(detail) && 'retryable',
    isRejectable(detail) && 'rejectable',
    isGated(detail) && 'gated',
  ];
}

/** How it went with the gates, unless the reason says it; undefined where none has run, and while it is worked on again. */
export function gatesShort({ polecat, mergeRequest }: PolecatDetail): string | undefined {
  if (polecat.state !== 'done' || !mergeRequest) return undefined;
  const { gates = [], reason = '' } = mergeRequest;
  return reason.startsWith('The gate ') ? undefined : gateSummary(gates);
}

/** What its last landing met: files in the way, and the gates. */
export function metParagraphs(request: MergeRequest): readonly (string | undefined)[] {
  const files = (request.files ?? []).slice(0, 10).map((file) => displayText(file, 200));
  return [files.length > 0 ? `In the way: ${files.join(', ')}` : undefined, gateParagraph(request)];
}

/** `Gates: types passed; test failed twice, with exit code 1` */
function gateParagraph({ gates = [] }: Pick<MergeRequest, 'gates'>): string | undefined {
  if (gates.length === 0) return undefined;
  return `Gates: ${gates.map((gate) => `${displayText(gate.name, 40)} ${gateWords(gate)}`).join('; ')}`;
}

/** A reason that says the state itself, to stand in its place: `rejected by ann: no`. */
export function sayingState(reason: string, word: string): string | undefined {
  if (!reason.toLowerCase().startsWith(`${word} `)) return undefined;
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}
