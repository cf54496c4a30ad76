import { failed, passed, skipped, type Verdict } from '../domain/contract.ts';
import type { JournalEntry } from '../domain/journal.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Arguments, Circumstance, RuntimePreset } from '../domain/runtime.ts';
import type { HostKind, Session } from '../domain/session.ts';
import { isEnded, polecatOf, sessionOf, told, type Watched } from '../domain/watched.ts';
import type { RuntimeCapability } from '../protocol/runtimeTest.ts';
import type { Slung } from '../protocol/work.ts';
import type { WatchedTown } from './contractTown.ts';
import { atWork, begin, until, watch } from './contractSessions.ts';
import { fill, names, optionsWord } from '../runtimes/placeholders.ts';

/** The processes of this machine, as far as a trial needs them. */
export interface TrialProcesses {
  /** SIGKILL. False where there is no such process. */
  kill(pid: number): boolean;
  /** Whether this process still runs, or any that was started with this session in its environment. */
  isLeft(session: Session): Promise<boolean>;
}

export interface Trial {
  readonly preset: RuntimePreset;
  /** A bead that asks for nothing but to wait. */
  readonly bead: string;
  readonly host: 'auto' | HostKind;
  readonly patience: Patience;
}

/** How long a session may take to reach its hook before it is killed, and must stay when it was taken up again. */
export interface Patience {
  readonly hookMs: number;
  readonly stayMs: number;
}

export type TellCapability = (step: RuntimeCapability, verdict: Verdict) => void;

/** Within this the death of a runtime must be noticed. */
const noticedMs = 5000;

/** What the town gives a runtime that is asked to stop, before it is made to. */
const stopGraceMs = 30_000;

/** What a sling would start, without starting it. */
export async function wouldStart(
  town: WatchedTown,
  preset: RuntimePreset,
  bead: string,
  host: 'auto' | HostKind,
): Promise<Verdict> {
  const slung = await begin(town, { bead, host, dryRun: true });
  if (typeof slung === 'string') return skipped(`It could not be started: ${slung}`);
  const { command } = slung;
  const form = slung.host === 'process' ? (preset.oneShot ?? preset.arguments) : preset.arguments;
  const words = command.length > 1 ? command : [...command, ...shownWords(preset, form, slung.host)];
  const flag = preset.prompt.kind === 'argument' && preset.prompt.flag ? ` ${preset.prompt.flag}` : '';
  const prompt = preset.prompt.kind === 'argument' && command.length === 1 ? `${flag} PROMPT` : '';
  return skipped(`Would start: ${words.join(' ')}${names(form, 'prompt') ? '' : prompt}`);
}

/** What it would be given before its prompt, as far as that does not depend on the session. */
function shownWords(preset: RuntimePreset, form: Arguments, host: HostKind): readonly string[] {
  const so = new Set<Circumstance>(host === 'process' ? ['process'] : []);
  return fill([...form, ...preset.approval.ask], { values: {}, so }).filter((word) => word !== optionsWord);
}

/** Kills a session in the middle of its work, takes it up again, and asks it to stop. */
export async function tryEndings(
  town: WatchedTown,
  processes: TrialProcesses,
  trial: Trial,
  tell: TellCapability,
): Promise<void> {
  const slung = await begin(town, { bead: trial.bead, host: trial.host });
  if (typeof slung === 'string') return skipAll(tell, slung);
  const killed = await tryKill(town, processes, slung, trial);
  tell('failure-seen', killed);
  if (killed.outcome !== 'passed') {
    const why = 'The session that was to be killed is not there to be taken up again.';
    tell('resume', skipped(why));
    tell('clean-stop', skipped(why));
    return;
  }
  const session = await takeUp(town, trial, slung);
  if (typeof session === 'string') {
    tell('resume', failed(session, 'gt session run must start it again on the same worktree.'));
    tell('clean-stop', skipped('No session runs that could be stopped.'));
    return;
  }
  const resumed = await stays(
    town,
    { ...slung, session: session.id },
    trial,
    judgeResume(trial.preset, session, slung),
  );
  tell('resume', resumed);
  if (resumed.outcome === 'failed') {
    tell('clean-stop', skipped('No session runs that could be stopped.'));
    return;
  }
  tell('clean-stop', await tryStop(town, processes, session));
}

/** What holds of a session that was taken up again holds only where that lives. */
async function stays(
  town: WatchedTown,
  slung: Slung,
  { patience }: Trial,
  verdict: Verdict,
): Promise<Verdict> {
  const watched = watch(town, slung);
  await until(town, patience.stayMs, () => isEnded(watched));
  const { exit } = sessionOf(watched) ?? {};
  if (exit?.end !== 'failed') return verdict;
  return failed(
    `${verdict.evidence.replace(/\.$/, '')}, but it ended at once (${exit.signal ?? `code ${exit.code ?? 'unknown'}`}).`,
    'Kill it in the middle of its work, resume it by hand as its preset says, and read what it says.',
  );
}

/** A terminal without a person; `away`: from its account. It must start there and stay, if only to ask something. */
export async function tryTerminal(
  town: WatchedTown,
  {
    bead,
    runtime,
    stayMs,
    away,
  }: {
    readonly bead: string;
    readonly runtime: string;
    readonly stayMs: number;
    readonly away: boolean;
  },
): Promise<Verdict> {
  // Which hosts there are is for the town to say.
  const slung = await begin(town, { bead, runtime, host: 'tmux' });
  if (typeof slung === 'string') return skipped(`No terminal could be had: ${slung}`);
  const watched = watch(town, slung);
  await until(town, stayMs, () => isEnded(watched));
  const { exit, id = '' } = sessionOf(watched) ?? {};
  if (exit?.end === 'done') return passed('It started in a window of tmux and did its work there.');
  if (exit) {
    const how = exit.signal ?? `code ${exit.code ?? 'unknown'}`;
    if (away)
      return skipped(
        `It started in a window of tmux, away from your account, and ended at once (${how}); how it starts with your account, --live tries.`,
      );
    return failed(
      `It started in a window of tmux and ended at once (${how}).`,
      'Start it by hand in a terminal and read what it says.',
    );
  }
  await town.ask('session/stop', { session: id }).catch(() => undefined);
  const seconds = Math.round(stayMs / 1000);
  return passed(
    `It started in a window of tmux and was still there after ${seconds} s, at work or with a question.`,
  );
}

function skipAll(tell: TellCapability, why: string): void {
  for (const step of ['failure-seen', 'resume', 'clean-stop'] as const)
    tell(step, skipped(`A second session could not be started: ${why}`));
}

async function tryKill(
  town: WatchedTown,
  processes: TrialProcesses,
  slung: Slung,
  { preset, patience }: Trial,
): Promise<Verdict> {
  const watched = watch(town, slung);
  await until(town, noticedMs, () => sessionOf(watched)?.pid !== undefined);
  // Before its model has answered there would be nothing that could be resumed.
  await atWork(town, preset, slung, patience.hookMs);
  const { pid } = sessionOf(watched) ?? {};
  const wasQuicker = skipped('It had ended by itself before it could be killed.');
  if (pid === undefined || isEnded(watched) || !processes.kill(pid)) return wasQuicker;
  const at = Date.now();
  await until(town, noticedMs, () => isEnded(watched));
  const state = polecatOf(watched)?.state ?? 'nothing';
  const ended = entryOfEnd(watched);
  if (state === 'done') return wasQuicker;
  if (ended && (state === 'failed' || state === 'interrupted')) {
    const noticed = ((Date.parse(ended.at) - at) / 1000).toFixed(1);
    return passed(`SIGKILL to process ${pid}; ${told(ended)}, ${noticed} s later: ${state}.`);
  }
  return failed(
    `${noticedMs / 1000} s after SIGKILL the town still says ${state}.`,
    'Report this: a launcher must tell every end.',
  );
}

function entryOfEnd({ entries, agent }: Watched): JournalEntry | undefined {
  return entries.findLast(({ verb, subject }) => verb === 'session/ended' && subject === agent);
}

/** The new session, or why there is none. */
async function takeUp(town: WatchedTown, { host }: Trial, { agent }: Slung): Promise<Session | string> {
  try {
    return await town.ask('session/run', { agent, host });
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

function judgeResume(preset: RuntimePreset, session: Session, slung: Slung): Verdict {
  const place = session.launch.directory === slung.worktree ? 'on the same worktree and hook' : 'elsewhere';
  const form = session.host === 'process' ? (preset.resumeOneShot ?? preset.resume) : preset.resume;
  const words = form?.filter(isFixed) ?? [];
  if (words.length === 0)
    return skipped(`Its preset has no way to resume a conversation; a new one was begun ${place}.`);
  return words.every((word) => session.launch.arguments.includes(word))
    ? passed(`Resumed with ${words.join(' ')} ${place}.`)
    : skipped(`A new conversation was begun ${place}: the id of its own session is not known yet.`);
}

const isFixed = (word: Arguments[number]): word is string => typeof word === 'string' && !word.includes('{');

async function tryStop(town: WatchedTown, processes: TrialProcesses, session: Session): Promise<Verdict> {
  const at = Date.now();
  const stopped = await town.ask('session/stop', { session: session.id });
  const tookMs = Date.now() - at;
  const seconds = (tookMs / 1000).toFixed(1);
  const signal = session.launch.stopSignal;
  const { end } = stopped.exit ?? {};
  if (end !== 'stopped')
    return skipped(`It had ended by itself (${end ?? 'unknown'}) before it was stopped.`);
  if (await processes.isLeft(stopped)) {
    return failed(
      `Asked with ${signal} it ended after ${seconds} s, and left a process behind.`,
      'Let it run in the foreground: no daemon of its own may outlive its session.',
    );
  }
  return tookMs < stopGraceMs
    ? passed(`Asked with ${signal} it ended after ${seconds} s, and left no process behind.`)
    : failed(
        `Asked with ${signal} it did not end within ${stopGraceMs / 1000} s and was killed.`,
        'Set stopSignal in its preset to the signal that it ends on.',
      );
}

/** Whether the prompt went where its preset says, and was understood. */
export function promptArgument(
  preset: RuntimePreset,
  session: Session | undefined,
  hooked: boolean,
): Verdict {
  if (preset.prompt.kind !== 'argument')
    return skipped(`Its preset gives the prompt in another way: ${preset.prompt.kind}.`);
  if (!session) return skipped('Its session is not known any more.');
  const given = session.launch.arguments.some((word) => word.includes(session.bead ?? session.agent));
  if (!given)
    return failed(
      'The prompt was not among its arguments.',
      'Put {prompt} where it belongs in oneShot or arguments.',
    );
  return hooked
    ? passed('The prompt was one argument, and it went to its hook.')
    : skipped(
        'The prompt was one argument; that it was understood is not shown, since it did not go to its hook.',
      );
}
