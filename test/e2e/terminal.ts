import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type ServerFile, townPaths } from '../../server/protocol/address.ts';
import type { Ran } from '../support/runNode.ts';

const dist = join(import.meta.dirname, '../../dist');

/** The bundle that editors start. */
export const serverProgram = join(dist, 'server.cjs');

/** A town in a terminal of somebody who has nothing but Node, git and this product. */
export interface Terminal {
  /** Everything of this test is in it. */
  readonly folder: string;
  /** Where `gt install PATH` is to make the town, and what `GT_TOWN` names. */
  readonly town: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Runs the built program, found on PATH, to its end. */
  readonly gt: (...words: string[]) => Promise<Ran>;
  readonly bd: (...words: string[]) => Promise<Ran>;
  /** The same, which must succeed; gives what it prints. */
  readonly must: (program: 'gt' | 'bd', ...words: string[]) => Promise<string>;
  /** The same, as the value that its `--json` prints. */
  readonly json: <T>(program: 'gt' | 'bd', ...words: string[]) => Promise<T>;
  /** Of the town's server, which runs. */
  serverPid(): number | undefined;
}

/** A test, or whatever else ends some time. */
export interface Scope {
  after(work: () => void): void;
}

/** What else is in a terminal's folder, and in its environment. */
export type Furnish = (
  folder: string,
  environment: Readonly<Record<string, string>>,
) => Readonly<Record<string, string>>;

/**
 * `name` is that of the town's folder. With a home, a PATH and a login shell of its own, so that no program of this machine's user is
 * found. All is gone when the test ends.
 */
export function openTerminal(t: Scope, name = 'town', furnish: Furnish = () => ({})): Terminal {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gt-e2e-')));
  const town = join(folder, name);
  const plain = { ...surroundings(folder), GT_TOWN: town };
  const environment = { ...plain, ...furnish(folder, plain) };
  t.after(() => clean(folder, town));
  const run = (program: string, words: readonly string[]): Promise<Ran> =>
    runProgram(program, words, { cwd: folder, environment });
  const must = async (program: string, ...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(program, words);
    if (code === 0) return stdout;
    throw new Error(`${[program, ...words].join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  };
  return {
    folder,
    town,
    environment,
    gt: (...words) => run('gt', words),
    bd: (...words) => run('bd', words),
    must,
    json: async <T>(program: string, ...words: string[]) =>
      JSON.parse(await must(program, ...words, '--json')) as T,
    serverPid: () => serverFile(town)?.pid,
  };
}

/** Runs a program of `environment.PATH` to its end. */
export async function runProgram(
  program: string,
  words: readonly string[],
  { cwd, environment }: { readonly cwd: string; readonly environment: Readonly<Record<string, string>> },
): Promise<Ran> {
  const child = spawn(program, words, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  await once(child, 'close');
  return { code: child.exitCode, ...said };
}

/** The variables of a terminal whose home is new. */
function surroundings(folder: string): Record<string, string> {
  const home = join(folder, 'home');
  const bin = join(folder, 'bin');
  const temporary = join(folder, 'tmp');
  for (const each of [home, bin, temporary]) mkdirSync(each);
  for (const name of ['gt', 'bd']) symlinkSync(join(dist, `${name}.cjs`), join(bin, name));
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const name of ['git', 'sh', 'env']) {
    const program = which(name);
    if (program === undefined) throw new Error(`There is no ${name} on the PATH of these tests.`);
    symlinkSync(program, join(bin, name));
  }
  // What a login shell has, which the town server asks: /etc/profile sets a PATH of its own before this.
  writeFileSync(join(home, '.profile'), `PATH='${bin}'; export PATH\n`);
  return {
    HOME: home,
    PATH: bin,
    SHELL: '/bin/sh',
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

/** The program of that name on the PATH of the tests themselves. */
export function which(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** The command lines of processes that a terminal in that folder brought forth, whoever started them in between. */
export function processesOf(folder: string): string[] {
  return processesIn(folder).map(({ command }) => command);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Kills it the hard way when the test ends, if it still runs. */
export function endAfter(t: Scope, child: ChildProcess): void {
  t.after(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  });
}

function serverFile(town: string): ServerFile | undefined {
  const { server } = townPaths(town);
  return existsSync(server) ? (JSON.parse(readFileSync(server, 'utf8')) as ServerFile) : undefined;
}

/** Sessions and town server first, and what would start it again: they would write into a folder that is going. */
function clean(folder: string, town: string): void {
  const pid = serverFile(town)?.pid;
  if (pid !== undefined && isAlive(pid)) {
    const gt = [join(dist, 'gt.cjs'), 'down', '--force'];
    spawnSync(process.execPath, gt, { env: { ...process.env, GT_TOWN: town }, timeout: 30_000 });
  }
  for (const { pid: each } of processesIn(folder)) end(each);
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** Their environment names the folder: each has its home in it. */
export function processesIn(folder: string): Process[] {
  if (existsSync('/proc/self/environ')) return processesInProc(folder);
  const ps = execFileSync('ps', ['-axww', '-E', '-o', 'pid=,command='], { encoding: 'utf8' });
  return ps.split('\n').flatMap((line) => {
    const [, pid, command] = /^ *(\d+) (.*)$/.exec(line) ?? [];
    return command?.includes(folder) ? [{ pid: Number(pid), command }] : [];
  });
}

function processesInProc(folder: string): Process[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      // A process that has ended and was not waited for yet has neither of them.
      const isOurs = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
      return isOurs ? [{ pid: Number(pid), command }] : [];
    } catch {
      return [];
    }
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
