import { commands } from 'vscode';

/** Every command of the extension. A file of its own: commands call one another by these, and the table imports them all. */
export type CommandName =
  | 'createTown'
  | 'addRig'
  | 'createBead'
  | 'createConvoy'
  | 'sling'
  | 'slingWith'
  | 'openTerminal'
  | 'showDiff'
  | 'merge'
  | 'stopSession'
  | 'resumeSession'
  | 'handOff'
  | 'unsling'
  | 'removePolecat'
  | 'changeRuntime'
  | 'testRuntime'
  | 'copyInstallCommand'
  | 'startSeance'
  | 'startMayor'
  | 'addCrew'
  | 'talk'
  | 'goToNextWaiting'
  | 'showAttention'
  | 'answer'
  | 'approveRig'
  | 'acknowledge'
  | 'readMail'
  | 'copyCommand'
  | 'refresh'
  | 'showLog'
  | 'restartLanguageServer'
  | 'copyId'
  | 'showMoreBeads';

/** As VS Code knows it. */
export function commandId(name: CommandName): string {
  return `gastown.${name}`;
}

/** Calls a command as a row or a key binding would: what it cannot do is said there. */
export function run(name: CommandName, ...args: readonly unknown[]): Thenable<unknown> {
  return commands.executeCommand(commandId(name), ...args);
}
