import {
  type Disposable,
  type Terminal,
  TerminalLocation,
  ThemeColor,
  ThemeIcon,
  window,
  workspace,
} from 'vscode';
import { strippedNames } from '../server/domain/strippedNames.ts';
import { displayText } from '../server/domain/text.ts';
import type { LaunchSpec, Session } from '../server/domain/session.ts';
import type { ClientRequests } from '../server/protocol/messages.ts';
import type { OpenTerminalParams, SessionView, TerminalPlace } from '../server/protocol/session.ts';
import { Disposables } from './disposables.ts';
import { typeInto } from './typing.ts';

type TypeParams = ClientRequests['session/type']['params'];
type WindowAnswer = ClientRequests['session/show']['result'];

/** How long after the window was loaded VS Code may still bring back terminals. */
const comingBackMs = 10_000;

/**
 * The terminals of this window that sessions live in. The town asks for them; what runs in one is the launcher, and closing one is
 * the launcher's business. After a reload VS Code gives new objects for the old terminals: they are told by their process.
 */
export class Terminals implements Disposable {
  readonly #loadedAt = Date.now();
  /** Those opened here since the window was loaded, by session; their launcher may not have reported yet. */
  readonly #opened = new Map<string, Terminal>();
  readonly #held = new Disposables();

  /** Call once. */
  start(): void {
    this.#held.add(
      window.onDidCloseTerminal((closed) => {
        for (const [session, terminal] of this.#opened) {
          if (terminal === closed) this.#opened.delete(session);
        }
      }),
    );
  }

  /** Opens a terminal and starts the launcher in it, with no shell between. It does not come to the front unless it is asked to. */
  async open(request: OpenTerminalParams): Promise<{ readonly processId?: number }> {
    const terminal = window.createTerminal({
      name: displayText(request.name, 60),
      shellPath: request.command,
      shellArgs: [...request.arguments],
      cwd: request.directory,
      env: { ...request.environment },
      iconPath: new ThemeIcon(request.icon),
      color: new ThemeColor(request.color),
      location: TerminalLocation.Panel,
      isTransient: false,
    });
    this.#opened.set(request.session, terminal);
    if (request.inFront === true) terminal.show(true);
    const processId = await terminal.processId;
    return processId === undefined ? {} : { processId };
  }

  /** Opens a terminal for a person to ask a past session in, with no shell between. It does not outlive the window: it would ask again. */
  talk(launch: LaunchSpec, name: string, platform: string = process.platform): void {
    const terminal = window.createTerminal({
      name: displayText(name, 60),
      shellPath: launch.command,
      shellArgs: [...launch.arguments],
      cwd: launch.directory,
      env: { ...withoutStripped(launch.strip, platform), ...launch.environment },
      iconPath: new ThemeIcon('comment-discussion'),
      location: TerminalLocation.Panel,
      isTransient: true,
      ...(launch.print === undefined ? {} : { message: launch.print }),
    });
    terminal.show();
  }

  /** The terminal of that session in this window, if it is in this one. After a reload they come back one by one. */
  async find(session: Pick<Session, 'id' | 'launcherPid' | 'state'>): Promise<Terminal | undefined> {
    const opened = this.#opened.get(session.id);
    if (opened) return opened;
    const { launcherPid } = session;
    if (launcherPid === undefined || session.state === 'ended') return undefined;
    const there = await firstWith(launcherPid, window.terminals);
    if (there || Date.now() > this.#loadedAt + comingBackMs) return there;
    return await comesBack(launcherPid, this.#loadedAt + comingBackMs - Date.now());
  }

  /** A terminal of this window on a session in tmux; one that is there already comes to the front. Closing it ends nothing. */
  attach(view: SessionView, name: string, preserveFocus = false): void {
    if (view.host !== 'tmux') return;
    const [shellPath = '', ...shellArgs] = view.command;
    const attached = this.#opened.get(view.session);
    const terminal =
      attached ??
      window.createTerminal({
        name: displayText(name, 60),
        shellPath,
        shellArgs,
        // Within another tmux it would refuse.
        env: { TMUX: null, TMUX_PANE: null },
        isTransient: true,
      });
    this.#opened.set(view.session, terminal);
    terminal.show(preserveFocus);
  }

  /** Brings the session's terminal to the front where it is in this window, and tells which window that is. */
  async show(place: TerminalPlace): Promise<WindowAnswer> {
    const terminal = await this.#at(place);
    terminal?.show();
    return terminal ? ownName() : {};
  }

  /** What a person asked to have typed, where the session's terminal is in this window. */
  async type({ text, pauseMs, ...place }: TypeParams): Promise<WindowAnswer> {
    const terminal = await this.#at(place);
    if (!terminal) return {};
    await typeInto(terminal, text, pauseMs);
    return ownName();
  }

  #at({ session, launcherPid }: TerminalPlace): Promise<Terminal | undefined> {
    const id = session as Session['id'];
    return this.find({ id, state: 'running', ...(launcherPid === undefined ? {} : { launcherPid }) });
  }

  dispose(): void {
    this.#held.dispose();
  }
}

function ownName(): WindowAnswer {
  return { window: workspace.name ?? 'a window without a folder' };
}

/** `null` takes a variable out of a terminal's environment; whole names also where they come from elsewhere, such as a setting. */
function withoutStripped(strip: readonly string[], platform: string): Record<string, null> {
  const whole = strip.filter((name) => !name.endsWith('*'));
  const names = Object.keys(process.env).filter(strippedNames(strip, platform));
  return Object.fromEntries([...whole, ...names].map((name) => [name, null]));
}

async function firstWith(pid: number, terminals: readonly Terminal[]): Promise<Terminal | undefined> {
  const pids = await Promise.all(terminals.map(({ processId }) => processId));
  return terminals[pids.indexOf(pid)];
}

function comesBack(pid: number, withinMs: number): Promise<Terminal | undefined> {
  return new Promise((resolve) => {
    const finish = (terminal: Terminal | undefined): void => {
      clearTimeout(timer);
      listener.dispose();
      resolve(terminal);
    };
    const timer = setTimeout(() => finish(undefined), withinMs);
    const listener = window.onDidOpenTerminal((terminal) => {
      void terminal.processId.then((processId) => (processId === pid ? finish(terminal) : undefined));
    });
  });
}
