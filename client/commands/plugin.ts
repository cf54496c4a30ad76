import { window, workspace } from 'vscode';
import { whatRuns } from '../../server/domain/pluginText.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { displayText } from '../../server/domain/text.ts';
import type { PluginDetail } from '../../server/protocol/plugin.ts';
import { pluginUri } from '../documents.ts';
import { inform, mention } from '../messages.ts';
import { back, pickOne } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import type { CommandParts } from './parts.ts';

/** Shows what would run, its files in a document behind the question, and approves exactly that. */
export async function approvePlugin(parts: CommandParts, argument?: unknown): Promise<void> {
  const { ask } = parts.connection;
  const plugin = await choosePlugin(parts, argument);
  if (plugin === undefined) return;
  const detail = await ask('plugin/get', { plugin });
  const { id, state, hash } = detail;
  if (state === 'approved') return inform(`${id} is approved as it is.`);
  if (hash === undefined) throw cannotRun(detail);
  const document = await workspace.openTextDocument(pluginUri(id));
  await window.showTextDocument(document, { preview: true });
  const question = `May ${displayText(id, 120)} run as you, without being asked again?`;
  const options = { modal: true, detail: whatRuns(detail).join('\n') };
  const pressed = await window.showWarningMessage(question, options, 'Approve');
  if (pressed !== 'Approve') return;
  await ask('plugin/approve', { plugin: id, hash });
  mention(`${id} is approved, until a byte of it changes.`);
}

function cannotRun({ id, problem }: PluginDetail): Refusal {
  const why = problem === undefined ? 'its file is not there.' : displayText(problem, 300);
  return new Refusal('invalid', `${id} cannot be approved: ${why}`, { next: `gt plugin show ${id}` });
}

async function choosePlugin({ connection }: CommandParts, argument: unknown): Promise<string | undefined> {
  const subject = subjectIn(argument);
  if (subject?.kind === 'plugin') return subject.plugin;
  const plugins = (await connection.ask('plugin/list', {})).filter(
    ({ state }) => state === 'unapproved' || state === 'changed',
  );
  if (plugins.length === 0) {
    inform('No plugin waits for an approval.');
    return undefined;
  }
  const choices = plugins.map(({ id, state, when = '' }) => ({
    label: id,
    description: state === 'changed' ? 'changed since it was approved' : 'not approved',
    detail: displayText(when, 100),
    icon: 'shield',
    value: id as string,
  }));
  const picked = await pickOne(
    { title: 'Approve Plugin', step: 1, of: 1 },
    'Which plugin?',
    Promise.resolve(choices),
  );
  return picked === back ? undefined : picked;
}
