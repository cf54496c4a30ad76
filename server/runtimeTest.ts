import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { contractSteps, failed, keepsContract, passed, skipped, type Verdict } from './domain/contract.ts';
import { Refusal } from './domain/refusal.ts';
import type { Rig } from './domain/rig.ts';
import type { RuntimePreset } from './domain/runtime.ts';
import { checkedCommand, commandKeyOf } from './domain/settings.ts';
import type { Git } from './git/git.ts';
import {
  addContractBead,
  addWaitingBead,
  addWithoutAccount,
  settle,
  type WatchedTown,
} from './operations/contractTown.ts';
import { promptArgument, tryEndings, tryTerminal, wouldStart } from './operations/contractTrials.ts';
import { lookForAccount, lookForProgram, lookForVersion, noProgram } from './operations/runtimeLook.ts';
import { walkContract, type Walk } from './operations/contractWalk.ts';
import {
  testedSteps,
  type CheckedStep,
  type RuntimeTestEvent,
  type RuntimeTestParams,
} from './protocol/runtimeTest.ts';
import type { OpenTerminalParams } from './protocol/session.ts';
import { followChanges } from './rpc/changes.ts';
import type { TownClient } from './rpc/client.ts';
import { withScratchTown, type ScratchTown } from './rpc/scratchTown.ts';
import {
  contractFile,
  instruction,
  kindOf,
  randomWord,
  usualSeconds,
  withoutLive,
} from './runtimes/contractBead.ts';
import { findRuntimeProgram } from './runtimes/programs.ts';
import { loginShellPath } from './sessions/loginShell.ts';
import { signOfAccount } from './sessions/programFacts.ts';
import { findCommand, findProgram } from './sessions/programs.ts';
import { versionOf } from './sessions/programVersion.ts';
import { isLeft, kill } from './sessions/sessionProcesses.ts';

export interface RuntimeTestParts {
  /** A git whose hooks are those of that folder, which stays empty. */
  gitWith(emptyHooksDirectory: string): Git;
  /** Path of dist/server.cjs: the scratch town gets a town server of its own. */
  readonly serverProgram: string;
  readonly version: string;
  createTown(path: string): Promise<unknown>;
  /** Of the editor that asked for the test; absent: sessions are plain processes. */
  openTerminal?(params: OpenTerminalParams): Promise<{ readonly processId?: number }>;
}

type Emit = (event: RuntimeTestEvent) => void;
type Step = CheckedStep['step'];
type Host = NonNullable<RuntimeTestParams['host']>;

/**
 * Walks the contract with a runtime in a throw-away town: hook, commit, update, done, by what the town and git saw. True where all
 * four hold. Everything is removed again, also after a failure and after `stop`, whose reason it then throws. Refused where there is
 * no such runtime, its preset does not fit, or it needs a terminal and there is none.
 */
export async function testRuntime(
  parts: RuntimeTestParts,
  params: RuntimeTestParams,
  emit: Emit,
  stop: AbortSignal,
): Promise<boolean> {
  const { serverProgram, version } = parts;
  const createTown = (path: string): Promise<unknown> => parts.createTown(path);
  return await withScratchTown(
    { name: 'runtime-test', serverProgram, version, createTown, stop },
    async (scratch) => {
      const preset = await carryOver(scratch.client, params);
      // What comes of ending it is no result.
      const tell: Emit = (event) => {
        if (!stop.aborted) emit(event);
      };
      const set = params.command === undefined ? undefined : checkedCommand(preset.id, params.command);
      return await new RuntimeTest(parts, { params, preset, set, scratch, emit: tell }).run();
    },
  );
}

/** A preset of one's own is checked like any other; what is found is what the scratch town knows by that name. */
async function carryOver(client: TownClient, { runtime, preset }: RuntimeTestParams): Promise<RuntimePreset> {
  if (preset !== undefined) return (await client.request('runtime/add', { preset })).preset;
  return (await client.request('runtime/get', { runtime })).preset;
}

const inEditor = 'Test it in VS Code, which gives it a terminal: Gas Town: Test Runtime.';

const stayMs = 3000;
const patience = { hookMs: 20_000, stayMs };

interface Scene {
  readonly params: RuntimeTestParams;
  readonly preset: RuntimePreset;
  /** Where a person said that its program is. */
  readonly set: string | undefined;
  readonly scratch: ScratchTown;
  readonly emit: Emit;
}

/** One test of one runtime, in a scratch town that is there. */
class RuntimeTest {
  readonly #parts: RuntimeTestParts;
  readonly #scene: Scene;
  readonly #steps = new Map<Step, CheckedStep>();
  #since = Date.now();

  constructor(parts: RuntimeTestParts, scene: Scene) {
    this.#parts = parts;
    this.#scene = scene;
  }

  async run(): Promise<boolean> {
    const { preset, params, emit } = this.#scene;
    const live = params.live === true;
    const { deadlineSeconds = usualSeconds[kindOf(preset)] } = params;
    const why = preset.needs.account && !live ? withoutLive(preset) : undefined;
    const within = why === undefined ? { deadlineSeconds } : {};
    emit({ event: 'begin', runtime: preset.id, label: preset.label, live, ...within });
    const isThere = await this.#lookAtProgram();
    if (!isThere) this.#skipRest('Nothing was started: its program is missing.');
    else if (why !== undefined) await this.#onlyLook(why);
    else await this.#start(deadlineSeconds * 1000);
    return this.#tellResult();
  }

  #tell(step: Step, verdict: Verdict, seconds = this.#elapsed()): void {
    this.#since = Date.now();
    const decides = contractSteps.some((each) => each === step);
    const checked: CheckedStep = { step, decides, ...verdict, seconds };
    this.#steps.set(step, checked);
    this.#scene.emit({ event: 'step', ...checked });
  }

  #elapsed(): number {
    return Math.round((Date.now() - this.#since) / 100) / 10;
  }

  #skipRest(why: string): void {
    for (const step of testedSteps)
      if (!this.#steps.has(step)) this.#tell(step, { outcome: 'skipped', evidence: why }, 0);
  }

  #tellResult(): boolean {
    const steps = testedSteps.flatMap((step) => this.#steps.get(step) ?? []);
    const compatible = keepsContract(steps);
    this.#scene.emit({ event: 'result', runtime: this.#scene.preset.id, compatible, steps });
    return compatible;
  }

  /** Found, version, signed in: without a start that would do anything. */
  async #lookAtProgram(): Promise<boolean> {
    const { preset, set } = this.#scene;
    const path = await loginShellPath();
    const find = (command: string): string | undefined => findCommand(command, path);
    const look = {
      path,
      own: this.#parts.version,
      set,
      found: findRuntimeProgram(preset, { set, self: process.execPath, find }),
      version: (program: string, args: readonly string[], waitMs: number) =>
        versionOf(program, args, { path, waitMs }),
      signOfAccount,
    };
    const found = lookForProgram(preset, look);
    this.#tell('found', found);
    this.#tell('version', found.outcome === 'passed' ? await lookForVersion(preset, look) : noProgram);
    this.#tell('signed-in', lookForAccount(preset, look));
    return found.outcome === 'passed';
  }

  /** Not started against the account: what would be started is told, and where a terminal can be had it is tried without it. */
  async #onlyLook(why: string): Promise<void> {
    const { preset } = this.#scene;
    const advice = `gt runtime test ${preset.id} --live, which uses your own account.`;
    this.#tell('hook', { outcome: 'skipped', evidence: why, advice }, 0);
    const { town, rig } = await this.#settle();
    const bead = await addWaitingBead(town, rig, preset, 'look');
    this.#tell('prompt-argument', await wouldStart(town, preset, bead, this.#host()), 0);
    await this.#terminal(town, rig);
    this.#skipRest('Not started, for the same reason.');
  }

  #host(): Host {
    return this.#scene.params.host ?? (this.#parts.openTerminal ? 'editor' : 'auto');
  }

  async #start(deadlineMs: number): Promise<void> {
    const { preset } = this.#scene;
    const { town, rig } = await this.#settle();
    const host = this.#host();
    const word = randomWord();
    const bead = await addContractBead(town, rig, preset, word);
    if (kindOf(preset) === 'person' && !(await this.#tellPerson(town, { bead, host, word }))) return;
    const task = { rig, bead, word, file: contractFile, host, deadlineMs };
    const walk = await walkContract(town, task, (step, { verdict, seconds }) =>
      this.#tell(step, verdict, seconds),
    );
    if ('refused' in walk) return this.#refused(walk.refused);
    await this.#reportSession(town, walk);
    if (kindOf(preset) === 'person') return this.#skipRest('Not tried with a person.');
    // In an editor each would leave a terminal behind that waits to be read.
    await this.#endings(town, rig, this.#parts.openTerminal && preset.oneShot ? 'process' : host);
    await this.#terminal(town, rig);
  }

  /** What to do is said before the terminal opens; that none can be opened, before that: then it is false. */
  async #tellPerson(
    town: WatchedTown,
    { bead, host, word }: { readonly bead: string; readonly host: Host; readonly word: string },
  ): Promise<boolean> {
    const { refused } = await town.ask('work/sling', { beads: [bead], host, dryRun: true });
    if (refused[0]) this.#refused(refused[0]);
    else this.#scene.emit({ event: 'note', text: instruction(bead, word) });
    return refused.length === 0;
  }

  /** A choice that cannot be is the caller's; a runtime that cannot be started has failed at its first step. */
  #refused({ message, refusal }: Extract<Walk, { refused: unknown }>['refused']): void {
    const { code, ...details } = refusal;
    if (code === 'no-host') throw new Refusal(code, message, { ...details, next: inEditor });
    if (code === 'invalid') throw new Refusal(code, message, details);
    const advice = details.next ?? 'Look at its command and arguments: gt runtime show NAME';
    this.#tell('hook', failed(`It could not be started: ${message}`, advice));
    this.#skipRest('Not reached: it could not be started.');
  }

  async #reportSession(town: WatchedTown, walk: Extract<Walk, { slung: unknown }>): Promise<void> {
    const { preset } = this.#scene;
    const { slung, judged } = walk;
    const sessions = await town.ask('session/list', { agent: slung.agent, all: true });
    const session = sessions.find(({ id }) => id === slung.session);
    const hooked = judged.get('hook')?.verdict.outcome === 'passed';
    this.#tell('prompt-argument', promptArgument(preset, session, hooked), 0);
    if (preset.needs.account && hooked)
      this.#tell('signed-in', passed('It worked, so that its account was accepted.'), 0);
    if (slung.host !== 'process')
      this.#tell('terminal', passed(`The contract was walked in a terminal (${slung.host}).`), 0);
  }

  async #endings(town: WatchedTown, rig: Rig, host: Host): Promise<void> {
    const bead = await addWaitingBead(town, rig, this.#scene.preset, 'wait');
    const processes = { kill, isLeft };
    const trial = { preset: this.#scene.preset, bead, host, patience };
    await tryEndings(town, processes, trial, (step, verdict) => this.#tell(step, verdict));
  }

  /** Not live it is started away from its account: in a home of its own, and without the variables that sign in. */
  async #terminal(town: WatchedTown, rig: Rig): Promise<void> {
    if (this.#steps.has('terminal')) return;
    const path = await loginShellPath();
    if (!findProgram('tmux', path)) {
      this.#tell(
        'terminal',
        skipped('No terminal could be had: there is no editor that asked, and no tmux on the PATH.'),
      );
      return;
    }
    const { preset } = this.#scene;
    const home = join(this.#scene.scratch.folder, 'home');
    mkdirSync(home, { recursive: true });
    const away = preset.needs.account && this.#scene.params.live !== true;
    const runtime = away
      ? await addWithoutAccount(town, preset, { home, command: this.#scene.set })
      : preset.id;
    const bead = await addWaitingBead(town, rig, preset, 'stay');
    this.#tell('terminal', await tryTerminal(town, { bead, runtime, stayMs, away }));
  }

  async #settle(): Promise<{ readonly town: WatchedTown; readonly rig: Rig }> {
    const { scratch, preset, set } = this.#scene;
    const { client, folder } = scratch;
    await this.#offerTerminals(client);
    const town: WatchedTown = {
      ask: (method, params) => client.request(method, params),
      changes: await followChanges(client),
      git: this.#parts.gitWith(join(folder, 'empty')),
    };
    // The scratch town has to start the same program.
    if (set !== undefined) await town.ask('town/configure', { key: commandKeyOf(preset.id), words: [set] });
    return { town, rig: await settle(town, folder, preset.id) };
  }

  async #offerTerminals(client: TownClient): Promise<void> {
    const parts = this.#parts;
    if (!parts.openTerminal) return;
    client.onRequest(
      'session/open',
      async (params) => (await parts.openTerminal?.({ ...params, inFront: true })) ?? {},
    );
    await client.request('host/offer', { window: 'runtime-test', trusted: true, focused: true });
  }
}
