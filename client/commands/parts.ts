import type { LogOutputChannel } from 'vscode';
import type { Connection } from '../connection.ts';
import type { Model } from '../model.ts';
import type { RuntimeTests } from '../runtimeTests.ts';
import type { Waiting } from '../waiting.ts';
import type { Terminals } from '../terminals.ts';

/** What commands work with. */
export interface CommandParts {
  readonly connection: Connection;
  readonly model: Model;
  readonly terminals: Terminals;
  readonly runtimeTests: RuntimeTests;
  readonly waiting: Waiting;
  readonly log: LogOutputChannel;
}

/** What a command does. `first` is what it was called on, `all` the selected rows where there are several. */
export type Handler = (parts: CommandParts, first?: unknown, all?: unknown) => unknown;

export interface Command {
  /** With a town. */
  readonly on: Handler;
  /** Without one; absent: it says what is missing, and offers it. */
  readonly off?: Handler;
}
