import { isAbsolute } from 'node:path';
import { commands, workspace } from 'vscode';
import { messageOf } from '../server/domain/fault.ts';
import { Refusal } from '../server/domain/refusal.ts';
import { displayText } from '../server/domain/text.ts';
import type { RuntimeSummary } from '../server/protocol/runtime.ts';
import type { Ask } from './connection.ts';
import { warn } from './messages.ts';

/** By name: a preset as `gt runtime add` takes it, or where the program of a built-in one lies. */
type RuntimeSettings = Readonly<Record<string, unknown>>;

/**
 * Gives the town the runtimes of the setting `gastown.runtimes`, and what is new in them. They stay in the town when they leave the
 * setting: rigs may stand on them. Only the user's own settings count, and only where the workspace is trusted.
 */
export class OwnRuntimes {
  readonly #ask: Ask;
  readonly #log: (text: string) => void;
  /** What was said last: the same is not said again with every new connection. */
  #said = '';
  /** One after the other: VS Code tells one change of a setting more than once. */
  #given: Promise<void> = Promise.resolve();

  constructor(ask: Ask, log: (text: string) => void) {
    this.#ask = ask;
    this.#log = log;
  }

  /** With the town connected. Never rejects: what does not fit is said, with the field. */
  give(): Promise<void> {
    this.#given = this.#given.then(() => this.#give());
    return this.#given;
  }

  async #give(): Promise<void> {
    if (!workspace.isTrusted) return;
    const settings = workspace.getConfiguration('gastown').get<RuntimeSettings>('runtimes', {});
    const entries = Object.entries(settings);
    if (entries.length === 0) return this.#say([]);
    try {
      const known = await this.#ask('runtime/list', {});
      const problems: string[] = [];
      // One after the other: one may extend another.
      for (const [name, value] of entries) {
        const problem = await this.#giveOne(name, value, known);
        if (problem !== undefined) problems.push(`${displayText(name, 40)}: ${displayText(problem, 300)}`);
      }
      this.#say(problems);
    } catch (error) {
      this.#log(`The runtimes of the settings were not given to the town: ${messageOf(error)}`);
    }
  }

  async #giveOne(
    name: string,
    value: unknown,
    known: readonly RuntimeSummary[],
  ): Promise<string | undefined> {
    const before = known.find(({ preset }) => preset.id === name);
    try {
      if (typeof value === 'string') return await this.#giveProgram(name, value, before);
      if (!isRecord(value)) return 'must be a preset, or the path of a program';
      if (before && holds(before.preset, value)) return undefined;
      await this.#ask('runtime/add', { preset: { ...value, id: name }, replace: true });
      return undefined;
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'unavailable') throw error;
      return error.message.replace(/^preset\.?/u, '');
    }
  }

  async #giveProgram(
    name: string,
    path: string,
    before: RuntimeSummary | undefined,
  ): Promise<string | undefined> {
    if (!before?.builtIn) return 'a path alone is for a built-in runtime; give a preset with a command';
    if (!isAbsolute(path)) return 'the path of its program must be absolute';
    if (before.program !== path)
      await this.#ask('town/configure', { key: `runtime.${name}.command`, words: [path] });
    return undefined;
  }

  #say(problems: readonly string[]): void {
    const [first, ...more] = problems;
    const said = problems.join('\n');
    if (first === undefined || said === this.#said) {
      this.#said = said;
      return;
    }
    this.#said = said;
    for (const problem of problems) this.#log(`gastown.runtimes: ${problem}`);
    const rest = more.length === 0 ? '' : ` (and ${more.length} more, in the log)`;
    warn(`The setting gastown.runtimes does not fit. ${first}${rest}`, {
      label: 'Open Settings',
      run: () => commands.executeCommand('workbench.action.openSettings', 'gastown.runtimes'),
    });
  }
}

/** Whether all that is given is there already. What the preset extends is not kept, and not compared. */
function holds(there: unknown, given: unknown): boolean {
  if (!isRecord(given) || !isRecord(there)) return JSON.stringify(there) === JSON.stringify(given);
  return Object.entries(given).every(([key, value]) => key === 'extends' || holds(there[key], value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
