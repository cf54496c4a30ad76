import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Terminal } from '../e2e/terminal.ts';
import type { Ran } from '../support/runNode.ts';
import { wordsOf } from './words.ts';

/** No answer of the town may take longer than this, whatever was done to it. */
const longestMs = 150_000;

export interface Asked extends Ran {
  readonly words: readonly string[];
}

/** The person's terminal: runs `gt` and `bd`, and keeps what was said. */
export class Commands {
  readonly #terminal: Terminal;
  readonly #tell: (line: string) => void;
  #count = 0;
  /** What no command may ever do, each in a sentence. */
  readonly offences: string[] = [];
  /** How often each kind of refusal was met. */
  readonly refusals = new Map<string, number>();

  constructor(terminal: Terminal, tell: (line: string) => void) {
    this.#terminal = terminal;
    this.#tell = tell;
  }

  get count(): number {
    return this.#count;
  }

  async run(program: 'gt' | 'bd', ...words: string[]): Promise<Asked> {
    this.#count += 1;
    const { folder: cwd, environment: env } = this.#terminal;
    const child = spawn(program, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: longestMs });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    await once(child, 'close');
    const asked = { code: child.exitCode, ...said, words: [program, ...words] };
    this.#look(asked);
    return asked;
  }

  /** The JSON of an answer; undefined where there was none. */
  async json<T>(program: 'gt' | 'bd', ...words: string[]): Promise<T | undefined> {
    const { code, stdout } = await this.run(program, ...words, '--json');
    return code === 0 ? (JSON.parse(stdout) as T) : undefined;
  }

  /** Does what a refusal named as its next step, where that is one command, whole: a person would. */
  async follow({ stdout, stderr }: Asked): Promise<Asked | undefined> {
    const [, line] = /^Next: (gt [^\n]*)$/m.exec(`${stderr}\n${stdout}`) ?? [];
    const words = line === undefined ? undefined : wordsOf(line);
    if (!words || !mayFollow.has(words.slice(1, 3).join(' '))) return undefined;
    return await this.run('gt', ...words.slice(1));
  }

  #look({ code, words, stderr, stdout }: Asked): void {
    const line = words.join(' ');
    const first = /"error": "([^"]*)/.exec(stdout)?.[1] ?? (stderr || stdout).trim().split('\n', 1)[0] ?? '';
    if (code !== 0) this.#tell(`${line}: ${code} ${first}`);
    if (code === null) this.offences.push(`"${line}" gave no answer within ${longestMs / 1000} s.`);
    else if (code === 2) this.offences.push(`"${line}" are no words of the product: ${stderr.trim()}`);
    if (code === 0 || code === null) return;
    const kind = first.replaceAll(/[\w/-]*\d[\w/.-]*|\/\S+/g, '…').slice(0, 90);
    this.refusals.set(kind, (this.refusals.get(kind) ?? 0) + 1);
  }
}

/** Those that say how it stands, or go on with the work: none that needs a thought of its own. */
const mayFollow: ReadonlySet<string> = new Set([
  'session run',
  'session stop',
  'session resume',
  'polecat list',
  'polecat show',
  'mq show',
  'mq merge',
  'mq list',
  'mq retry',
]);
