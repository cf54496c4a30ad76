import { spawn } from 'node:child_process';
import { findProgram } from './programs.ts';

/** What is on the hook, as `gt hook --json` prints it. */
export interface SimHook {
  readonly agent: string;
  readonly rig?: string;
  readonly bead?: {
    readonly id: string;
    readonly title: string;
    readonly description?: string;
    readonly labels?: readonly string[];
  };
  /** What became of what was handed over before. */
  readonly mergeRequest?: { readonly state: string; readonly target?: string };
}

export interface Ran {
  readonly code: number;
  readonly output: string;
}

/**
 * All that the simulated agent has: the programs that any agent has, found on PATH, run without a shell. It knows nothing else of the
 * town.
 */
export class SimTools {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #say: (line: string) => void;

  constructor(environment: NodeJS.ProcessEnv, say: (line: string) => void) {
    this.#environment = environment;
    this.#say = say;
  }

  /** Undefined where the hook is empty. */
  async hook(): Promise<SimHook | undefined> {
    const { code, output } = await this.run('gt', ['hook', '--json']);
    if (code !== 0) throw new SimFailure(`gt hook failed: ${output.trim()}`);
    const hook = JSON.parse(output) as SimHook;
    return hook.bead ? hook : undefined;
  }

  /** Shown as an agent would show it; rejects where git does. */
  async git(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.run('git', args);
    if (code !== 0) throw new SimFailure(`git ${args[0]} failed: ${output.trim()}`);
    return output.trimEnd();
  }

  /** What the town answers is shown; its exit code is given. */
  async done(...args: readonly string[]): Promise<number> {
    const { code, output } = await this.run('gt', ['done', ...args]);
    for (const line of output.trimEnd().split('\n')) if (line !== '') this.#say(`  ${line}`);
    return code;
  }

  /** Of the bead, as an agent writes to it; the exit code is given, what a refusal says is shown. */
  async update(bead: string, ...args: readonly string[]): Promise<number> {
    const { code, output } = await this.run('bd', ['update', bead, ...args]);
    if (code !== 0) this.#say(`  ${output.trim()}`);
    return code;
  }

  run(command: string, args: readonly string[]): Promise<Ran> {
    const program = findProgram(command, this.#environment['PATH'] ?? '', { node: process.execPath });
    if (!program) return Promise.reject(new SimFailure(`There is no ${command} on PATH.`));
    const child = spawn(program.command, [...program.before, ...args], {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      // A program's errors are only worth reading where it failed.
      child.on('close', (code) =>
        resolve(code === 0 ? { code, output: out } : { code: code ?? 1, output: out + err }),
      );
    });
  }
}

/** The simulated agent cannot go on, and says why. */
export class SimFailure extends Error {}
