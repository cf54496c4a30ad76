import { window, workspace } from 'vscode';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import { describeState } from '../../server/domain/stateWords.ts';
import { displayText } from '../../server/domain/text.ts';
import type { PolecatDetail } from '../../server/protocol/work.ts';
import { gatesUri } from '../gateDocuments.ts';
import { inform, mention } from '../messages.ts';
import { askText, back } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import { isGated, isRejectable, isRetryable } from '../views/landingWords.ts';
import { choosePolecat, type PolecatQuestion } from './choose.ts';
import type { CommandParts } from './parts.ts';

/** A document of what the gates said, in a tab of its own: a diff that is looked at stays. */
export async function showGates(parts: CommandParts, argument?: unknown): Promise<void> {
  const request = await chooseRequest(parts, argument, {
    title: 'Show Gate Output',
    fits: isGated,
    none: 'No gate has run on anything that is here.',
  });
  if (!request) return;
  if (!request.gates?.length) return inform(`No gate has run on ${request.bead}.`);
  const document = await workspace.openTextDocument(gatesUri(request));
  await window.showTextDocument(document, { preview: false });
}

/** Into the queue again. How it goes is seen in its row. */
export async function retryMerge(parts: CommandParts, argument?: unknown): Promise<void> {
  const request = await chooseRequest(parts, argument, {
    title: 'Retry Merge',
    fits: isRetryable,
    none: 'Nothing was kept from landing.',
  });
  if (!request) return;
  const { waits } = await parts.model.inHand.during(request.bead, () =>
    parts.connection.ask('mergeRequest/retry', { mergeRequest: request.id }),
  );
  const words = `${request.bead} is in the merge queue again`;
  if (waits === undefined) mention(`${words}.`);
  else inform(`${words}. ${displayText(waits, 500)}`);
}

/** It is not to land as it is: why is asked, and its polecat is told where it is there. */
export async function rejectMerge(parts: CommandParts, argument?: unknown): Promise<void> {
  const request = await chooseRequest(parts, argument, {
    title: 'Reject Merge',
    fits: isRejectable,
    none: 'Nothing waits to be merged.',
  });
  if (!request) return;
  const { id, bead, agent } = request;
  const place = { title: `Reject ${bead}`, step: 1, of: 1 };
  const isThere = parts.model.polecat(agent) !== undefined;
  const reason = await askText(place, {
    prompt: isThere ? `Why it is not to land as it is; ${agent} is told` : 'Why it is not to land as it is',
    problem: (typed) => (typed.trim() === '' ? 'A reason, please.' : undefined),
  });
  if (reason === undefined || reason === back) return;
  const rejection = { mergeRequest: id, reason: reason.trim(), ...(isThere ? { notify: true } : {}) };
  const { mergeRequest: now } = await parts.model.inHand.during(bead, () =>
    parts.connection.ask('mergeRequest/reject', rejection),
  );
  mention(`${bead} is ${describeState(now.state)}${isThere ? `; ${agent} is told why` : ''}.`);
}

/** What was submitted for the row's bead; its polecat may be gone. */
async function chooseRequest(
  parts: CommandParts,
  argument: unknown,
  question: PolecatQuestion,
): Promise<MergeRequest | undefined> {
  const detail: PolecatDetail | undefined = await choosePolecat(parts, argument, question);
  if (detail?.mergeRequest) return detail.mergeRequest;
  const subject = subjectIn(argument);
  const bead = detail?.polecat.bead ?? (subject?.kind === 'bead' ? subject.bead : undefined);
  if (bead === undefined) return undefined;
  return (await parts.connection.ask('mergeRequest/get', { mergeRequest: bead })).mergeRequest;
}
