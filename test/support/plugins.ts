import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes a plugin's file into a folder of plugins; gives its path. */
export function writePlugin(folder: string, name: string, text: string, mode = 0o755): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

/** A script of a plugin, in the language that is there for sure. */
export const script = (code: string): string => `#!${process.execPath}\n${code}\n`;

/** A `plugin.md`. */
export const page = (matter: string, instructions = 'Look around.'): string =>
  `+++\n${matter}\n+++\n\n${instructions}\n`;
