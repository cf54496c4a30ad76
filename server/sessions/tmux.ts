import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import { childEnvironment } from './environment.ts';
import { findProgram } from './programs.ts';
import { versionOf } from './programVersion.ts';

/** The first tmux that takes variables for a new session, and a reader's terminal without its size. */
const oldest = { major: 3, minor: 2 } as const;

/** A tmux that does not answer for so long has hung. */
const answerMs = 10_000;

const otherwise = 'or use --host process.';

export interface TmuxAnswer {
  /** -1 where it could not be run, or did not answer. */
  readonly code: number;
  /** What it complained about, as one line. */
  readonly said: string;
}

/**
 * The tmux of that PATH. Refused with `no-host` on Windows, with `missing-program` where there is none, or only one that is too old;
 * the number that it says is all that is ever read of what it prints.
 */
export async function findTmux(path: string): Promise<string> {
  if (process.platform === 'win32') {
    throw new Refusal('no-host', 'tmux does not run on Windows.', {
      field: 'host',
      next: 'Open the town in VS Code, or use --host process.',
    });
  }
  const program = findProgram('tmux', path)?.path;
  if (program === undefined) {
    throw new Refusal('missing-program', 'tmux is not installed: there is no "tmux" on the PATH.', {
      field: 'host',
      next: `Install tmux ${oldest.major}.${oldest.minor} or newer, ${otherwise}`,
      facts: { command: 'tmux', path },
    });
  }
  const version = await versionOf(program, ['-V'], { path, waitMs: answerMs });
  // A build of the newest sources says no number. One that says nothing at all is started: that will say why.
  if (version === undefined || isEnough(version)) return program;
  throw new Refusal('missing-program', `${program} is too old: it is tmux ${version}.`, {
    field: 'host',
    next: `Update tmux to ${oldest.major}.${oldest.minor} or newer, ${otherwise}`,
    facts: { command: program, version },
  });
}

/** Some commands of tmux in one go, each an argument vector; the first that fails is the last. */
export function runTmux(
  program: string,
  socket: string,
  commands: readonly (readonly string[])[],
): Promise<TmuxAnswer> {
  const words = commands.flatMap((command, at) => [...(at === 0 ? [] : [';']), ...command.map(tmuxWord)]);
  return new Promise((resolve) => {
    execFile(
      program,
      [...onSocket(socket), ...words],
      { cwd: '/', env: tmuxEnvironment(), timeout: answerMs, killSignal: 'SIGKILL' },
      (error, _output, complaint) => {
        const said = displayText(complaint, 300) || displayText(error?.message ?? '', 300);
        resolve(error ? { code: typeof error.code === 'number' ? error.code : -1, said } : { code: 0, said });
      },
    );
  });
}

/** A client that ends when the tmux server does, and at once where none runs. */
export function waitForTmux(program: string, socket: string): ChildProcess {
  const words = [...onSocket(socket), 'wait-for', 'gastown-never'];
  return spawn(program, words, { cwd: '/', env: tmuxEnvironment(), stdio: 'ignore' });
}

/**
 * Only the socket says which tmux server is meant; the person's own configuration is not read. Words that follow are commands of tmux.
 */
export function onSocket(socket: string): readonly string[] {
  return ['-S', socket, '-f', '/dev/null'];
}

/** tmux takes a semicolon at the end of an argument for the end of the command, unless a backslash stands before it. */
export function tmuxWord(word: string): string {
  return word.endsWith(';') ? `${word.slice(0, -1)}\\;` : word;
}

/**
 * As the name of a window, which tmux expands: `#(…)` in one would be run by a shell, `%H` would become the hour. What is no letter,
 * digit or harmless sign is replaced.
 */
export function tmuxName(name: string): string {
  return displayText(name, 40).replaceAll(/[^\p{L}\p{N} ._·/-]/gu, '_');
}

/** What tmux hands on to all that runs in it: nothing that names a session or another tmux. */
export function tmuxEnvironment(): Record<string, string> {
  return childEnvironment(process.env, { strip: notHandedOn, environment: {} });
}

const notHandedOn = [
  'TMUX',
  'TMUX_PANE',
  'GT_*',
  'BD_ACTOR',
  'ELECTRON_RUN_AS_NODE',
  'NODE_OPTIONS',
  'VSCODE_*',
] as const;

function isEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > oldest.major || (major === oldest.major && minor >= oldest.minor);
}
