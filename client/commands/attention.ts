import { commands, env, window, workspace } from 'vscode';
import type { AttentionItem } from '../../server/domain/attentionItem.ts';
import { displayText } from '../../server/domain/text.ts';
import { run } from '../commandNames.ts';
import { letterUri } from '../documents.ts';
import { inform, mention } from '../messages.ts';
import { askText, back } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import { commandOf, subjectOf } from '../views/attention.ts';
import { choosePolecat } from './choose.ts';
import type { CommandParts } from './parts.ts';
import { approval } from './rig.ts';

/** Brings the list to the front. */
export async function showAttention(): Promise<void> {
  await commands.executeCommand('gastown.attention.focus');
}

/** Does what the next item asks for: after the last, the first again. */
export async function goToNextWaiting({ model, waiting }: CommandParts): Promise<void> {
  const next = waiting.next(model.town?.attention ?? []);
  if (!next) return inform('Nothing needs you.');
  await waiting.reveal(next);
  await attend(next);
}

export async function attend(item: AttentionItem): Promise<void> {
  await run(commandOf(item).name, subjectOf(item));
}

/** Says the answer to an agent that asks, and lets it go on where its session has ended. */
export async function answer(parts: CommandParts, argument?: unknown): Promise<void> {
  const detail = await choosePolecat(parts, argument, {
    title: 'Answer',
    fits: ({ polecat }) => polecat.state === 'needs-you',
    none: 'No polecat asks anything.',
  });
  if (!detail) return;
  const { id: agent, reason = '' } = detail.polecat;
  const place = { title: `Answer ${agent}`, step: 1, of: 1 };
  const text = await askText(place, {
    prompt: displayText(reason, 300) || `What ${agent} is to know`,
    problem: (typed) => (typed.trim() === '' ? 'Some text, please.' : undefined),
  });
  if (text === undefined || text === back) return;
  const { ask } = parts.connection;
  await ask('nudge/send', { agent, text });
  const ended = detail.session === undefined || detail.session.state === 'ended';
  if (ended) await run('resumeSession', { kind: 'polecat', agent });
  else mention(`${agent} gets your answer with its next call.`);
}

/** Shows what git or the setup would run, and approves exactly that. */
export async function approveRig({ connection }: CommandParts, argument?: unknown): Promise<void> {
  const subject = subjectIn(argument);
  if (subject?.kind !== 'rig') return;
  const { rig } = subject;
  try {
    // Of nothing it is refused with what there is to approve.
    await connection.ask('rig/approve', { rig, hash: 'none' });
  } catch (error) {
    const hash = await approval(error, 'stale');
    if (hash === undefined) return;
    await connection.ask('rig/approve', { rig, hash });
    mention(`What ${rig} runs is approved.`);
  }
}

export async function acknowledge({ connection }: CommandParts, argument?: unknown): Promise<void> {
  const subject = subjectIn(argument);
  if (subject?.kind !== 'escalation') return;
  const { id, description, reason } = await connection.ask('escalation/get', {
    escalation: subject.escalation,
  });
  const options = { modal: true, detail: displayText(reason ?? '', 2000) };
  const pressed = await window.showWarningMessage(displayText(description, 500), options, 'Take It');
  if (pressed !== 'Take It') return;
  await connection.ask('escalation/acknowledge', { escalation: id });
  mention(`You took ${id}.`);
}

/** As a document; the letter counts as read by that. */
export async function readMail(_parts: CommandParts, argument?: unknown): Promise<void> {
  const subject = subjectIn(argument);
  if (subject?.kind !== 'mail') return;
  const document = await workspace.openTextDocument(letterUri(subject.message));
  await window.showTextDocument(document, { preview: true });
}

export async function copyCommand({ model }: CommandParts, argument?: unknown): Promise<void> {
  const subject = subjectIn(argument);
  if (subject?.kind !== 'attention') return;
  const item = model.town?.attention.find(({ id }) => id === subject.item);
  if (!item) return;
  await env.clipboard.writeText(item.action.command);
  mention(`Copied: ${item.action.command}`);
}
