import { rmSync } from 'node:fs';
import { messageOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import type { LaunchSpec, LaunchStep, SessionEnd } from '../domain/session.ts';
import { lastLines } from './logs.ts';
import { startRuntime, startStep, type RuntimeExit, type RuntimeProcess } from './runtimeProcess.ts';
import { writeEndReport, type EndReport } from './sessionFile.ts';
import type { Terminal } from './terminal.ts';
import { endLeftovers, endTree } from './tree.ts';

export interface EndAnswer {
  /** The agent has called `gt done`. */
  readonly done: boolean;
  /** The bead is still on its hook. */
  readonly resumable: boolean;
}

/** The town, as the run of one session needs it. Reports arrive in order; while the town is away they wait for it. */
export interface TownLine {
  /** The runtime runs, or, with a label, what comes before it. */
  started(pid: number, before?: string): Promise<void>;
  ended(report: EndReport): Promise<EndAnswer>;
  /** No report is due any more, or not for long: the connection may go. */
  rest(): void;
  /** A process of the town server that must not be ended by us, if one is known. */
  serverPid(): number | undefined;
}

export interface RunOptions {
  readonly spec: LaunchSpec;
  readonly line: TownLine;
  readonly terminal: Terminal;
  /** GT_SESSION: what marks the processes that belong to this session. */
  readonly sessionFile: string;
  /** Where the report of the end waits for the town. */
  readonly endFile: string;
  /** Of the session host `process`. */
  readonly log?: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/** How long what is told at the end may take before a person is shown the end all the same. */
const tellMs = 5000;
/** How long the runtime may take to end after its terminal has gone. */
const interruptedGraceMs = 3000;
const leftoversGraceMs = 2000;
/** A start that ends sooner has not done anything. */
const shortMs = 10_000;
const keptLines = 20;

/** How the runtime ended, or what comes before it. */
interface Ending {
  readonly exit: RuntimeExit;
  /** Why the town would not have it run. */
  readonly refused?: string | undefined;
  readonly reason?: string | undefined;
  readonly lastLines?: readonly string[];
  /** What Enter does. */
  readonly again?: 'resumes' | 'tries again';
}

const unknown: EndAnswer = { done: false, resumable: true };

/** One session on one terminal: the runtime's process, its end, and whether it goes on. */
export class SessionRun {
  readonly #options: RunOptions;
  readonly #marker: string;
  #runtime: RuntimeProcess | undefined;
  /** Why it is ending, where it did not end by itself. */
  #ending: { readonly end: SessionEnd; readonly reason: string } | undefined;
  #interrupted = false;
  /** What is still to be done before the runtime. */
  #before: readonly LaunchStep[];
  #isAgain = false;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#before = options.spec.before ?? [];
    this.#marker = `GT_SESSION=${options.sessionFile}`;
  }

  /** Through which the session's programs may ask. */
  get spool(): string | undefined {
    return this.#options.spec.spool;
  }

  /** Runs the runtime until nothing is left to do on this terminal. */
  async run(): Promise<void> {
    const { spec, terminal, line } = this.#options;
    if (spec.print !== undefined) terminal.say(spec.print);
    for (;;) {
      const again = await this.#once();
      line.rest();
      if (this.#interrupted || (await terminal.ask(again ? 'resume' : 'close')) === 'close') return;
      this.#ending = undefined;
    }
  }

  /** The town asks for the end: the runtime is asked, and ended with all it started after the grace. */
  async stop(reason: string, graceMs: number): Promise<void> {
    this.#ending ??= { end: 'stopped', reason };
    await this.#endTree(graceMs);
  }

  /** The terminal has gone, or this process is asked to end: that is told first, since there may be little time. */
  async interrupt(signal: string): Promise<void> {
    if (this.#interrupted) return;
    this.#interrupted = true;
    if (!this.#runtime) return;
    const reason =
      signal === 'SIGHUP' ? 'Its terminal was closed.' : `Its launcher was asked to end (${signal}).`;
    this.#ending = { end: 'interrupted', reason };
    const told = this.#tell({ end: 'interrupted', reason });
    await this.#endTree(interruptedGraceMs);
    await told;
  }

  /** Gives whether it may be resumed. */
  async #once(): Promise<boolean> {
    const { terminal, environment } = this.#options;
    try {
      for (let [step] = this.#before; step !== undefined; [step] = this.#before) {
        const failed = await this.#prepare(step);
        if (this.#interrupted) return false;
        if (failed) return await this.#tellExit(failed);
        this.#before = this.#before.slice(1);
      }
      this.#runtime = await startRuntime(this.#spec(), environment);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      terminal.say(`Not started: ${error.message}\nq closes.`);
      await this.#tell({ end: 'not-started', reason: error.message });
      return false;
    }
    if (this.#interrupted) await this.#endTree(0);
    const refused = this.#reportStart(this.#runtime.pid);
    const exit = await this.#runtime.exited;
    const isShort = Date.now() - this.#runtime.began < shortMs;
    // A session that was never kept cannot go on, which is said at once: then it is begun anew.
    this.#isAgain = !(this.#isAgain && exit.code !== 0 && isShort);
    await this.#clearAway();
    if (this.#interrupted) return false;
    return await this.#tellExit({ exit, refused: refused() });
  }

  /** Runs what comes before the runtime. Gives how it failed. */
  async #prepare({ argv, label, timeoutMs }: LaunchStep): Promise<Ending | undefined> {
    const { spec, terminal, environment } = this.#options;
    terminal.say(`The ${label} of this workplace: ${argv.join(' ')}`);
    const running = await startStep(spec, argv, environment);
    this.#runtime = running;
    if (this.#interrupted) await this.#endTree(0);
    const refused = this.#reportStart(running.pid, label);
    const late = `it took longer than ${Math.round(timeoutMs / 1000)} s`;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      void this.#endTree(interruptedGraceMs);
    }, timeoutMs);
    const exit = await running.exited;
    clearTimeout(timer);
    const told = refused();
    if (exit.code === 0 && told === undefined && this.#ending === undefined) {
      this.#runtime = undefined;
      return undefined;
    }
    await this.#clearAway();
    const why = isLate ? late : exit.signal ? `ended by ${exit.signal}` : `exit code ${exit.code ?? 0}`;
    const reason = `The ${label} failed (${why}): ${argv.join(' ')}`;
    return { exit, refused: told, reason, lastLines: running.lastLines(keptLines), again: 'tries again' };
  }

  async #clearAway(): Promise<void> {
    await endLeftovers(this.#marker, this.#spared(), leftoversGraceMs);
    this.#runtime = undefined;
  }

  #spec(): LaunchSpec {
    const { spec } = this.#options;
    return this.#isAgain && spec.again ? { ...spec, arguments: spec.again } : spec;
  }

  /** A town that will not have the runtime run (its bead has gone to somebody else) ends it. Gives what the town said. */
  #reportStart(pid: number, before?: string): () => string | undefined {
    let sentence: string | undefined;
    this.#options.line.started(pid, before).catch(async (error: unknown) => {
      if (!(error instanceof Refusal) || !this.#runtime) return;
      sentence = error.message;
      await this.stop(sentence, 0);
    });
    return () => sentence;
  }

  async #tellExit({ exit, refused, again = 'resumes', ...ending }: Ending): Promise<boolean> {
    const { terminal, log } = this.#options;
    if (exit.code !== 0) terminal.restore();
    if (refused !== undefined) {
      terminal.say(`Not resumed: ${refused}\nq closes.`);
      return false;
    }
    const lines = ending.lastLines ?? (log === undefined ? [] : lastLines(log, keptLines));
    const reason = this.#ending?.reason ?? ending.reason;
    const answer = await this.#tell({
      end: 'failed',
      ...exit,
      ...(reason === undefined ? {} : { reason }),
      ...this.#ending,
      ...(lines.length > 0 ? { lastLines: lines } : {}),
    });
    if (log === undefined) terminal.say(sentenceFor({ exit, reason, again }, answer));
    return !answer.done && answer.resumable;
  }

  /** The report waits in a file until the town has it; a town that answers late is not waited for here. */
  async #tell(report: EndReport): Promise<EndAnswer> {
    const { line, endFile, log, terminal } = this.#options;
    try {
      writeEndReport(endFile, report);
    } catch (error) {
      // A full disk takes no file; the town may take the report all the same.
      terminal.say(`The report of the end could not be kept: ${messageOf(error)}`);
    }
    const told = line.ended(report).then(
      (answer) => {
        rmSync(endFile, { force: true });
        return answer;
      },
      (error: unknown) => {
        terminal.say(`The town did not take the report of the end: ${messageOf(error)}`);
        return { done: false, resumable: false };
      },
    );
    // Nobody looks at a log and waits: there the launcher stays until the town has taken it.
    return log === undefined || this.#interrupted ? await within(tellMs, told) : await told;
  }

  async #endTree(graceMs: number): Promise<void> {
    const runtime = this.#runtime;
    if (!runtime) return;
    const left = await endTree({
      pid: runtime.pid,
      since: runtime.began,
      marker: this.#marker,
      spare: this.#spared(),
      signal: this.#options.spec.stopSignal,
      graceMs,
    });
    if (left.length > 0) this.#options.terminal.say(`These processes could not be ended: ${left.join(', ')}`);
  }

  #spared(): readonly number[] {
    const pid = this.#options.line.serverPid();
    return pid === undefined ? [] : [pid];
  }
}

function sentenceFor({ exit, reason, again = 'resumes' }: Ending, { done, resumable }: EndAnswer): string {
  if (done) return 'The work was handed over. q closes this terminal.';
  const how =
    reason ?? (exit.signal ? `It was ended by ${exit.signal}` : `It exited with code ${exit.code ?? 0}`);
  const words = reason ? how : `${how}, without gt done.`;
  return resumable
    ? `${words}\nBead and worktree are kept. Enter ${again}, q closes.`
    : `${words}\nq closes.`;
}

function within(ms: number, answer: Promise<EndAnswer>): Promise<EndAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<EndAnswer>((resolve) => {
    timer = setTimeout(() => resolve(unknown), ms);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
