import { mkdirSync, promises as fs, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PluginFile } from './content.ts';

/** Where a plugin's content lies while it runs: the bytes that were hashed, in a folder that nobody else may enter. */
export interface PluginCopy {
  readonly directory: string;
  readonly fileOf: (path: string) => string;
  remove(): Promise<void>;
}

/** Copies of a town that was ended while plugins ran are of no use to anyone. */
export function emptyCopies(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

export async function copyPlugin(folder: string, files: readonly PluginFile[]): Promise<PluginCopy> {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const directory = await fs.mkdtemp(join(folder, 'run-'));
  const fileOf = (path: string): string => join(directory, ...path.split('/'));
  for (const { path, bytes, executable } of files) {
    await fs.mkdir(dirname(fileOf(path)), { recursive: true, mode: 0o700 });
    const named = bytes.subarray(0, 2).toString('latin1') === '#!';
    await fs.writeFile(fileOf(path), bytes, { flag: 'wx', mode: executable || named ? 0o700 : 0o600 });
  }
  return {
    directory,
    fileOf,
    remove: () => fs.rm(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** What starts a script where the system does not read its first line. */
export function interpreterOf(bytes: Buffer): readonly string[] {
  if (process.platform !== 'win32') return [];
  const [, words = ''] = /^#!\s*(.+)/u.exec(bytes.subarray(0, 400).toString('utf8')) ?? [];
  const [program = '', ...rest] = words.trim().split(/\s+/u);
  const name = program.split('/').at(-1) ?? '';
  return name === 'env' ? rest : [name, ...rest];
}
