// Tests a runtime as a window would have it tested: sessions live in terminals that it opens. A program of its own:
//   node --import …/register.mjs editorStandIn.ts RUNTIME
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createGit } from '../../server/git/git.ts';
import type { RuntimeTestEvent } from '../../server/protocol/runtimeTest.ts';
import type { OpenTerminalParams } from '../../server/protocol/session.ts';
import { productVersion } from '../../server/protocol/version.ts';
import { testRuntime } from '../../server/runtimeTest.ts';
import { installTown } from '../../server/serveTown.ts';
import { commandsIn } from '../support/humanNote.ts';

/** What the person at the terminal was told. */
let note = '';

const parts = {
  gitWith: (emptyHooksDirectory: string) => createGit({ emptyHooksDirectory }),
  serverProgram: join(import.meta.dirname, '../../dist/server.cjs'),
  version: productVersion,
  createTown: installTown,
  openTerminal(params: OpenTerminalParams): Promise<{ processId?: number }> {
    const child = spawn(params.command, params.arguments, {
      cwd: params.directory,
      env: { ...process.env, ...params.environment },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.on('error', () => undefined).end(params.inFront === true ? typed() : '');
    return Promise.resolve(child.pid === undefined ? {} : { processId: child.pid });
  },
};

function emit(event: RuntimeTestEvent): void {
  if (event.event === 'note') note = event.text;
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** By a person, in the terminal that they see. */
function typed(): string {
  return [...commandsIn(note), 'exit', ''].join('\n');
}

const runtime = process.argv[2] ?? '';
const isCompatible = await testRuntime(parts, { runtime }, emit, new AbortController().signal);
process.exitCode = isCompatible ? 0 : 1;
