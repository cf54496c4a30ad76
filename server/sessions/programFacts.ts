import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { findProgram } from './programs.ts';

/** A program of this machine, as it is found without being started. */
export interface ProgramFacts {
  readonly path: string;
  /** Where links lead to. */
  readonly file: string;
  /** Of the file: when it came here, as near as the system tells. */
  readonly changedAt: Date;
  /** A script of Node's, as npm installs them. */
  readonly isNodeScript: boolean;
}

export function programFacts(command: string, path: string): ProgramFacts | undefined {
  const found = findProgram(command, path, { node: process.execPath })?.path;
  if (found === undefined) return undefined;
  try {
    const file = realpathSync(found);
    return { path: found, file, changedAt: statSync(file).mtime, isNodeScript: isNodeScript(file) };
  } catch {
    // It has gone between the two looks.
    return undefined;
  }
}

export interface AccountSigns {
  readonly variables: readonly string[];
  readonly files: readonly string[];
}

/** The first sign of a sign-in: the name of a variable, or a file. What is in it is not looked at. */
export function signOfAccount({ variables, files }: AccountSigns): string | undefined {
  const variable = variables.find((name) => (process.env[name] ?? '') !== '');
  return variable ?? files.find((file) => existsSync(file.replace(/^~(?=\/)/, homedir())));
}

const startRead = 200;

function isNodeScript(file: string): boolean {
  if (/\.(?:c?js|mjs)$/i.test(file)) return true;
  const first = beginningOf(file).split('\n', 1)[0] ?? '';
  return /^#!.*\bnode\b/.test(first);
}

/** Some of these programs weigh hundreds of megabytes. */
function beginningOf(file: string): string {
  const open = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(startRead);
    return bytes.subarray(0, readSync(open, bytes)).toString('latin1');
  } finally {
    closeSync(open);
  }
}
