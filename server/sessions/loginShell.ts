import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { userShell } from './programs.ts';

/** What start-up files may take: some load a version manager or ask a network. */
const deadlineMs = 10_000;

const mark = '_gastown_environment_';

let asked: Promise<string> | undefined;

/**
 * The PATH that a new terminal of this user would have: an editor that was started from a menu has a shorter one. The login shell is
 * asked once; where it fails or takes too long, it is the PATH of this process.
 */
export function loginShellPath(): Promise<string> {
  asked ??= askLoginShell(process.env, deadlineMs);
  return asked;
}

/** The same without the memory. */
export async function askLoginShell(environment: NodeJS.ProcessEnv, withinMs: number): Promise<string> {
  const own = environment['PATH'] ?? environment['Path'] ?? '';
  if (process.platform === 'win32') return own;
  try {
    return pathIn(await outputOfShell('/usr/bin/env', environment, withinMs)) ?? own;
  } catch {
    return own;
  }
}

/** What these commands mean in the user's own shell, where that is an alias; where the shell cannot be asked, none. */
export async function aliasesOfShell(
  environment: NodeJS.ProcessEnv,
  withinMs: number,
  commands: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (process.platform === 'win32') return new Map();
  const output = await outputOfShell('alias', environment, withinMs).catch(() => '');
  const lines = output.split(mark)[1]?.split('\n') ?? [];
  const found = lines.flatMap((line) => {
    // `alias name='value'` of bash, `name='value'` of sh and zsh, `alias name value` of fish.
    const [, name = '', value = ''] = /^(?:alias )?([\w.-]+)[= ](.+)$/.exec(line) ?? [];
    return commands.includes(name) ? [[name, value.replaceAll(/^'|'$/g, '')] as const] : [];
  });
  return new Map(found);
}

/** What the login shell prints for one of our own words. */
function outputOfShell(
  word: '/usr/bin/env' | 'alias',
  environment: NodeJS.ProcessEnv,
  withinMs: number,
): Promise<string> {
  // The words are ours and the same for every shell: start-up files may print anything before and after.
  const script = `echo ${mark}; ${word}; echo ${mark}`;
  const { GT_SESSION: _session, ...inherited } = environment;
  const child = spawn(userShell(environment), ['-l', '-i', '-c', script], {
    cwd: homedir(),
    env: { ...inherited, ELECTRON_RUN_AS_NODE: undefined, TERM: 'dumb' },
    stdio: ['ignore', 'pipe', 'ignore'],
    // In a session of its own it has no terminal to take away from anybody.
    detached: true,
  });
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => {
      reject(new Error('The login shell takes too long.'));
      endGroup(child.pid);
    }, withinMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      // A background job of a start-up file may keep the pipe open for ever.
      if (output.split(mark).length < 3) return;
      clearTimeout(timer);
      resolve(output);
      child.stdout.destroy();
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(output);
    });
  });
}

function pathIn(output: string): string | undefined {
  const [, environment] = output.split(mark);
  const line = environment?.split('\n').find((each) => each.startsWith('PATH='));
  return line === undefined || line === 'PATH=' ? undefined : line.slice('PATH='.length).trimEnd();
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
