import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './programs.ts';
import { runProgram } from './runProgram.ts';

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

/** What a vendor's program says of its version; undefined where it does not within the deadline. It gets no input and an empty folder. */
export async function askVersion(
  argv: readonly string[],
  { path, deadlineMs }: { readonly path: string; readonly deadlineMs: number },
): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'gastown-version-'));
  try {
    const [command = '', ...args] = argv;
    const program = findProgram(command, path, { node: process.execPath });
    if (!program) return undefined;
    const words = [program.command, ...program.before, ...args];
    const { code, output } = await runProgram({ argv: words, directory, path, strip, deadlineMs });
    const line = output.find((each) => /\d+\.\d+/.test(each)) ?? output[0];
    return code === 0 ? line?.trim() : undefined;
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

const strip: readonly string[] = ['GT_*', 'BD_*', 'NODE_OPTIONS', 'VSCODE_*', 'ELECTRON_RUN_AS_NODE'];

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
