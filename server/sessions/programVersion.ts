import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainText } from '../domain/text.ts';
import { boundedRuns } from './boundedRun.ts';

/** A program that takes longer is ended: before the most patient of those who ask have gone, so that nothing is left behind them. */
const deadlineMs = 9000;

/** What would make it another program, or lead it to a session, a repository or a tmux of somebody's. */
const strip: readonly string[] = [
  'GT_*',
  'BD_*',
  'GIT_*',
  'TMUX',
  'TMUX_PANE',
  'NODE_OPTIONS',
  'VSCODE_*',
  'ELECTRON_RUN_AS_NODE',
];

/** By program and when it was changed last: an update is another file. */
const known = new Map<string, Promise<string | undefined>>();

export interface Asking {
  /** What the program finds others on. */
  readonly path: string;
  /** One that takes longer is not waited for; what it says is kept for the next who asks. */
  readonly waitMs?: number;
}

/** What a program that was found says its version is; undefined where it says none in time, or has gone. */
export async function versionOf(
  program: string,
  args: readonly string[],
  { path, waitMs = 2500 }: Asking,
): Promise<string | undefined> {
  const changed = statSync(program, { throwIfNoEntry: false })?.mtimeMs;
  if (changed === undefined) return undefined;
  const key = [program, changed, ...args].join('\n');
  const asked = known.get(key) ?? ask(program, args, path);
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

/** It gets no input, and an empty folder: settings that lie in another would count. */
async function ask(file: string, args: readonly string[], path: string): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'gastown-version-'));
  try {
    const { run } = boundedRuns(strip, () => Promise.resolve(path));
    const { code, output } = await run({ argv: [file, ...args], directory, timeoutMs: deadlineMs });
    return code === 0 ? versionIn(output) : undefined;
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The first that looks like one: programs say their name before it, and what else they think of. */
function versionIn(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const [version] = /\d+\.\d+[\w.+-]*/.exec(plainText(line)) ?? [];
    if (version !== undefined) return version.replace(/[.+-]+$/, '').slice(0, 40);
  }
  return undefined;
}
