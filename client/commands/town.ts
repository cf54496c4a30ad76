import { isAbsolute, join, resolve } from 'node:path';
import { ConfigurationTarget, window, workspace } from 'vscode';
import { Refusal } from '../../server/domain/refusal.ts';
import { displayText } from '../../server/domain/text.ts';
import { mention } from '../messages.ts';
import { askText, back, type Choice, inSteps, pickOne, type Place } from '../steps.ts';
import type { CommandParts } from './parts.ts';

/** Asks for a folder and makes a town in it. A folder that is not found by itself goes into the settings. */
export async function createTown(
  { connection }: CommandParts,
  argument?: unknown,
): Promise<string | undefined> {
  const path = typeof argument === 'string' ? argument : await askFolder();
  if (path === undefined) return undefined;
  if (!isAbsolute(path)) {
    throw new Refusal('invalid', 'The folder of a town is an absolute path.', { field: 'path' });
  }
  const town = resolve(path);
  await connection.createTown(town);
  if (town !== usualTown()) {
    const settings = workspace.getConfiguration('gastown');
    await settings.update('town', town, ConfigurationTarget.Global);
  }
  mention(`The town ${town} is ready.`);
  return town;
}

const elsewhere = Symbol('elsewhere');

async function askFolder(): Promise<string | undefined> {
  const usual = usualTown();
  const place = { title: 'Create Town', step: 1, of: 1 };
  const choices: Choice<string | typeof elsewhere>[] = [
    ...(usual === undefined
      ? []
      : [
          { label: displayText(usual), description: 'found without any setting', icon: 'home', value: usual },
        ]),
    { label: 'Choose a Folder...', icon: 'folder-opened', value: elsewhere },
    { label: 'Type a Path...', icon: 'edit', value: '' },
  ];
  const picked = await pickOne(place, 'Where should the town be?', Promise.resolve(choices));
  if (picked === elsewhere) return await browse();
  if (picked === '') return await typePath(place, usual ?? '');
  return picked === back ? undefined : picked;
}

async function browse(): Promise<string | undefined> {
  const folders = await window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: 'Create Town Here',
  });
  return folders?.[0]?.fsPath;
}

async function typePath(place: Place, value: string): Promise<string | undefined> {
  const problem = (text: string): string | undefined =>
    isAbsolute(text) ? undefined : 'An absolute path, please.';
  const answers = await inSteps(place.title, '', [
    (_, at) => askText(at, { prompt: 'Folder of the town; it is made if need be', value, problem }),
  ]);
  return answers;
}

/** Where `gt` looks when nothing names a town. */
function usualTown(): string | undefined {
  const home = process.env['HOME'] ?? process.env['USERPROFILE'];
  return home === undefined ? undefined : join(home, 'gt');
}
