import { basename } from 'node:path';
import { ProgressLocation, window, workspace } from 'vscode';
import { Refusal } from '../../server/domain/refusal.ts';
import { parseRigName } from '../../server/domain/rigName.ts';
import { displayText } from '../../server/domain/text.ts';
import type { RigCreateParams, RigSummary, UnapprovedKey } from '../../server/protocol/rig.ts';
import type { Ask } from '../connection.ts';
import { mention, warn } from '../messages.ts';
import type { Model } from '../model.ts';
import { askText, back, type Choice, inSteps, pickOne, type Place, refusedBy, type Step } from '../steps.ts';
import { textsIn } from './choose.ts';
import type { CommandParts } from './parts.ts';
import { pickRuntime } from './runtimePick.ts';

type Answers = Partial<RigCreateParams>;

/** Asks for repository, name and runtime, and makes the rig. Called with the three of them it asks nothing. */
export async function addRig(
  { connection, model }: CommandParts,
  argument?: unknown,
): Promise<string | undefined> {
  const given: Answers = textsIn(argument);
  const steps: Step<Answers>[] = [];
  if (given.repository === undefined) steps.push(askRepository);
  if (given.name === undefined) steps.push(askName);
  if (given.runtime === undefined) steps.push((answers, place) => askRuntime(model, answers, place));
  const { name, repository, ...rest } = (await inSteps('Add Rig', given, steps)) ?? {};
  if (name === undefined || repository === undefined) return undefined;
  const summary = await createRig(connection.ask, { name, repository, ...rest });
  if (!summary) return undefined;
  const [warning] = summary.warnings;
  if (warning === undefined) mention(`The rig ${summary.rig.id} is there.`);
  else warn(`The rig ${summary.rig.id} is there. ${displayText(warning)}`);
  return summary.rig.id;
}

/** Where the repository's configuration names programs, the person sees them and decides. */
async function createRig(ask: Ask, params: RigCreateParams): Promise<RigSummary | undefined> {
  try {
    return await window.withProgress(
      { location: ProgressLocation.Notification, title: `Adding the rig ${displayText(params.name, 40)}...` },
      async () => await ask('rig/create', params),
    );
  } catch (error) {
    const approve = await approval(error);
    return approve === undefined ? undefined : await createRig(ask, { ...params, approve });
  }
}

/** The hash of what the person has seen and approves; undefined: they do not. Any other error is thrown again. */
export async function approval(
  error: unknown,
  code: 'unapproved' | 'stale' = 'unapproved',
): Promise<string | undefined> {
  if (!(error instanceof Refusal) || error.code !== code) throw error;
  const { keys = [], hash } = (error.details.facts ?? {}) as { keys?: UnapprovedKey[]; hash?: string };
  if (hash === undefined) throw error;
  const detail = keys
    .map(
      ({ key, value, scope }) =>
        `${displayText(key, 60)} = ${displayText(value)} (${displayText(scope, 20)})`,
    )
    .join('\n');
  const message =
    "The repository's configuration names programs that git would run. Approve only what you know.";
  const pressed = await window.showWarningMessage(message, { modal: true, detail }, 'Approve');
  return pressed === 'Approve' ? hash : undefined;
}

const typed = Symbol('typed');
const browsed = Symbol('browsed');

async function askRepository(answers: Answers, place: Place): Promise<Answers | typeof back | undefined> {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const choices: Choice<string | typeof typed | typeof browsed>[] = [
    ...folders.map(({ name, uri }) => ({
      label: displayText(name, 60),
      description: displayText(uri.fsPath),
      icon: 'repo',
      value: uri.fsPath,
    })),
    { label: 'Choose a Folder...', icon: 'folder-opened', value: browsed },
    { label: 'Type a URL or Path...', icon: 'edit', value: typed },
  ];
  const picked = await pickOne(place, 'Which repository?', Promise.resolve(choices));
  if (picked === undefined || picked === back) return picked;
  if (picked === typed) return await typeRepository(answers, place);
  if (picked !== browsed) return { ...answers, repository: picked };
  const chosen = await window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true });
  return chosen?.[0] ? { ...answers, repository: chosen[0].fsPath } : undefined;
}

async function typeRepository(answers: Answers, place: Place): Promise<Answers | typeof back | undefined> {
  const repository = await askText(place, {
    prompt: 'A URL (https, ssh, git@host:path) or an absolute path',
    problem: (text) => (text.trim() === '' ? 'A URL or a path, please.' : undefined),
  });
  if (repository === undefined || repository === back) return repository;
  return { ...answers, repository: repository.trim() };
}

async function askName(answers: Answers, place: Place): Promise<Answers | typeof back | undefined> {
  const name = await askText(place, {
    prompt: 'Name of the rig: lower-case letters, digits, hyphens',
    value: rigNameOf(answers.repository ?? ''),
    problem: refusedBy((text) => parseRigName(text)),
  });
  return name === undefined || name === back ? name : { ...answers, name };
}

async function askRuntime(
  model: Model,
  answers: Answers,
  place: Place,
): Promise<Answers | typeof back | undefined> {
  const runtime = await pickRuntime(model, place, { question: 'Who works in it?' });
  return runtime === undefined || runtime === back ? runtime : { ...answers, runtime };
}

/** `git@host:org/My_App.git` → `my_app`. */
function rigNameOf(repository: string): string {
  const last = basename(
    repository
      .replaceAll('\\', '/')
      .replace(/\/+$/u, '')
      .replace(/\.git$/u, ''),
  );
  const name = (last.split(':').at(-1) ?? '').toLowerCase().replaceAll(/[^a-z0-9_-]+/gu, '-');
  return name.replace(/^[-_]+/u, '').slice(0, 32);
}
