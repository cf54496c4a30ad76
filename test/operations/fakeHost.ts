import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionId } from '../../server/domain/ids.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import type { Session, SessionExit } from '../../server/domain/session.ts';
import type { SessionPort } from '../../server/operations/context.ts';
import { writePrivateFiles, writeWorktreeFiles } from '../../server/sessions/privateFiles.ts';
import { sessionsIn } from '../../server/sessions/sessionFile.ts';
import type { Caller, Handlers, Peer } from '../../server/protocol/caller.ts';
import type { Notifications, Params } from '../../server/protocol/messages.ts';

/** A caller at the other end of nothing: what it is told is kept, and its connection ends when the test says so. */
export interface TestCaller extends Caller {
  readonly told: { readonly method: string; readonly params: unknown }[];
  hangUp(): void;
}

export function callerOf(
  who: Omit<Caller, 'peer' | 'client'> & { readonly client?: string },
  onNotify: (method: string, params: unknown) => void = () => undefined,
): TestCaller {
  const told: { method: string; params: unknown }[] = [];
  const listeners = new Set<() => void>();
  let over = false;
  const peer: Peer = {
    notify(method, params) {
      told.push({ method, params });
      onNotify(method, params);
    },
    request: () => Promise.reject(new Error('Nobody asks a test.')),
    onEnd(listener) {
      if (over) listener();
      else listeners.add(listener);
    },
  };
  return {
    client: 'gt',
    ...who,
    peer,
    told,
    hangUp() {
      over = true;
      for (const listener of Array.from(listeners)) listener();
      listeners.clear();
    },
  };
}

export interface Launched {
  readonly session: Session;
  readonly caller: TestCaller;
  readonly pid: number;
}

/** What becomes of a launcher that is started. */
export type Fate = 'starts' | 'takes' | 'sleeps' | 'refuses' | 'cannot-start';

/** Sessions without processes: the launcher is played here, through the same requests that a real one sends. */
export class FakeHost {
  /** Of the next launchers. */
  fate: Fate = 'starts';
  /** Ends as soon as it is asked to. */
  obedient = true;
  readonly launched = new Map<string, Launched>();
  readonly alive = new Set<number>();
  readonly reports = new Map<string, SessionExit & { readonly reason?: string }>();
  /** What was ended by force, by process id. */
  readonly ended: number[] = [];
  /** What was typed into sessions, and the windows that were taken away. */
  readonly typed: (readonly [session: string, text: string, pauseMs: number])[] = [];
  readonly closed: string[] = [];
  /** What stands in the log of a session, by the log's path. */
  readonly output = new Map<string, readonly string[]>();
  /** When a log was last written to. */
  readonly written = new Map<string, number>();
  editors = 0;
  /** What the launchers report to run is not the runtime yet. */
  before: string | undefined;
  /** Before the runtime is reported: what an agent does that is quicker than that. */
  onLaunch: ((launched: Launched) => void) | undefined;
  #handlers: Handlers | undefined;
  #nextPid = 100_000;

  serve(handlers: Handlers): void {
    this.#handlers = handlers;
  }

  get handlers(): Handlers {
    if (!this.#handlers) throw new Error('No town is served.');
    return this.#handlers;
  }

  launchedOf(session: string): Launched {
    const launched = this.launched.get(session);
    if (!launched) throw new Error(`No launcher of ${session} was started.`);
    return launched;
  }

  /** The runtime ends, as the launcher reports it. */
  async exit(session: string, end: Params<'session/ended'>): Promise<void> {
    const { caller, pid } = this.launchedOf(session);
    this.alive.delete(pid);
    this.launched.delete(session);
    await this.handlers['session/ended'](end, caller);
    caller.hangUp();
  }

  async endAll(): Promise<void> {
    for (const session of Array.from(this.launched.keys())) await this.exit(session, { end: 'stopped' });
  }

  /** Gone without a word, its runtime with it. */
  crash(session: string): void {
    const { caller, pid } = this.launchedOf(session);
    this.alive.delete(pid);
    this.launched.delete(session);
    caller.hangUp();
  }

  /** After a restart of the town: the launcher of a session that goes on comes back. */
  async comeBack(session: Session): Promise<void> {
    const caller = this.#callerOf(session);
    const pid = session.pid ?? (this.#nextPid += 1);
    this.alive.add(pid);
    this.launched.set(session.id, { session, caller, pid });
    await this.handlers['session/attach']({ launcherPid: pid, pid }, caller);
  }

  async launch(session: Session): Promise<void> {
    if (this.fate === 'refuses') throw new Refusal('no-host', 'No window opens a terminal.');
    if (this.fate === 'sleeps') return;
    const caller = this.#callerOf(session);
    const pid = (this.#nextPid += 1);
    await this.handlers['session/take']({ launcherPid: pid }, caller);
    const launched = { session, caller, pid };
    this.launched.set(session.id, launched);
    this.onLaunch?.(launched);
    if (this.fate === 'takes') return;
    if (this.fate === 'cannot-start') {
      await this.exit(session.id, { end: 'not-started', reason: 'There is no program to start.' });
      return;
    }
    this.alive.add(pid);
    await this.handlers['session/started'](this.before ? { pid, before: this.before } : { pid }, caller);
  }

  #callerOf({ id, agent }: Session): TestCaller {
    return callerOf(
      { role: 'session', by: agent, session: id, agent, client: 'launcher' },
      (method, params) => {
        if (method !== 'session/stop' || !this.obedient) return;
        const { reason } = params as Notifications['session/stop'];
        if (this.launched.has(id)) void this.exit(id, { end: 'stopped', reason });
      },
    );
  }
}

/** Session files are real, so that a test can see that none is left. */
export function fakeSessions(host: FakeHost, folder: string): SessionPort {
  const file = (session: string, kind: string): string => join(folder, `${session}.${kind}`);
  return {
    resolve: (choice) => ({ kind: choice === 'auto' ? 'process' : choice }),
    tmuxSocket: () => join(folder, 'tmux'),
    editors: () => host.editors,
    async open(session) {
      await host.launch(session);
      return {};
    },
    writeSessionFile({ id }) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file(id, 'json'), '{}');
      return { path: file(id, 'json'), tokenHash: randomBytes(8).toString('hex'), spool: file(id, 'spool') };
    },
    sessionsWithFiles: () => sessionsIn(folder) as SessionId[],
    removeSessionFile(session) {
      if (!existsSync(folder)) return;
      const own = readdirSync(folder).filter((name) => name.startsWith(`${session}.`));
      for (const name of own) rmSync(join(folder, name), { recursive: true });
    },
    writePrompt(session, text) {
      writeFileSync(file(session, 'prompt.txt'), text);
      return file(session, 'prompt.txt');
    },
    privateFolder: (session) => file(session, 'private'),
    writePrivate(session, path, content) {
      writePrivateFiles(file(session, 'private'), [{ path, content }]);
      return join(file(session, 'private'), path);
    },
    writePrivateFiles: (session, files) => writePrivateFiles(file(session, 'private'), files),
    writeWorktreeFiles,
    windows: false,
    outputLines: (log) => host.output.get(log) ?? [],
    logTime: (log) => host.written.get(log),
    endReport: (session: SessionId) => host.reports.get(session),
    logFile: (session) => file(session, 'log'),
    lastLines: () => [],
    logSince: (_file, from) => ({ lines: [], next: from }),
    logChanged: async (_file, until) => void (await until),
    view: ({ id, agent }) => Promise.resolve({ session: id, agent, host: 'editor', window: 'w' }),
    type(session, text, pauseMs) {
      host.typed.push([session.id, text, pauseMs]);
      return Promise.resolve();
    },
    closePlace(session) {
      if (session.host === 'tmux') host.closed.push(session.id);
      return Promise.resolve();
    },
    endTree(pid) {
      host.ended.push(pid);
      host.alive.delete(pid);
      return Promise.resolve();
    },
    isAlive: (pid) => host.alive.has(pid),
  };
}
