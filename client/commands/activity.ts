import { env } from 'vscode';
import { displayText } from '../../server/domain/text.ts';
import { activityKinds } from '../activity.ts';
import { inform } from '../messages.ts';
import { back, pickOne } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import type { CommandParts } from './parts.ts';

/** Narrows the Activity view to one kind of thing. */
export async function filterActivity({ views }: CommandParts): Promise<void> {
  const { activity } = views;
  const choices = activityKinds.map((kind) => ({
    label: kind.label,
    detail: kind.detail,
    picked: kind === activity.kind,
    value: kind,
  }));
  const place = { title: 'Filter Activity', step: 1, of: 1 };
  const picked = await pickOne(place, 'What should be shown?', Promise.resolve(choices));
  if (picked !== undefined && picked !== back) activity.narrow(picked);
}

/** Shows where something is in the other views. What is in none of them any more has a history. */
export async function reveal({ views }: CommandParts, argument?: unknown): Promise<void> {
  const subject = subjectIn(argument);
  if (!subject || (await views.showWhere(subject))) return;
  const id = Object.values(subject).find((value) => value !== subject.kind) ?? '';
  const line = `gt log ${id}`;
  const copy = { label: `Copy "${line}"`, run: () => env.clipboard.writeText(line) };
  inform(
    `${displayText(id, 100)} is in none of the views any more.`,
    subject.kind === 'bead' ? copy : undefined,
  );
}
