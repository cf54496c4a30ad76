import { readFileSync, realpathSync, writeSync } from 'node:fs';
import { messageOf, stackOf } from './domain/fault.ts';
import { Refusal } from './domain/refusal.ts';
import type { Git } from './git/git.ts';
import type { RuntimeTestEvent, RuntimeTestParams } from './protocol/runtimeTest.ts';
import { productVersion } from './protocol/version.ts';
import type { RuntimeTestParts } from './runtimeTest.ts';
import { installTown, programsIn, serve, townsOfUser } from './serveTown.ts';

const help = `gastown-server: the programs behind gt, bd and the editors. Usually you need not call it.

  gastown-server town PATH     serve the town in PATH until nobody needs it
  gastown-server create PATH   make a town in PATH
  gastown-server uninstall PATH [--plan] [--all] [--keep-clones]
                               remove a town that is stopped, and say what is left, as one JSON line; with --plan
                               remove nothing, and say what lies outside of the town
  gastown-server stop PATH     mark a town as stopped of which nothing runs, and say whether, as one JSON line
  gastown-server lsp --stdio   speak LSP to an editor
  gastown-server demo [--keep] show the whole loop in a throw-away town, as JSON lines
  gastown-server runtime-test RUNTIME [--live] [--preset FILE|-] [--command PATH] [--host HOST] [--deadline SECONDS]
                               test a runtime in a throw-away town, as JSON lines
  gastown-server runtime-doctor [--params FILE|-]
                               look at runtimes and this machine, as one JSON line
  gastown-server --version
`;

/** Five minutes after the last connection and session are gone, a town server leaves. */
const idleMs = 5 * 60_000;

/** As a shell says it of a program that an interrupt ended. */
const exitInterrupted = 130;

const programs = programsIn(import.meta.dirname);

void main(process.argv.slice(2)).then(
  (code) => {
    if (code !== undefined) process.exit(code);
  },
  (error: unknown) => process.exit(report(error)),
);

/** Gives the exit code; undefined: it goes on until its editor ends it. */
async function main([command, ...args]: readonly string[]): Promise<number | undefined> {
  // In a desktop editor it made a Node of us; what we start must not inherit it.
  delete process.env['ELECTRON_RUN_AS_NODE'];
  return await (programsByName().get(command ?? '') ?? usage)(args);
}

type Program = (args: readonly string[]) => number | undefined | Promise<number | undefined>;

function programsByName(): ReadonlyMap<string, Program> {
  return new Map<string, Program>([
    ['town', ([path]) => town(path)],
    ['create', ([path]) => create(path)],
    ['stop', ([path]) => stopTown(path)],
    ['uninstall', removeTown],
    ['lsp', languageServer],
    ['demo', (args) => demo(args.includes('--keep'))],
    ['runtime-test', runtimeTest],
    ['runtime-doctor', runtimeDoctor],
    ['--version', () => said(`${productVersion}\n`)],
    ['--help', () => said(help)],
    ['help', () => said(help)],
  ]);
}

function said(text: string): number {
  process.stdout.write(text);
  return 0;
}

function usage(): number {
  process.stderr.write(help);
  return 2;
}

async function town(path: string | undefined): Promise<number> {
  if (path === undefined) return usage();
  // Everything that was acknowledged is on the disk, and other people's sessions live on this process: log it, and go on.
  process.on('unhandledRejection', (error) => report(error));
  process.stdout.on('error', () => undefined);
  const given = Number(process.env['GT_IDLE_MS']);
  return await serve({
    town: path,
    programs,
    idleMs: Number.isFinite(given) && given > 0 ? given : idleMs,
    log: (line) => say(`${new Date().toISOString()} ${line}`),
  });
}

async function create(path: string | undefined): Promise<number> {
  if (path === undefined) return usage();
  print({ event: 'result', ...(await installTown(path)) });
  return 0;
}

async function removeTown([path, ...options]: readonly string[]): Promise<number> {
  if (path === undefined || path.startsWith('-')) return usage();
  const { uninstall, uninstallPlan } = await import('./uninstall.ts');
  if (options.includes('--plan')) {
    print({ event: 'result', ...uninstallPlan(realpathSync(path), townsOfUser()) });
    return 0;
  }
  const wish = { all: options.includes('--all'), keepClones: options.includes('--keep-clones') };
  print({ event: 'result', ...(await uninstall({ town: path, ...wish }, townsOfUser())) });
  return 0;
}

async function stopTown(path: string | undefined): Promise<number> {
  if (path === undefined) return usage();
  const { stopAlone } = await import('./stopAlone.ts');
  print({ event: 'result', stopped: await stopAlone(path, 'overseer') });
  return 0;
}

async function languageServer(): Promise<undefined> {
  const { startLanguageServer } = await import('./lsp.ts');
  startLanguageServer({
    version: productVersion,
    serverProgram: programs.server,
    createTown: installTown,
    testRuntime,
  });
  return undefined;
}

async function demo(keep: boolean): Promise<number> {
  return await untilStopped(async (stop) => {
    const { runDemo } = await import('./demo.ts');
    const landed = await inScratch(
      (parts) => runDemo({ ...parts, emit: emitting(stop) }, { keep, stop }),
      keep,
    );
    return landed ? 0 : 1;
  });
}

async function runtimeTest(args: readonly string[]): Promise<number> {
  const params = readTestArguments(args);
  if (!params) return usage();
  return await untilStopped(async (stop) => ((await testRuntime(params, emitting(stop), stop)) ? 0 : 1));
}

async function runtimeDoctor(args: readonly string[]): Promise<number> {
  const options = readPairs(args, ['--params']);
  if (!options) return usage();
  const given = options.get('--params');
  const [{ examine, readDoctorParams }, { createGit }] = await Promise.all([
    import('./runtimeDoctor.ts'),
    import('./git/git.ts'),
  ]);
  const params = given === undefined ? {} : readDoctorParams(readJson(given));
  const gitWith = (emptyHooksDirectory: string): Git => createGit({ emptyHooksDirectory });
  print({ event: 'result', ...(await examine({ gitWith }, params)) });
  return 0;
}

/** With `openTerminal` the sessions live in terminals of the editor that asked. True where the runtime keeps the contract. */
async function testRuntime(
  params: RuntimeTestParams,
  emit: (event: RuntimeTestEvent) => void,
  stop: AbortSignal,
  openTerminal?: RuntimeTestParts['openTerminal'],
): Promise<boolean> {
  const { testRuntime: test } = await import('./runtimeTest.ts');
  return await inScratch((parts) => {
    const own = openTerminal ? { ...parts, openTerminal } : parts;
    return test(own, params, emit, stop);
  });
}

/** Nothing of a town that was made for this stays in the register of the user's towns. */
async function inScratch<T>(work: (parts: RuntimeTestParts) => Promise<T>, keep = false): Promise<T> {
  const { createGit } = await import('./git/git.ts');
  const made: string[] = [];
  const parts = {
    gitWith: (emptyHooksDirectory: string) => createGit({ emptyHooksDirectory }),
    serverProgram: programs.server,
    version: productVersion,
    createTown: async (path: string) => {
      made.push((await installTown(path)).townId);
    },
  };
  try {
    return await work(parts);
  } finally {
    if (!keep) for (const townId of made) townsOfUser().remove(townId);
  }
}

/** A signal, or a reader that leaves, ends the work, which cleans up behind itself. */
async function untilStopped(work: (stop: AbortSignal) => Promise<number>): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  process.stdout.on('error', () => stop.abort());
  try {
    return await work(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return exitInterrupted;
    throw error;
  }
}

/** What comes of ending it is no result. */
function emitting(stop: AbortSignal): (event: object) => void {
  return (event) => {
    if (!stop.aborted) print(event);
  };
}

/** Undefined where the words are wrong. Which hosts there are is for the town to say. */
function readTestArguments(args: readonly string[]): RuntimeTestParams | undefined {
  const live = args.includes('--live');
  const words = args.filter((word) => word !== '--live');
  const [runtime, ...rest] = words;
  const options = readPairs(rest, ['--preset', '--command', '--host', '--deadline']);
  if (runtime === undefined || runtime.startsWith('-') || !options) return undefined;
  const [preset, command] = [options.get('--preset'), options.get('--command')];
  const host = options.get('--host');
  const seconds = Number(options.get('--deadline') ?? 1);
  if (!(seconds > 0 && Number.isFinite(seconds))) return undefined;
  return {
    runtime,
    ...(live ? { live } : {}),
    ...(preset === undefined ? {} : { preset: readJson(preset) }),
    ...(command === undefined ? {} : { command }),
    ...(host === undefined ? {} : { host: host as NonNullable<RuntimeTestParams['host']> }),
    ...(options.has('--deadline') ? { deadlineSeconds: seconds } : {}),
  };
}

/** `--name value --other value`; undefined for any other name, and where a value is missing. */
function readPairs(
  words: readonly string[],
  names: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value] = words.slice(at, at + 2);
    if (!names.includes(name) || value === undefined) return undefined;
    pairs.set(name, value);
  }
  return pairs;
}

/** A file, or standard input where it is `-`. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8'));
  } catch (error) {
    throw new Refusal('invalid', `${path} cannot be read as JSON: ${messageOf(error)}`);
  }
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A disk that is full takes no log: that must not end what people still read the town through. */
function say(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // There is nowhere else to say it.
  }
}

function report(error: unknown): number {
  if (error instanceof Refusal) {
    print({ event: 'refused', code: error.code, message: error.message, next: error.details.next });
    say(`gastown-server: ${error.message}`);
    return 1;
  }
  say(`gastown-server: ${stackOf(error)}`);
  return 70;
}
