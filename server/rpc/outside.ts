import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { townPaths } from '../protocol/address.ts';
import { readServerFile } from './call.ts';
import { endpointsOf, tmuxSocketsOf } from './endpoint.ts';

/** What the product has put elsewhere than in a town's folder and its rigs' repositories. */
export interface Outside {
  /** Goes with the town. */
  readonly goes: readonly string[];
  /** Folders that were made for it, the inner ones first; each goes where nothing is left in it. */
  readonly folders: readonly string[];
  /** Stays, since it is the editor's or may be another town's: each in a sentence with what takes it away. */
  readonly stays: readonly string[];
}

/** `register`: the file in which the town is known to be its user's. */
export function outsideOf(town: string, register: string | undefined): Outside {
  const { dead, living } = scratchFolders();
  const own = register === undefined ? [] : [register];
  const sockets = [...endpointsOf(town), ...tmuxSocketsOf(town)];
  return {
    goes: [...own, ...sockets, ...dead].filter(isThere),
    folders: [...new Set([...sockets.map((socket) => dirname(socket)), ...foldersOf(own)])],
    stays: [
      ...living.map((folder) => `${folder}, where a demonstration or a test may still run: rm -r ${folder}`),
      ...extensionFolders().map(
        (folder) => `${folder}, the extension itself: code --uninstall-extension gastown.gastown`,
      ),
      ...editorFolders().flatMap(editorWords),
    ],
  };
}

/** `~/.local/state/gastown/towns`, and those above it below the home. */
function foldersOf([file]: readonly string[]): readonly string[] {
  const folders: string[] = [];
  for (let path = dirname(file ?? homedir()); path.startsWith(homedir() + sep); path = dirname(path))
    folders.push(path);
  return folders;
}

export const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** What takes minutes at most was left behind where it is older. */
const longestMs = 24 * 3_600_000;

/** Throw-away towns and folders of programs that were killed: this user's, in the temporary folder. */
function scratchFolders(): { readonly dead: readonly string[]; readonly living: readonly string[] } {
  const found = namesIn(tmpdir())
    .filter((name) => /^gastown-[a-z-]+-\w{6}$/u.test(name))
    .map((name) => join(tmpdir(), name))
    .filter(isOwnFolder);
  return { dead: found.filter(isDead), living: found.filter((folder) => !isDead(folder)) };
}

function isOwnFolder(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && (process.getuid === undefined || stats.uid === process.getuid());
}

/** Old, and no server of a town in it runs. */
function isDead(folder: string): boolean {
  const { mtimeMs = Date.now() } = lstatSync(folder, { throwIfNoEntry: false }) ?? {};
  if (Date.now() - mtimeMs < longestMs) return false;
  return !namesIn(folder).some((name) => {
    const server = readServerFile(townPaths(join(folder, name)).server);
    return server !== undefined && isRunning(server.pid);
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Where editors that are made of VS Code keep extensions, here and on the far side of a remote window. */
function extensionFolders(): readonly string[] {
  const homes = ['.vscode', '.vscode-insiders', '.vscode-oss', '.vscode-server', '.vscode-server-insiders'];
  return [...homes, '.cursor', '.cursor-server', '.windsurf']
    .map((home) => join(homedir(), home, 'extensions'))
    .flatMap((folder) => namesIn(folder).map((name) => [folder, name] as const))
    .filter(([, name]) => /^gastown\.gastown-\d/u.test(name))
    .map(([folder, name]) => join(folder, name));
}

function editorFolders(): readonly string[] {
  const home = homedir();
  const bases = [
    process.env['APPDATA'],
    join(home, 'Library', 'Application Support'),
    process.env['XDG_CONFIG_HOME'] ?? join(home, '.config'),
  ].filter((base) => base !== undefined);
  const names = ['Code', 'Code - Insiders', 'VSCodium', 'Cursor', 'Windsurf'];
  return [
    ...bases.flatMap((base) => names.map((name) => join(base, name, 'User'))),
    ...['.vscode-server', '.vscode-server-insiders', '.cursor-server'].map((name) =>
      join(home, name, 'data', 'Machine'),
    ),
  ];
}

function editorWords(folder: string): readonly string[] {
  const settings = join(folder, 'settings.json');
  const own = join(folder, 'globalStorage', 'gastown.gastown');
  return [
    ...(hasOwnSettings(settings) ? [`the settings gastown.* in ${settings}: delete their lines there`] : []),
    ...(isThere(own) ? [`${own}, which the editor keeps for the extension: rm -r "${own}"`] : []),
  ];
}

function hasOwnSettings(file: string): boolean {
  try {
    return /^[^/\n]*"gastown\./mu.test(readFileSync(file, 'utf8'));
  } catch {
    return false;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
