import { type Disposable, type Terminal, TerminalLocation, ThemeColor, ThemeIcon, window } from 'vscode';
import { displayText } from '../server/domain/text.ts';
import type { Session } from '../server/domain/session.ts';
import type { OpenTerminalParams } from '../server/protocol/session.ts';
import { Disposables } from './disposables.ts';

/**
 * The terminals of this window that sessions live in. The town asks for them; what runs in one is the launcher, and closing one is
 * the launcher's business. After a reload VS Code gives new objects for the old terminals: they are told by their process.
 */
export class Terminals implements Disposable {
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

  /** Opens a terminal and starts the launcher in it, with no shell between. It does not come to the front by itself. */
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
    const processId = await terminal.processId;
    return processId === undefined ? {} : { processId };
  }

  /** The terminal of that session in this window, if it is in this one. */
  async find(session: Session): Promise<Terminal | undefined> {
    const opened = this.#opened.get(session.id);
    if (opened) return opened;
    if (session.launcherPid === undefined) return undefined;
    for (const terminal of window.terminals) {
      if ((await terminal.processId) === session.launcherPid) return terminal;
    }
    return undefined;
  }

  dispose(): void {
    this.#held.dispose();
  }
}
