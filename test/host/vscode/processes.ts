import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Everything a run starts carries this variable, and so does all that those processes start in turn. It is how a run
 * finds what is left of it: process groups are not enough, since every terminal is a group (and a parent) of its own.
 */
const markName = 'GASTOWN_TEST_HOST';

type Leftover = { readonly pid: number; readonly command: string };

/** The mark of this process: its id with its start time, so that a recycled id is not taken for it. */
export const ownMark = `${process.pid}.${startTime(process.pid) ?? 'unknown'}`;

/** The environment for a child of the run; a value of `undefined` removes the name. */
export function markedEnv(changes: Record<string, string | undefined> = {}): Record<string, string> {
  const merged = { ...process.env, ...changes, [markName]: ownMark };
  const kept = Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(kept);
}

/** Starts a program as the leader of a group of its own, so that Ctrl-C in a terminal reaches only the run itself. */
export function spawnMarked(
  program: string,
  args: readonly string[],
  options: SpawnOptions & { env?: Record<string, string | undefined> } = {},
): ChildProcess {
  return spawn(program, args, { detached: true, ...options, env: markedEnv(options.env) });
}

/** Runs a program to its end. Rejects with the last of its output when its exit code is not 0. */
export function finished(child: ChildProcess, name: string): Promise<string> {
  const heard: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const output = heard.join('');
      if (code === 0) {
        resolve(output);
        return;
      }
      reject(new Error(`${name} ended with ${signal ?? `exit code ${code}`}\n${output.slice(-6000)}`));
    });
  });
}

/** What still runs of this run. Linux only: elsewhere the list is empty. */
function leftovers(): Leftover[] {
  return marked((mark) => mark === ownMark);
}

/** Ends all that this run started, whatever group or parent it has. Rejects naming what could not be ended. */
export async function endAll(): Promise<void> {
  const deadline = Date.now() + 5000;
  while (killAll()) {
    if (Date.now() > deadline) {
      const names = leftovers().map((left) => `${left.pid} ${left.command}`);
      throw new Error(`These processes outlived the run:\n${names.join('\n')}`);
    }
    await pause(20);
  }
}

/** The same without waiting, for a signal handler or `process.on('exit')`; true when there was something to end. */
export function killAll(): boolean {
  const found = leftovers();
  for (const left of found) kill(left.pid);
  return found.length > 0;
}

/** Ends what runs that were killed outright (no chance to tidy up) have left on this machine. */
export function endOrphans(): void {
  for (const orphan of marked(runIsOver)) kill(orphan.pid);
}

/** Whether the run of that mark is gone; `false` where that cannot be known. */
export function runIsOver(mark: string): boolean {
  const [pid, started] = mark.split('.');
  return process.platform === 'linux' && startTime(Number(pid)) !== started;
}

/** Kills a process, and its group where it leads one: a browser's helpers wipe the mark from their environment. */
function kill(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // Already gone, or no group leader.
    }
  }
}

function marked(wanted: (mark: string) => boolean): Leftover[] {
  if (process.platform !== 'linux') return [];
  const found: Leftover[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const mark = environmentOf(pid).find((line) => line.startsWith(`${markName}=`));
    if (mark === undefined || !wanted(mark.slice(markName.length + 1)) || isZombie(pid)) continue;
    found.push({ pid, command: commandOf(pid) });
  }
  return found;
}

function environmentOf(pid: number): string[] {
  return (readProc(pid, 'environ') ?? '').split('\0');
}

function commandOf(pid: number): string {
  return (readProc(pid, 'cmdline') ?? '').replaceAll('\0', ' ').slice(0, 200);
}

function isZombie(pid: number): boolean {
  return statFields(pid)[0] === 'Z';
}

function startTime(pid: number): string | undefined {
  return statFields(pid)[19];
}

/** The fields of /proc/PID/stat from the third (the state) on; the second may hold spaces and parentheses. */
function statFields(pid: number): string[] {
  const stat = readProc(pid, 'stat') ?? '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
