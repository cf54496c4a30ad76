import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import { endTree, isStillRunning } from './tree.ts';

/** What runs on of a program of the town that was to end. */
export interface LeftProgram {
  readonly pid: number;
  /** When it was known to run, in milliseconds since the epoch. */
  readonly since: number;
  /** In words: `the gate lint`. */
  readonly what: string;
}

/** `NAME=VALUE` in the environment of a program and of all that it starts. */
interface RunRecord {
  readonly marker: string;
  readonly what: string;
  readonly since: number;
  /** Absent: it was about to be started. */
  readonly pid?: number;
}

/** One run that is written down. */
export interface WrittenRun {
  started(pid: number): void;
  /** It is over; with the ids of what could not be ended. */
  over(left: readonly number[]): void;
}

/** Room for a record with its process id, taken before there is a process: a disk that fills up in between does not matter. */
const recordBytes = 1024;

/** What was told to end when its town server was killed is of no use to anyone. */
const graceMs = 1000;

/** A program that started this very town server, by a `gt` call, is ended as soon as that call is answered. */
const againMs = 250;
const triesAgain = 60;

/**
 * The programs that a town runs, a file for each, so that the next town server finds those that a killed one left: by process id and start
 * time. The kernel has what was written when the process is killed, so that nothing is synced.
 */
export class RunRecords {
  readonly #folder: string;
  #left: readonly LeftProgram[] = [];
  readonly #cutOff: string[] = [];
  #settled: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Before the program is started. Refused with `failed` where it cannot be written. */
  begin(name: string, { marker, what }: { readonly marker: string; readonly what: string }): WrittenRun {
    const path = join(this.#folder, `${name}.json`);
    const since = Date.now();
    const shown = displayText(what, 200);
    const file = this.#open(path, { marker, what: shown, since });
    return {
      started: (pid) => write(file, { marker, what: shown, since, pid }),
      over: (left) => {
        closeSync(file);
        if (left.length === 0) rmSync(path, { force: true });
        else this.#left = [...this.#left, ...left.map((pid) => ({ pid, since: Date.now(), what: shown }))];
      },
    };
  }

  #open(path: string, record: RunRecord): number {
    let file: number | undefined;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      file = openSync(path, 'wx', 0o600);
      write(file, record);
      return file;
    } catch (error) {
      if (file !== undefined) {
        closeSync(file);
        rmSync(path, { force: true });
      }
      const said = `Nothing is run while it cannot be written down: ${messageOf(error)}`;
      throw new Refusal('failed', said, { next: 'gt doctor' });
    }
  }

  /** What could not be ended, and still runs. */
  left(): readonly LeftProgram[] {
    this.#left = this.#left.filter(({ pid, since }) => isStillRunning(pid, since));
    return this.#left;
  }

  /** Ends what an earlier town server left running. What is not to be ended yet goes on being tried, behind the answer. */
  async endLeft(log: (line: string) => void): Promise<void> {
    const paths = this.#files();
    if (paths.length === 0) return;
    for (const path of paths) this.#cutOff.push(read(path)?.what ?? '');
    const rest = await this.#end(paths, log);
    if (rest.length === 0) return;
    this.#settled = this.#endAgain(rest, log);
  }

  /** In the words of their runs. */
  cutOff(): readonly string[] {
    return this.#cutOff;
  }

  /** Resolves when nothing is tried any more: what is run anew must not meet what it was before. */
  async settled(): Promise<void> {
    await this.#settled;
  }

  #files(): readonly string[] {
    try {
      return readdirSync(this.#folder).map((name) => join(this.#folder, name));
    } catch {
      return [];
    }
  }

  async #endAgain(paths: readonly string[], log: (line: string) => void): Promise<void> {
    let rest = paths;
    for (let left = triesAgain; left > 0 && rest.length > 0; left -= 1) {
      await new Promise((resolve) => setTimeout(resolve, againMs).unref());
      rest = await this.#end(rest, log);
    }
    for (const path of rest) {
      const record = read(path);
      if (record?.pid !== undefined)
        log(`${record.what}, process ${record.pid}, was left running, and cannot be ended.`);
    }
  }

  /** Gives those of which something is left. */
  async #end(paths: readonly string[], log: (line: string) => void): Promise<readonly string[]> {
    const rest: string[] = [];
    const left: LeftProgram[] = [];
    for (const path of paths) {
      const record = read(path);
      const found = record ? await endRecorded(record) : [];
      if (record && found.length > 0) {
        rest.push(path);
        left.push(...found.map((pid) => ({ pid, since: record.since, what: record.what })));
        continue;
      }
      if (record) log(`${record.what} was cut off with its town server; nothing of it runs any more.`);
      rmSync(path, { force: true });
    }
    const others = this.#left.filter(({ pid }) => !left.some((each) => each.pid === pid));
    this.#left = [...others, ...left];
    return rest;
  }
}

/** Gives the ids of what still runs. */
async function endRecorded({ pid, since, marker }: RunRecord): Promise<readonly number[]> {
  // Windows tells only trees by their root.
  if (pid === undefined && process.platform === 'win32') return [];
  const left = await endTree({ pid: pid ?? 0, since, marker, signal: 'SIGTERM', graceMs });
  if (pid === undefined || left.includes(pid) || !isStillRunning(pid, since)) return left;
  return [pid, ...left];
}

function write(file: number, record: RunRecord): void {
  const text = Buffer.alloc(recordBytes, ' ');
  text.write(JSON.stringify(record));
  writeSync(file, text, 0, recordBytes, 0);
}

/** Undefined where it was cut short before anything was started. */
function read(path: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunRecord;
  } catch {
    return undefined;
  }
}
