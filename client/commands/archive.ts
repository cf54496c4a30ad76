import { window } from 'vscode';
import { Refusal } from '../../server/domain/refusal.ts';
import { displayText } from '../../server/domain/text.ts';
import type { Result } from '../../server/protocol/messages.ts';
import { run } from '../commandNames.ts';
import { inform, mention, warn } from '../messages.ts';
import { back, type Choice, pickOne } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import { joined } from '../views/row.ts';
import type { CommandParts } from './parts.ts';

/** After a removal: what was removed, with the button that undoes it. */
export function sayRemoved(words: string, archive: string, warnings: readonly string[] = []): void {
  const undo = { label: 'Undo', run: () => run('restoreArchive', { kind: 'archive', archive }) };
  if (warnings.length > 0) warn([`${words}.`, ...warnings].join(' '), undo);
  else inform(`${words}.`, undo);
}

/** Brings it back under its own name; where that is taken, the person is offered another. */
export async function restoreArchive(parts: CommandParts, argument?: unknown): Promise<void> {
  const archive = await chooseArchive(parts, argument, 'Restore Archived Work');
  if (archive === undefined) return;
  const restored = await restoreAs(parts, { archive });
  if (!restored) return;
  const { agent = restored.branch, hooked, notes } = restored;
  const words = `${agent} is back${hooked ? ', with its bead on its hook' : ''}.`;
  const resume = { label: 'Resume Session', run: () => run('resumeSession', { kind: 'polecat', agent }) };
  const offer = hooked ? resume : undefined;
  // The views hear of it now, and need not tell it once more.
  await parts.model.inHand.during(agent, () => undefined);
  if (notes.length > 0) warn([words, ...notes].join(' '), offer);
  else inform(words, offer);
}

type Restored = Result<'archive/restore'>;

async function restoreAs(
  parts: CommandParts,
  params: { readonly archive: string; readonly as?: string },
): Promise<Restored | undefined> {
  try {
    return await window.withProgress(
      { location: { viewId: 'gastown.rigs' }, title: 'Restoring...' },
      async () => await parts.connection.ask('archive/restore', params),
    );
  } catch (error) {
    const free = freeName(error);
    if (free === undefined || params.as !== undefined) throw error;
    const label = `Restore as ${displayText(free, 40)}`;
    const message = error instanceof Refusal ? displayText(error.message, 300) : '';
    const pressed = await window.showWarningMessage(message, label);
    return pressed === label ? await restoreAs(parts, { ...params, as: free }) : undefined;
  }
}

function freeName(error: unknown): string | undefined {
  if (!(error instanceof Refusal) || error.code !== 'taken') return undefined;
  const free = error.details.facts?.['free'];
  return typeof free === 'string' ? free : undefined;
}

/** For good, and only after the person has read what goes. */
export async function discardArchive(parts: CommandParts, argument?: unknown): Promise<void> {
  const archive = await chooseArchive(parts, argument, 'Delete Archived Work');
  if (archive === undefined) return;
  const detail = await whatGoes(parts, archive);
  const options = { modal: true, detail };
  const pressed = await window.showWarningMessage('Delete it for good?', options, 'Delete for Good');
  if (pressed !== 'Delete for Good') return;
  await parts.connection.ask('archive/delete', { archive, confirmed: true });
  mention(`${archive} is deleted.`);
}

async function whatGoes({ connection }: CommandParts, archive: string): Promise<string> {
  try {
    await connection.ask('archive/delete', { archive });
    return '';
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'unapproved') throw error;
    return displayText(error.message, 1000);
  }
}

async function chooseArchive(
  { connection }: CommandParts,
  argument: unknown,
  title: string,
): Promise<string | undefined> {
  const subject = subjectIn(argument);
  if (subject?.kind === 'archive') return subject.archive;
  const { archives } = await connection.ask('archive/list', {});
  if (archives.length === 0) {
    inform('Nothing was removed that is still kept.');
    return undefined;
  }
  const choices = archives.map(({ archive, title: bead, runtimeLabel }): Choice<string> => ({
    label: archive.agent,
    description: joined(archive.at.slice(0, 16).replace('T', ' '), displayText(runtimeLabel, 40)),
    detail: joined(archive.bead, bead === undefined ? undefined : displayText(bead, 80)),
    icon: 'archive',
    value: archive.id,
  }));
  const picked = await pickOne({ title, step: 1, of: 1 }, 'Which one?', Promise.resolve(choices));
  return picked === back ? undefined : picked;
}
