import { window } from 'vscode';
import { displayText } from '../../server/domain/text.ts';
import type { ConvoyView } from '../../server/protocol/convoy.ts';
import type { StagedConvoy } from '../../server/protocol/convoyStage.ts';
import { inform, mention } from '../messages.ts';
import { back, pickOne } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import type { CommandParts } from './parts.ts';

/** Shows the waves, and what there is to warn of; then queues what is ready, and the rest as it becomes ready. */
export async function launchConvoy(parts: CommandParts, argument?: unknown): Promise<void> {
  const { ask } = parts.connection;
  const convoy = await chooseConvoy(parts, argument, 'Launch Convoy');
  if (convoy === undefined) return;
  const staged = await ask('convoy/plan', { convoy });
  const { errors, warnings } = staged.plan;
  // With errors the town refuses it, and says which.
  if (errors.length === 0 && !(await agreesTo(staged))) return;
  const { queued } = await ask('convoy/launch', { convoy, ...(warnings.length > 0 ? { force: true } : {}) });
  mention(queued.length === 0 ? 'Nothing of it is ready now' : `Queued ${queued.join(', ')}`);
}

async function agreesTo({ title, plan }: StagedConvoy): Promise<boolean> {
  const waves = plan.waves.map((wave, at) => `Wave ${at + 1}: ${wave.join(', ')}`);
  const detail = [...waves, ...plan.warnings.map(({ text }) => text)].map((line) => displayText(line, 300));
  const options = { modal: true, detail: detail.slice(0, 20).join('\n') };
  const pressed = await window.showInformationMessage(
    `Launch "${displayText(title, 80)}"?`,
    options,
    'Launch',
  );
  return pressed === 'Launch';
}

/** Ends a convoy that will not land. Its beads stay as they are. */
export async function closeConvoy(parts: CommandParts, argument?: unknown): Promise<void> {
  const { ask } = parts.connection;
  const id = await chooseConvoy(parts, argument, 'Close Convoy');
  if (id === undefined) return;
  const { convoy, closed, total } = await ask('convoy/get', { convoy: id });
  const options = {
    modal: true,
    detail: `${total - closed} of ${total} beads are open. They stay as they are, and nothing more of it is started.`,
  };
  const title = displayText(convoy.title, 80);
  const pressed = await window.showWarningMessage(`Close the convoy "${title}"?`, options, 'Close');
  if (pressed !== 'Close') return;
  await ask('convoy/close', { convoy: id, force: true });
  mention(`Closed ${id}`);
}

async function chooseConvoy(
  { model }: CommandParts,
  argument: unknown,
  title: string,
): Promise<string | undefined> {
  const subject = subjectIn(argument);
  if (subject?.kind === 'convoy') return subject.convoy;
  const open = (model.town?.convoys ?? []).filter(isUnderWay);
  if (open.length === 0) {
    inform('There is no convoy under way.');
    return undefined;
  }
  const choices = open.map(({ convoy }) => ({
    label: displayText(convoy.title, 80),
    description: convoy.id,
    value: convoy.id,
  }));
  const picked = await pickOne({ title, step: 1, of: 1 }, 'Which convoy?', Promise.resolve(choices));
  return picked === back ? undefined : picked;
}

function isUnderWay({ convoy: { state } }: ConvoyView): boolean {
  return state === 'open' || state === 'staged';
}
