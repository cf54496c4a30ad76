import { writeSync } from 'node:fs';
import { stackOf } from './domain/fault.ts';
import { Refusal } from './domain/refusal.ts';
import type { RuntimeTestEvent } from './protocol/runtimeTest.ts';
import type { RuntimeTestParams } from './protocol/runtimeTestRequest.ts';
import { productVersion } from './protocol/version.ts';
import { installTown, programsIn, serve, townsOfUser } from './serveTown.ts';

const help = `gastown-server: the programs behind gt, bd and the editors. Usually you need not call it.

  gastown-server town PATH     serve the town in PATH until nobody needs it
  gastown-server create PATH   make a town in PATH
  gastown-server lsp --stdio   speak LSP to an editor
  gastown-server demo [--keep] show the whole loop in a throw-away town, as JSON lines
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
  const [first] = args;
  switch (command ?? '') {
    case 'town':
      return first === undefined ? usage() : await town(first);
    case 'create':
      return first === undefined ? usage() : await create(first);
    case 'lsp':
      return await languageServer();
    case 'demo':
      return await demo(args.includes('--keep'));
    case '--version':
      process.stdout.write(`${productVersion}\n`);
      return 0;
    case '--help':
    case 'help':
      process.stdout.write(help);
      return 0;
    default:
      return usage();
  }
}

function usage(): number {
  process.stderr.write(help);
  return 2;
}

async function town(path: string): Promise<number> {
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

async function create(path: string): Promise<number> {
  print({ event: 'result', ...(await installTown(path)) });
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

/** In a process of its own, as `gt runtime test` runs it: what it leaves or breaks is not the editor's. */
async function testRuntime(
  { runtime, live }: RuntimeTestParams,
  emit: (event: RuntimeTestEvent) => void,
  stop: AbortSignal,
): Promise<void> {
  const { serverLines } = await import('./cli/askServerProgram.ts');
  let ended = false;
  const take = (event: { readonly event: string }): void => {
    ended ||= event.event === 'result';
    emit(event as RuntimeTestEvent);
  };
  try {
    await serverLines(['runtime-test', runtime, ...(live === true ? ['--live'] : [])], take, stop);
  } catch (error) {
    // A contract that does not hold is in the result; the program's exit code adds nothing to it.
    if (!ended) throw error;
  }
}

async function demo(keep: boolean): Promise<number> {
  let townId: string | undefined;
  const { runDemo } = await import('./demo.ts');
  const { createGit } = await import('./git/git.ts');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  process.stdout.on('error', () => stop.abort());
  const parts = {
    gitWith: (emptyHooksDirectory: string) => createGit({ emptyHooksDirectory }),
    serverProgram: programs.server,
    version: productVersion,
    createTown: async (path: string) => {
      ({ townId } = await installTown(path));
    },
    // What comes of ending it is no result.
    emit: (event: object) => {
      if (!stop.signal.aborted) print(event);
    },
  };
  try {
    return (await runDemo(parts, { keep, stop: stop.signal })) ? 0 : 1;
  } catch (error) {
    if (stop.signal.aborted) return exitInterrupted;
    throw error;
  } finally {
    if (!keep && townId !== undefined) townsOfUser().remove(townId);
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
