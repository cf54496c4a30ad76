import type { ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { Refusal } from '../domain/refusal.ts';
import type { OpenRequest, SessionHost } from './host.ts';
import { findTmux, onSocket, runTmux, tmuxEnvironment, tmuxName, waitForTmux } from './tmux.ts';

/** Tells the launcher in which tmux server it is. It goes no further than the launcher. */
export const socketVariable = 'GT_SESSION_TMUX';

/** A session in a tmux server: its name there is its id. */
export interface TmuxPlace {
  readonly socket: string;
  readonly session: string;
}

/**
 * Sessions in a tmux server of the town's own: one tmux session for each, so that those who look at different ones do not turn each
 * other's pages. tmux is no more than a place: that a session lives is known by its launcher's connection. The tmux server outlives the
 * town server, and ends by itself with its last window.
 */
export class TmuxHost implements SessionHost {
  readonly kind = 'tmux';
  readonly #path: () => Promise<string>;
  readonly #watched = new Map<string, { readonly program: string; readonly watcher: ChildProcess }>();
  #ended = false;
  /** One at a time, so that no socket is removed while somebody opens a window on it. */
  #turn: Promise<unknown> = Promise.resolve();

  /** `path` is the PATH that tmux is looked up on. */
  constructor(path: () => Promise<string>) {
    this.#path = path;
  }

  /** The program. Refused where it is missing or too old. */
  async program(): Promise<string> {
    return await findTmux(await this.#path());
  }

  async open({ session, name, launcher, tmuxSocket }: OpenRequest): Promise<void> {
    if (tmuxSocket === undefined) throw new Error(`The session ${session} has no tmux server to live in.`);
    // A single word would be read by a shell.
    if (launcher.arguments.length === 0) throw new Error(`The launcher of ${session} has no arguments.`);
    const program = await this.program();
    const variables = Object.entries({ ...launcher.environment, [socketVariable]: tmuxSocket }).flatMap(
      ([key, value]) => ['-e', `${key}=${value}`],
    );
    const open = ['new-session', '-d', '-s', session, '-n', tmuxName(name), '-x', '160', '-y', '48'];
    const command = [...open, ...variables, '--', launcher.command, ...launcher.arguments];
    const commands = [['start-server'], ...options, handOn(), command];
    await this.#inTurn(async () => {
      const first = await runTmux(program, tmuxSocket, commands);
      // The one before may have been just about to leave with its last window.
      const { code, said } = first.code === 0 ? first : await runTmux(program, tmuxSocket, commands);
      this.#watch(program, tmuxSocket);
      if (code === 0) return;
      throw new Refusal('no-host', `tmux opened no window: ${said || 'it did not say why'}.`, {
        field: 'host',
        next: `${program} -S ${tmuxSocket} list-sessions says more; --host process does without tmux.`,
      });
    });
  }

  /** Takes its window away, with what still runs in it. Nothing happens where it has gone already. */
  async close({ socket, session }: TmuxPlace): Promise<void> {
    if (!existsSync(socket)) return;
    const program = await this.program();
    this.#watch(program, socket);
    await this.#inTurn(() => runTmux(program, socket, [['kill-session', '-t', exactly(session)]]));
  }

  /** What attaches the terminal that it is run on. Refused with `no-session` where its window has gone. */
  async attachCommand(place: TmuxPlace, readOnly: boolean): Promise<readonly string[]> {
    const program = await this.program();
    await this.#refuseUnlessThere(program, place);
    const mode = readOnly ? ['-r'] : [];
    return [
      program,
      ...onSocket(place.socket),
      'attach-session',
      '-E',
      ...mode,
      '-t',
      exactly(place.session),
    ];
  }

  /** The last resort: the text, a pause, Enter as a key of its own, since some programs swallow one that comes with the text. */
  async type(place: TmuxPlace, text: string, pauseMs: number): Promise<void> {
    const program = await this.program();
    await this.#refuseUnlessThere(program, place);
    const target = ['-t', `${exactly(place.session)}:`];
    // Somebody who scrolls back would have the keys.
    const free = ['copy-mode', '-q', ...target];
    await this.#send(program, place, [free, ['send-keys', ...target, '-l', '--', text]]);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    await this.#send(program, place, [free, ['send-keys', ...target, 'Enter']]);
  }

  /** A tmux server that an earlier town server started is minded too: its socket goes when it has gone. */
  async mind(socket: string): Promise<void> {
    if (existsSync(socket)) this.#watch(await this.program(), socket);
  }

  /** Minds nothing any more. The tmux server goes on where anything lives in it. */
  async end(): Promise<void> {
    this.#ended = true;
    for (const [socket, { program, watcher }] of Array.from(this.#watched)) {
      watcher.kill();
      await this.#inTurn(() => removeDeadSocket(program, socket));
    }
    await this.#turn;
  }

  async #refuseUnlessThere(program: string, { socket, session }: TmuxPlace): Promise<void> {
    const { code } = await runTmux(program, socket, [['has-session', '-t', exactly(session)]]);
    if (code === 0) return;
    throw new Refusal('no-session', `The window of ${session} is not there any more.`, {
      next: 'gt session list --all',
    });
  }

  async #send(
    program: string,
    { socket, session }: TmuxPlace,
    keys: readonly (readonly string[])[],
  ): Promise<void> {
    const { code, said } = await runTmux(program, socket, keys);
    if (code !== 0) throw new Refusal('failed', `Nothing could be typed into ${session}: ${said}.`);
  }

  #watch(program: string, socket: string): void {
    if (this.#watched.has(socket) || this.#ended) return;
    const watcher = waitForTmux(program, socket);
    this.#watched.set(socket, { program, watcher });
    watcher.unref();
    const over = (): void => {
      this.#watched.delete(socket);
      if (this.#ended) return;
      const tidy = async (): Promise<void> => {
        if (!(await removeDeadSocket(program, socket))) this.#watch(program, socket);
      };
      void this.#inTurn(tidy);
    };
    watcher.once('error', over);
    watcher.once('exit', over);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** tmux leaves its socket behind when it ends. Gives whether nothing lives on it. */
async function removeDeadSocket(program: string, socket: string): Promise<boolean> {
  if (!existsSync(socket)) return true;
  const { code } = await runTmux(program, socket, [['has-session']]);
  if (code > 0) rmSync(socket, { force: true });
  return code !== 0;
}

/** The same for whoever is left when no town server is: waits for the end of the tmux server. */
export async function tidyAfterTmux(socket: string, path: string): Promise<void> {
  const program = await findTmux(path);
  for (;;) {
    const watcher = waitForTmux(program, socket);
    await new Promise((resolve) => watcher.once('error', resolve).once('exit', resolve));
    if (await removeDeadSocket(program, socket)) return;
  }
}

/** That name and no other that begins like it. */
const exactly = (session: string): string => `=${session}`;

/** tmux takes 16 kB of words at once (imsg); what is not named here is as the tmux server found it when it began. */
const maxNamesLength = 4000;

/**
 * A session begins with the variables of the town server as it is then, not as the tmux server found them when it began. Only their
 * names stand in an argument vector.
 */
function handOn(): readonly string[] {
  const names = Object.keys(tmuxEnvironment()).filter((name) => /^[A-Za-z_]\w*$/u.test(name));
  const all = names.toSorted((a, b) => a.length - b.length).join(' ');
  const cut = all.length > maxNamesLength ? all.slice(0, all.lastIndexOf(' ', maxNamesLength)) : all;
  return ['set-option', '-g', 'update-environment', cut];
}

/** In place of the person's configuration. The keys that are left: C-b d leaves, C-b [ scrolls back, C-b C-b sends C-b. */
const options: readonly (readonly string[])[] = [
  ['set-option', '-s', 'escape-time', '20'],
  ['set-option', '-s', 'default-terminal', 'screen-256color'],
  ['set-option', '-g', 'history-limit', '50000'],
  ['set-option', '-g', 'allow-rename', 'off'],
  ['set-option', '-g', 'automatic-rename', 'off'],
  ['set-option', '-g', 'status-left', ' '],
  ['set-option', '-g', 'window-status-current-format', '#W'],
  ['set-option', '-g', 'status-right', 'C-b d leaves it running '],
  // A window that is opened by a key would be a shell with the agent's name.
  ['unbind-key', '-a', '-T', 'prefix'],
  ['bind-key', 'd', 'detach-client'],
  ['bind-key', '[', 'copy-mode'],
  ['bind-key', 'C-b', 'send-prefix'],
];
