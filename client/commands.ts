import { commands, type Disposable } from 'vscode';
import { messageOf } from '../server/domain/fault.ts';
import { Refusal } from '../server/domain/refusal.ts';
import { commandId, type CommandName, run } from './commandNames.ts';
import { filterActivity, reveal } from './commands/activity.ts';
import {
  acknowledge,
  answer,
  approveRig,
  copyCommand,
  goToNextWaiting,
  readMail,
  showAttention,
} from './commands/attention.ts';
import { copyId, createBead, showMoreBeads } from './commands/bead.ts';
import { createConvoy } from './commands/convoy.ts';
import { closeConvoy, launchConvoy } from './commands/convoyLife.ts';
import { explain } from './commands/explain.ts';
import { refresh, restartLanguageServer, showLog } from './commands/languageServer.ts';
import { rejectMerge, retryMerge, showGates } from './commands/mergeQueue.ts';
import { merge } from './commands/mergeRequest.ts';
import type { Command, CommandParts, Handler } from './commands/parts.ts';
import { handOff, showPacket } from './commands/handOff.ts';
import { openTerminal, removePolecat, resumeSession, showDiff, stopSession } from './commands/polecat.ts';
import { discardArchive, restoreArchive } from './commands/archive.ts';
import { approvePlugin } from './commands/plugin.ts';
import { pauseRefinery, resumeRefinery } from './commands/refinery.ts';
import { addRig } from './commands/rig.ts';
import { parkRig, stopRig, unparkRig } from './commands/rigState.ts';
import { changeRuntime, copyInstallCommand, testRuntime } from './commands/runtime.ts';
import { addCrew, startMayor, startSeance } from './commands/seance.ts';
import { talk } from './commands/talk.ts';
import { createTown } from './commands/town.ts';
import { startTown, stopTown } from './commands/townLife.ts';
import { sling, slingWith, unsling } from './commands/work.ts';
import type { TownState } from './connection.ts';
import { fail, type Offer, sayRefusal, warn } from './messages.ts';

/** Every command of the extension; package.json has the same, with their titles. */
export const commandTable = {
  createTown: { on: createTown, off: createTown },
  addRig: { on: addRig },
  createBead: { on: createBead },
  createConvoy: { on: createConvoy },
  launchConvoy: { on: launchConvoy },
  closeConvoy: { on: closeConvoy },
  explain: { on: explain },
  sling: { on: sling },
  slingWith: { on: slingWith },
  openTerminal: { on: openTerminal },
  showDiff: { on: showDiff },
  merge: { on: merge },
  showGates: { on: showGates },
  retryMerge: { on: retryMerge },
  rejectMerge: { on: rejectMerge },
  pauseRefinery: { on: pauseRefinery },
  resumeRefinery: { on: resumeRefinery },
  approvePlugin: { on: approvePlugin },
  stopSession: { on: stopSession },
  resumeSession: { on: resumeSession },
  handOff: { on: handOff },
  showPacket: { on: showPacket },
  unsling: { on: unsling },
  removePolecat: { on: removePolecat },
  restoreArchive: { on: restoreArchive },
  discardArchive: { on: discardArchive },
  startTown: { on: startTown, off: startTown },
  stopTown: { on: stopTown },
  parkRig: { on: parkRig },
  unparkRig: { on: unparkRig },
  stopRig: { on: stopRig },
  changeRuntime: { on: changeRuntime },
  testRuntime: { on: testRuntime },
  copyInstallCommand: { on: copyInstallCommand },
  startSeance: { on: startSeance },
  startMayor: { on: startMayor },
  addCrew: { on: addCrew },
  talk: { on: talk },
  goToNextWaiting: { on: goToNextWaiting },
  showAttention: { on: showAttention },
  answer: { on: answer },
  approveRig: { on: approveRig },
  acknowledge: { on: acknowledge },
  readMail: { on: readMail },
  copyCommand: { on: copyCommand },
  refresh: { on: refresh },
  showLog: { on: showLog, off: showLog },
  restartLanguageServer: { on: restartLanguageServer, off: restartLanguageServer },
  copyId: { on: copyId, off: copyId },
  showMoreBeads: { on: showMoreBeads },
  filterActivity: { on: filterActivity },
  reveal: { on: reveal },
} as const satisfies Readonly<Record<CommandName, Command>>;

export function registerCommands(parts: CommandParts): Disposable[] {
  return Object.entries<Command>(commandTable).map(([name, command]) =>
    commands.registerCommand(commandId(name as CommandName), (first?: unknown, all?: unknown) =>
      runCommand(name, command, parts, [first, all]),
    ),
  );
}

/**
 * The one place where what a command could not do is said: a refusal as a warning with its next step, anything else as an error with
 * the log. What the handler returns goes to whoever called the command.
 */
export async function runCommand(
  name: string,
  command: Command,
  parts: CommandParts,
  [first, all]: readonly unknown[],
): Promise<unknown> {
  try {
    const handler = await handlerFor(command, parts);
    return await handler(parts, first, all);
  } catch (error) {
    if (error instanceof Refusal) sayRefusal(error);
    else {
      parts.log.error(`gastown.${name}`, error instanceof Error ? error : String(error));
      const why = messageOf(error);
      fail(`Gas Town: ${why}`, { label: 'Show Log', run: () => parts.log.show() });
    }
    return undefined;
  }
}

/** A command that wakes the extension up comes before its town: it waits for it. */
async function handlerFor(command: Command, { connection }: CommandParts): Promise<Handler> {
  const state = await connection.settled();
  if (state.kind === 'connected') return command.on;
  return command.off ?? (() => sayMissing(state));
}

function sayMissing(state: TownState): void {
  switch (state.kind) {
    case 'untrusted':
      return warn('Gas Town starts no process in a workspace that is not trusted.', {
        label: 'Manage Workspace Trust',
        run: () => commands.executeCommand('workbench.trust.manage'),
      });
    case 'no-town':
      return warn('There is no town yet.', offer('Create Town', 'createTown'));
    case 'failed':
      if (state.stopped === true) return warn(state.message, offer('Start Town', 'startTown'));
      return warn(
        `The town cannot be reached. ${state.message}`,
        offer('Restart Language Server', 'restartLanguageServer'),
      );
    case 'stopped':
    case 'starting':
    case 'connecting':
    case 'connected':
    case 'lost':
      return warn('The town is not connected yet. Try again in a moment.', offer('Show Log', 'showLog'));
  }
}

function offer(label: string, command: CommandName): Offer {
  return { label, run: () => run(command) };
}
