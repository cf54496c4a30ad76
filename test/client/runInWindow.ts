import type { LogOutputChannel } from 'vscode';
import { commandTable, runCommand } from '../../client/commands.ts';
import type { CommandParts } from '../../client/commands/parts.ts';
import type { Connection } from '../../client/connection.ts';
import { RuntimeTests } from '../../client/runtimeTests.ts';
import { Terminals } from '../../client/terminals.ts';
import { Waiting } from '../../client/waiting.ts';
import { noViews, type SmallTown } from './town.ts';

/** A command as the window runs it; what the town is asked for before that is forgotten. */
export async function runInWindow(
  name: keyof typeof commandTable,
  town: SmallTown,
  ...args: unknown[]
): Promise<unknown> {
  const state = { kind: 'connected', town: '/town' } as const;
  const parts: CommandParts = {
    connection: { ask: town.ask, state, settled: () => Promise.resolve(state) } as unknown as Connection,
    model: await town.model(),
    terminals: new Terminals(),
    runtimeTests: new RuntimeTests(),
    waiting: new Waiting(() => Promise.resolve()),
    views: noViews,
    log: { error: () => undefined, show: () => undefined } as unknown as LogOutputChannel,
  };
  town.asked = [];
  return await runCommand(name, commandTable[name], parts, args);
}
