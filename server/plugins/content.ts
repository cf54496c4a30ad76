import { createHash } from 'node:crypto';
import { constants, promises as fs } from 'node:fs';
import { join } from 'node:path';
import { isPluginName } from '../domain/plugin.ts';
import { shellWord } from '../domain/text.ts';

/** One file of a plugin, as it was read: what is hashed is what is run. */
export interface PluginFile {
  /** In the plugin's folder, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly executable: boolean;
}

/** Why something in a plugin folder is not taken. */
export class Unfit extends Error {}

const mostBytes = 4 * 1024 * 1024;
const mostFiles = 64;
const deepest = 4;

/** Read once, through no link, whatever is put in its place meanwhile. */
export async function readFileOnce(file: string, path: string): Promise<PluginFile> {
  const handle = await fs
    .open(file, constants.O_RDONLY | noFollow | constants.O_NONBLOCK)
    .catch((error: unknown) => {
      throw new Unfit(
        isCode(error, 'ELOOP')
          ? 'it is a link, which may lead anywhere'
          : `it cannot be read (${codeOf(error)})`,
      );
    });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Unfit('it is no file');
    if (stat.size > mostBytes) throw new Unfit('it is larger than 4 MB');
    const bytes = await handle.readFile();
    return { path, bytes, executable: (stat.mode & 0o111) !== 0 };
  } finally {
    await handle.close();
  }
}

/** Everything in a plugin's own folder: its script may use what lies beside it. */
export async function readFolderOnce(folder: string): Promise<readonly PluginFile[]> {
  const files: PluginFile[] = [];
  await collect(folder, [], files);
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function collect(folder: string, above: readonly string[], files: PluginFile[]): Promise<void> {
  for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
    const path = [...above, entry.name].join('/');
    const at = JSON.stringify(path);
    if (entry.isSymbolicLink()) throw new Unfit(`${at} is a link, which may lead anywhere`);
    if (!isPluginName(entry.name)) throw new Unfit(`${at} is no name for a file of a plugin`);
    if (entry.isDirectory()) {
      if (above.length + 1 > deepest) throw new Unfit(`${at} lies too deep`);
      await collect(join(folder, entry.name), [...above, entry.name], files);
      continue;
    }
    files.push(await readFileOnce(join(folder, entry.name), path));
    if (files.length > mostFiles) throw new Unfit(`there are more than ${mostFiles} files in it`);
    if (sizeOf(files) > mostBytes) throw new Unfit('it is larger than 4 MB');
  }
}

const sizeOf = (files: readonly PluginFile[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** Of paths, bytes and executable bits. */
export function hashOf(files: readonly PluginFile[]): string {
  const hash = createHash('sha256');
  for (const { path, bytes, executable } of files)
    hash.update(`${path}\0${executable ? 'x' : '-'}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex');
}

/** Undefined: it can be started. On Windows there is no such bit, and the first line decides. */
export function unstartable({ bytes, executable }: PluginFile, file: string): string | undefined {
  const named = bytes.subarray(0, 2).toString('latin1') === '#!';
  if (named || (executable && process.platform !== 'win32')) return undefined;
  return process.platform === 'win32'
    ? 'it does not say in its first line what runs it, like #!/usr/bin/env node'
    : `it is not executable, and names no interpreter in its first line: chmod +x ${shellWord(file)}`;
}

/** Absent on Windows, where nothing of the kind can be asked. */
// oxlint-disable-next-line typescript/no-unnecessary-condition -- Windows has none
const noFollow = constants.O_NOFOLLOW ?? 0;

function isCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
