import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** One process of this machine. With `pid` alone a later process may be meant; `began` tells them apart. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /**
   * The process session that it belongs to; none where the system does not tell. 0 is one like another: Linux gives it to those whose
   * session leader lies outside their process namespace, as in a container that was entered.
   */
  readonly session?: number;
  /** Since the epoch, in milliseconds, as near as the system tells. */
  readonly began: number;
}

/** Every process that runs, zombies left out. Empty on Windows, which ends trees by itself. */
export async function listProcesses(): Promise<readonly ProcessEntry[]> {
  if (process.platform === 'linux') return await listFromProc();
  return process.platform === 'win32' ? [] : parsePs(await ps(['-A', ...psColumns]));
}

/** The process with this id, if there is one that is no zombie. */
export function processEntry(pid: number): ProcessEntry | undefined {
  if (process.platform === 'linux') return fromStat(readStat(pid));
  if (process.platform === 'win32') return exists(pid) ? { pid, parent: 0, began: 0 } : undefined;
  try {
    return parsePs(
      execFileSync('ps', [...psColumns, '-p', String(pid)], { encoding: 'utf8', env: psEnvironment }),
    )[0];
  } catch {
    return undefined;
  }
}

/** Whether the process was started with this entry (`NAME=VALUE`) in its environment. Only Linux tells; elsewhere it is no. */
export async function wasStartedWith(pid: number, entry: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    return (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').includes(entry);
  } catch {
    return false;
  }
}

async function listFromProc(): Promise<readonly ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return stats.map(fromStat).filter((entry) => entry !== undefined);
}

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

/** `pid (name) state ppid pgrp session … starttime(22)`; the name may hold blanks and brackets. See proc(5). */
function fromStat(stat: string): ProcessEntry | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, , session] = fields;
  if (stat === '' || state === 'Z' || state === 'X') return undefined;
  const ticks = Number(fields[19]);
  // The kernel tells userland a hundred ticks a second, whatever it counts itself.
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(parent),
    session: Number(session),
    began: bootedAt() + ticks * 10,
  };
}

let booted: number | undefined;

function bootedAt(): number {
  booted ??= Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0) * 1000;
  return booted;
}

// One at a time: what follows an `=` is the heading, commas and all.
const psColumns = ['pid=', 'ppid=', 'stat=', 'lstart='].flatMap((column) => ['-o', column]);
const psEnvironment = { ...process.env, LC_ALL: 'C' };

function ps(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile('ps', args, { env: psEnvironment, maxBuffer: 16 * 1024 * 1024 }, (_error, output) =>
      resolve(output),
    );
  });
}

function parsePs(output: string): ProcessEntry[] {
  return output.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', began = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    if (pid === undefined || state.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), began: Date.parse(began) || 0 }];
  });
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
