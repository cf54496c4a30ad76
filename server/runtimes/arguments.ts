import type { Arguments, Circumstance, PromptDelivery, RuntimePreset } from '../domain/runtime.ts';
import type { HostKind } from '../domain/session.ts';
import { fill, fillText, type Known, names, optionsWord } from './placeholders.ts';

/** What the words after the program are made of. */
export interface ArgumentsRequest {
  readonly preset: RuntimePreset;
  /** `process` takes the form that ends by itself. A preset without one must have been refused before. */
  readonly host: HostKind;
  readonly worktree: string;
  readonly town: string;
  readonly promptText: string;
  /** A file with the same text. */
  readonly promptFile: string;
  /** Role and contract, given as the preset says; nothing of others is in it. */
  readonly systemPromptText?: string;
  /** A file with the same text. */
  readonly systemPromptFile?: string;
  /** `ask` where absent. */
  readonly approval?: 'ask' | 'auto';
  /** Whether the folder's trust is answered for the person; absent: as the preset and the profile say. */
  readonly trusted?: boolean;
  /** It would run as the superuser. */
  readonly root?: boolean;
  /** The runtime's own id of the new session, where the preset takes one: a UUID. */
  readonly runtimeSession?: string;
  /** The runtime's own id of the session to go on with. A preset that cannot starts a new one. */
  readonly resume?: string;
  /** A 0700 folder for this session's private files. */
  readonly privateDirectory?: string;
  /** A file of settings with the runtime's lifecycle hooks, where one was written. */
  readonly settingsFile?: string;
  /** Where git keeps HEAD and index of the worktree, and, where that is another folder, what all worktrees share. */
  readonly gitDirectory?: string;
  readonly gitCommonDirectory?: string;
  /** The folder through which `gt` speaks from inside a sandbox. */
  readonly spool?: string;
  /** Of the user, before the prompt. */
  readonly extraArguments?: readonly string[];
}

/** Whether the runtime can go on with a session of its own in such a place. */
export function canResume(preset: RuntimePreset, host: HostKind): boolean {
  return (host === 'process' ? preset.resumeOneShot : preset.resume) !== undefined;
}

/** What the launch knows. `tools` is known only in the words that give them. */
export function knownAt(request: ArgumentsRequest): Known {
  const so = new Set<Circumstance>();
  if (request.approval === 'auto') so.add('auto');
  if (request.root === true) so.add('root');
  if (request.host === 'process') so.add('process');
  if (isTrusted(request)) so.add('trusted');
  return {
    so,
    values: definedOnly({
      prompt: request.promptText,
      file: request.promptFile,
      systemPrompt: request.systemPromptText,
      systemPromptFile: request.systemPromptFile,
      private: request.privateDirectory,
      settings: request.settingsFile,
      worktree: request.worktree,
      town: request.town,
      id: request.resume ?? request.runtimeSession,
      gitDirectory: request.gitDirectory,
      gitCommonDirectory: request.gitCommonDirectory,
      spool: request.spool,
    }),
  };
}

/** All the words after the program: the form, the options in their place in it, and the prompt. */
export function argumentsOf(request: ArgumentsRequest, known: Known): string[] {
  const form = formOf(request);
  const at = form.indexOf(optionsWord);
  const [before, after] = at === -1 ? [form, []] : [form.slice(0, at), form.slice(at + 1)];
  const words = [...fill(before, known), ...optionsOf(request, known), ...fill(after, known)];
  // A form that says where the prompt goes gets it there and nowhere else.
  return names(form, 'prompt', 'file') ? words : [...words, ...deliver(request.preset.prompt, request)];
}

/** The variables that the preset sets, and those that trust and system prompt need. */
export function presetEnvironment({ preset }: ArgumentsRequest, known: Known): Record<string, string> {
  const { systemPrompt, trust } = preset;
  const given = {
    ...preset.environment.set,
    ...(known.so.has('trusted') ? trust?.environment : {}),
    ...(systemPrompt.kind === 'file' && systemPrompt.variable !== undefined
      ? { [systemPrompt.variable]: '{systemPromptFile}' }
      : {}),
  };
  return definedOnly(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, fillText(value, known)])),
  );
}

function formOf({ preset, host, resume }: ArgumentsRequest): Arguments {
  const isOneShot = host === 'process';
  const resumed = isOneShot ? preset.resumeOneShot : preset.resume;
  if (resume !== undefined && resumed) return resumed;
  return isOneShot ? (preset.oneShot ?? preset.arguments) : preset.arguments;
}

/** Folders are trusted for a person who chose `auto`, or said so, and where the question would be put to nobody. */
function isTrusted({ preset: { trust }, trusted, approval, host }: ArgumentsRequest): boolean {
  if (!trust) return false;
  return trusted ?? (approval === 'auto' || (host === 'process' && trust.oneShot === true));
}

function optionsOf(request: ArgumentsRequest, known: Known): string[] {
  const { preset } = request;
  return [
    ...sessionOptions(request),
    ...fill(preset.approval[request.approval ?? 'ask'], known),
    ...(known.so.has('trusted') ? fill(preset.trust?.arguments ?? [], known) : []),
    ...systemPromptOptions(preset, known),
    ...toolOptions(preset, known),
    ...(request.extraArguments ?? []),
  ];
}

/** A session that goes on has its id in its form. */
function sessionOptions({ preset: { sessionId }, resume, runtimeSession }: ArgumentsRequest): string[] {
  if (sessionId.kind !== 'flag' || resume !== undefined || runtimeSession === undefined) return [];
  return [sessionId.flag, runtimeSession];
}

function systemPromptOptions({ systemPrompt }: RuntimePreset, known: Known): string[] {
  if (systemPrompt.kind === 'config')
    return known.values.systemPrompt === undefined ? [] : fill(systemPrompt.arguments, known);
  if (systemPrompt.kind === 'none' || systemPrompt.flag === undefined) return [];
  const given = systemPrompt.kind === 'flag' ? '{systemPrompt}' : '{systemPromptFile}';
  return fill([{ words: [systemPrompt.flag, given] }], known);
}

function toolOptions({ tools: { allow, deny, given } }: RuntimePreset, known: Known): string[] {
  const told = (words: Arguments | undefined, list: readonly string[]): string[] => {
    if (!words || list.length === 0) return [];
    const each = given?.each === true ? list : [list.join(',')];
    return each.flatMap((tools) => fill(words, { ...known, values: { ...known.values, tools } }));
  };
  return [...told(given?.allow, allow), ...told(given?.deny, deny)];
}

function deliver(prompt: PromptDelivery, { promptText, promptFile }: ArgumentsRequest): readonly string[] {
  if (prompt.kind === 'print' || prompt.kind === 'none') return [];
  const text = prompt.kind === 'argument' ? promptText : promptFile;
  return prompt.flag === undefined ? [text] : [prompt.flag, text];
}

function definedOnly<Key extends string>(
  entries: Readonly<Partial<Record<Key, string | undefined>>>,
): Record<Key, string> {
  const defined = Object.entries<string | undefined>(entries).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as Record<Key, string>;
}
