import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, posix, win32 } from 'node:path';

/** A program that can be started without a shell. */
export interface Program {
  /** As it was found. */
  readonly path: string;
  /** What to start, and the arguments that go before all others: of a Windows shim, the program behind it. */
  readonly command: string;
  readonly before: readonly string[];
}

export interface Lookup {
  readonly platform?: NodeJS.Platform;
  /** The endings that Windows tries, as in PATHEXT. */
  readonly endings?: string;
  /** What `node` is replaced by where a shim wants it and PATH has none. */
  readonly node?: string;
}

/**
 * Finds what a shell would start for `command`: the first executable file on `path`, or the file itself where `command` is a path.
 * Undefined where there is none, and for a Windows shim that cannot be resolved to the program behind it.
 */
export function findProgram(command: string, path: string, lookup: Lookup = {}): Program | undefined {
  const { platform = process.platform } = lookup;
  if (command === '' || command.includes('\0')) return undefined;
  const found = candidates(command, path, { ...lookup, platform }).find((file) =>
    isExecutable(file, platform),
  );
  if (found === undefined) return undefined;
  if (!/\.(cmd|bat)$/i.test(found)) return { path: found, command: found, before: [] };
  return behindShim(found, path, lookup);
}

/** The user's own shell, and the word for it in presets. */
export const shellWord = '{shell}';

export function userShell(environment: Readonly<Record<string, string | undefined>>): string {
  if (process.platform === 'win32') return environment['COMSPEC'] ?? 'cmd.exe';
  return environment['SHELL'] ?? '/bin/sh';
}

/** The program that a preset's command, one of its places, or a setting names; `~/…` as a shell would read it. */
export function findCommand(command: string, path: string): string | undefined {
  if (command === shellWord) return userShell(process.env);
  const file = command.startsWith('~/') ? join(homedir(), command.slice(2)) : command;
  return findProgram(file, path, { node: process.execPath })?.path;
}

function candidates(command: string, path: string, lookup: Lookup & { platform: NodeJS.Platform }): string[] {
  const onWindows = lookup.platform === 'win32';
  const isPath = command.includes('/') || (onWindows && command.includes('\\'));
  // A relative path would mean something else in each folder, and an empty part of PATH the folder of the agent's work.
  if (isPath && !(isAbsolute(command) || win32.isAbsolute(command))) return [];
  const delimiter = onWindows ? win32.delimiter : posix.delimiter;
  const folders = path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) || (onWindows && win32.isAbsolute(folder)));
  const files = isPath ? [command] : folders.map((folder) => join(folder, command));
  if (!onWindows) return files;
  const endings = (lookup.endings ?? process.env['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD')
    .toLowerCase()
    .split(';');
  const hasEnding = endings.some((ending) => ending !== '' && command.toLowerCase().endsWith(ending));
  return hasEnding ? files : files.flatMap((file) => endings.map((ending) => file + ending));
}

function isExecutable(file: string, platform: NodeJS.Platform): boolean {
  try {
    if (!statSync(file).isFile()) return false;
    if (platform !== 'win32') accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * npm's `.cmd` shims run a script or a program beside them. A `.cmd` cannot be started without a shell, and a shell would lose where
 * one argument ends (nodejs/node#52681), so what it would start is read out of it.
 */
function behindShim(shim: string, path: string, lookup: Lookup): Program | undefined {
  const target = shimTarget(shim);
  if (target === undefined) return undefined;
  if (/\.exe$/i.test(target)) return { path: shim, command: target, before: [] };
  const node =
    findProgram('node', path, { ...lookup, endings: '.EXE' })?.path ?? lookup.node ?? process.execPath;
  return { path: shim, command: node, before: [target] };
}

/** In npm's shims: `"%_prog%"  "%dp0%\node_modules\pkg\cli.js" %*`, or the same with an `.exe`. */
function shimTarget(shim: string): string | undefined {
  const text = readFileSync(shim, 'utf8');
  for (const [, relative = ''] of text.matchAll(/"%(?:~?dp0)%?\\?([^"%]+\.(?:c?js|mjs|exe))"/gi)) {
    const target = join(dirname(shim), ...relative.split('\\'));
    const isNode = /(^|[\\/])node\.exe$/i.test(target);
    if (!isNode && isExecutable(target, 'win32')) return target;
  }
  return undefined;
}
