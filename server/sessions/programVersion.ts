import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { plainText } from '../domain/text.ts';
import { findProgram } from './programs.ts';
import { runProgram } from './runProgram.ts';

/** A program that takes longer to say its version is not waited for; what it says is kept for the next who asks. */
const waitMs = 2500;

/** It is ended where it takes longer than this. */
const deadlineMs = 20_000;

/** By program and when it was changed last: an update is another file. */
const known = new Map<string, Promise<string | undefined>>();

/** What a program says its version is; undefined where it says none in time, or has gone. */
export async function versionOf(
  program: string,
  args: readonly string[],
  around: { readonly path: string; readonly strip: readonly string[] },
): Promise<string | undefined> {
  const changed = statSync(program, { throwIfNoEntry: false })?.mtimeMs;
  if (changed === undefined) return undefined;
  const key = [program, changed, ...args].join('\n');
  const asked = known.get(key) ?? ask(program, args, around);
  known.set(key, asked);
  // It may have been a bad moment.
  void asked.then((version) => version === undefined && known.delete(key));
  return await within(waitMs, asked);
}

function within<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

async function ask(
  command: string,
  args: readonly string[],
  { path, strip }: { readonly path: string; readonly strip: readonly string[] },
): Promise<string | undefined> {
  const program = findProgram(command, path);
  if (!program) return undefined;
  const { code, output } = await runProgram({
    argv: [program.command, ...program.before, ...args],
    directory: homedir(),
    path,
    strip,
    deadlineMs,
  });
  return code === 0 ? versionIn(output) : undefined;
}

/** The first that looks like one: programs say their name before it, and what else they think of. */
function versionIn(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const [version] = /\d+\.\d+[\w.+-]*/.exec(plainText(line)) ?? [];
    if (version !== undefined) return version.replace(/[.+-]+$/, '').slice(0, 40);
  }
  return undefined;
}
