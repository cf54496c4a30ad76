import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AgentId, SessionId } from '../../server/domain/ids.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import type { LaunchSpec } from '../../server/domain/session.ts';
import { townPaths, type ServerFile, type TownPaths } from '../../server/protocol/address.ts';
import type { Caller, Handlers } from '../../server/protocol/caller.ts';
import type { Params } from '../../server/protocol/messages.ts';
import { checkHello, checkParams } from '../../server/protocol/schema.ts';
import { productVersion, protocolVersion } from '../../server/protocol/version.ts';
import { serveTown, type TownServer } from '../../server/rpc/townServer.ts';
import { sessionFiles, writeSessionFile, type SessionFiles } from '../../server/sessions/sessionFile.ts';
import { endTree } from '../../server/sessions/tree.ts';
import { tempFolder } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import { launcherProgram } from './standIn.ts';

export type Ended = Params<'session/ended'>;

const token = 'the-token-of-this-session';
const session = 's-1' as SessionId;
const agent = 'backend/nux' as AgentId;

/** Just as much of a town as a launcher sees: one session, behind the real wire. */
export class SmallTown {
  readonly folder: string;
  readonly paths: TownPaths;
  readonly files: SessionFiles;
  readonly takes: number[] = [];
  readonly started: number[] = [];
  /** What ran before the runtime. */
  readonly steps: { readonly pid: number; readonly before: string }[] = [];
  readonly attached: Params<'session/attach'>[] = [];
  readonly ended: Ended[] = [];
  spec: LaunchSpec;
  done = false;
  resumable = true;
  refusesStart = false;
  #server: TownServer | undefined;
  #launcher: Caller | undefined;
  readonly #endpoint: string;

  constructor(context: TestContext, agentScript: string) {
    this.folder = tempFolder(context);
    this.paths = townPaths(this.folder);
    this.#endpoint = join(this.folder, 's.sock');
    this.files = sessionFiles(this.paths.sessions, session);
    const worktree = join(this.folder, 'worktree');
    for (const folder of [worktree, this.paths.state]) mkdirSync(folder, { recursive: true });
    const program = join(this.folder, 'agent');
    writeFileSync(program, `#!/bin/sh\n${agentScript}\n`, { mode: 0o755 });
    writeSessionFile(this.files.session, { town: this.folder, session, agent, token });
    this.spec = {
      command: program,
      arguments: ['PROMPT'],
      directory: worktree,
      environment: { GT_SESSION: this.files.session, PATH: '/usr/bin:/bin' },
      strip: ['STRIPPED'],
      stopSignal: 'SIGTERM',
    };
    context.after(() => this.stop());
  }

  async start(): Promise<void> {
    const nonce = String(Math.random());
    const server: ServerFile = {
      townId: 'town',
      pid: process.pid,
      startedAt: '',
      endpoint: this.#endpoint,
      protocol: protocolVersion,
      version: productVersion,
      nonce,
    };
    rmSync(this.#endpoint, { force: true });
    this.#server = await serveTown({
      endpoint: this.#endpoint,
      townId: 'town',
      nonce,
      version: productVersion,
      authenticate: (hello) =>
        hello.token === token ? { role: 'session', by: agent, session, agent } : undefined,
      handlers: this.#handlers(),
      checks: { hello: checkHello, params: checkParams },
      status: () => ({ seq: 0 }),
      log: () => undefined,
      onIdle: () => undefined,
      onLeave: () => undefined,
    });
    writeFileSync(this.paths.server, JSON.stringify(server));
  }

  async stop(): Promise<void> {
    await this.#server?.close('the test is over');
    this.#server = undefined;
  }

  get connections(): number {
    return this.#server?.connections ?? 0;
  }

  askToStop(graceMs: number): void {
    this.#launcher?.peer.notify('session/stop', { session, reason: 'Stopped by overseer.', graceMs });
  }

  /** Waits for the so many-th report of an end. */
  end(count = 1): Promise<Ended> {
    return eventually(`the town is told of end ${count}`, () => this.ended[count - 1]);
  }

  #handlers(): Handlers {
    const some: Partial<Handlers> = {
      'session/take': ({ launcherPid }, caller) => {
        if (this.takes.length > 0)
          throw new Refusal('stale', 'It was started already.', { next: 'gt session run backend/nux' });
        this.takes.push(launcherPid);
        this.#launcher = caller;
        return this.spec;
      },
      'session/started': ({ pid, before }, caller) => {
        if (this.refusesStart) throw new Refusal('held', 'be-auth has gone to somebody else.');
        if (before === undefined) this.started.push(pid);
        else this.steps.push({ pid, before });
        this.#launcher = caller;
        return {};
      },
      'session/attach': (params, caller) => {
        this.attached.push(params);
        this.#launcher = caller;
        return {};
      },
      'session/ended': (params) => {
        this.ended.push(params);
        return { done: this.done, resumable: this.resumable };
      },
    };
    return some as Handlers;
  }
}

export interface Launched {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** The launcher as the session host `process` starts it. */
export function launch(
  context: TestContext,
  town: SmallTown,
  environment: Record<string, string> = {},
): Launched {
  return run(context, process.execPath, [launcherProgram], {
    GT_SESSION: town.files.session,
    GT_SESSION_LOG: join(town.folder, 'log'),
    ...environment,
  });
}

/** The launcher on a terminal, as an editor starts it. What is written to the child's input is typed. */
export function launchInTerminal(context: TestContext, town: SmallTown): Launched {
  const command = `exec '${process.execPath}' '${launcherProgram}'`;
  return run(context, 'script', ['-qefc', command, '/dev/null'], {
    GT_SESSION: town.files.session,
    SHELL: '/bin/sh',
  });
}

function run(
  context: TestContext,
  command: string,
  args: string[],
  environment: Record<string, string>,
): Launched {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const child = spawn(command, args, {
    env: { ...inherited, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const marker = `GT_SESSION=${environment['GT_SESSION']}`;
  context.after(() => endTree({ pid: child.pid ?? 0, marker, signal: 'SIGKILL', graceMs: 1000 }));
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (more) => (text += more));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  return { child, output: () => text, ended };
}
