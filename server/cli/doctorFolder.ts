import { accessSync, chmodSync, constants, existsSync, lstatSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../domain/fault.ts';
import type { TownPaths } from '../protocol/address.ts';
import type { TownFinding } from '../protocol/doctor.ts';
import { readServerFile } from '../rpc/call.ts';
import { readStopped } from '../rpc/stopped.ts';

type Look = Omit<TownFinding, 'about' | 'outcome'>;

interface FolderCheck {
  readonly about: string;
  readonly look: (paths: TownPaths) => Look;
  /** What is safe to mend without the town server. */
  readonly mend?: (paths: TownPaths) => void;
}

/** What can be told of a town by looking into its folder, whether its server runs or cannot be started. */
export function examineFolder(paths: TownPaths, fix: boolean): readonly TownFinding[] {
  return checks.map(({ about, look, mend }) => {
    const before = look(paths);
    if (!fix || before.state === 'ok' || !mend) return { about, ...before };
    let why: string | undefined;
    try {
      mend(paths);
    } catch (error) {
      why = messageOf(error);
    }
    // Looked at again: that it was tried says nothing.
    const after = look(paths);
    if (after.state === 'ok') return { about, ...after, outcome: 'fixed' };
    return { about, ...after, outcome: 'not fixed', ...(why === undefined ? {} : { why }) };
  });
}

const checks: readonly FolderCheck[] = [
  {
    about: 'folder',
    look: ({ state }) => privateTo(state, 0o077, '0700'),
    mend: ({ state }) => chmodSync(state, 0o700),
  },
  {
    about: 'token',
    look: ({ token }) =>
      existsSync(token)
        ? privateTo(token, 0o077, '0600')
        : { state: 'problem', evidence: `The token of people, ${token}, is gone.` },
    mend: ({ token }) => chmodSync(token, 0o600),
  },
  { about: 'journal', look: lookAtJournal },
  { about: 'server file', look: lookAtServerFile },
  { about: 'stopped', look: lookAtStopped },
  { about: 'shims', look: lookAtShims },
  { about: 'disk', look: lookAtDisk },
];

function privateTo(path: string, others: number, wanted: string): Look {
  const stat = lstatSync(path);
  const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
  const own = process.getuid?.();
  if (own !== undefined && stat.uid !== own)
    return {
      state: 'problem',
      evidence: `${path} belongs to another user.`,
      advice: 'Take it back with chown.',
    };
  if (process.platform === 'win32' || (stat.mode & others) === 0)
    return { state: 'ok', evidence: `${path} is yours alone.` };
  return {
    state: 'problem',
    evidence: `${path} is open to others (mode ${mode}).`,
    advice: `gt doctor --fix, or chmod ${wanted} ${path}`,
  };
}

/** That every line of it can be read is told by the town server, which refuses to start otherwise and names the line. */
function lookAtJournal({ state }: TownPaths): Look {
  try {
    accessSync(state, constants.R_OK | constants.W_OK);
    return { state: 'ok', evidence: 'The journal can be read and written.' };
  } catch (error) {
    return { state: 'problem', evidence: `${state} cannot be written: ${messageOf(error)}` };
  }
}

function lookAtServerFile({ server }: TownPaths): Look {
  const file = readServerFile(server);
  if (!file) return { state: 'ok', evidence: 'No town server says that it runs.' };
  if (isRunning(file.pid)) return { state: 'ok', evidence: `The town server runs, process ${file.pid}.` };
  return {
    state: 'warning',
    evidence: `${server} names process ${file.pid}, which is gone: the town server did not leave in order.`,
    advice: 'The next gt command starts another, which brings the town in order.',
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function lookAtStopped(paths: TownPaths): Look {
  const stopped = readStopped(paths);
  if (!stopped) return { state: 'ok', evidence: 'The town is not stopped.' };
  const { by, at } = stopped;
  return { state: 'warning', evidence: `The town was stopped by ${by} at ${at}.`, advice: 'gt up' };
}

/** They are written at every start of the town server. */
function lookAtShims({ bin }: TownPaths): Look {
  const missing = ['gt', 'bd'].filter((name) => !existsSync(join(bin, name)));
  if (missing.length > 0) {
    return {
      state: 'warning',
      evidence: `The shims of ${missing.join(' and ')} are not in ${bin}.`,
      advice: 'gt down, then gt up writes them.',
    };
  }
  const broken = ['gt', 'bd'].filter((name) => !pointsSomewhere(join(bin, name)));
  if (broken.length === 0) return { state: 'ok', evidence: 'The shims of gt and bd are there.' };
  return {
    state: 'problem',
    evidence: `The shim of ${broken.join(' and ')} names a program that is gone.`,
    advice: 'gt down, then gt up writes them again.',
  };
}

/** The program that a shim runs stands in it in quotes. */
function pointsSomewhere(shim: string): boolean {
  const named = readFileSync(shim, 'utf8').match(/'[^'\n]+\.(?:cjs|ts)'/gu) ?? [];
  return named.every((quoted) => existsSync(quoted.slice(1, -1)));
}

const leastFree = 500_000_000;

function lookAtDisk({ state }: TownPaths): Look {
  const { bavail, bsize } = statfsSync(state);
  const free = bavail * bsize;
  const shown = `${(free / 1e9).toFixed(1)} GB`;
  if (free >= leastFree) return { state: 'ok', evidence: `${shown} are free where the town lies.` };
  return {
    state: free < leastFree / 10 ? 'problem' : 'warning',
    evidence: `Only ${shown} are free where the town lies.`,
    advice: 'gt rig status RIG --disk shows what its worktrees take.',
  };
}
