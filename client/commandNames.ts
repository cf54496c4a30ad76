import { commands } from 'vscode';

/** Every command of the extension. A file of its own: commands call one another by these, and the table imports them all. */
export type CommandName =
  | 'createTown'
  | 'addRig'
  | 'createBead'
  | 'createConvoy'
  | 'launchConvoy'
  | 'closeConvoy'
  | 'explain'
  | 'sling'
  | 'slingWith'
  | 'openTerminal'
  | 'showDiff'
  | 'merge'
  | 'showGates'
  | 'retryMerge'
  | 'rejectMerge'
  | 'pauseRefinery'
  | 'resumeRefinery'
  | 'approvePlugin'
  | 'stopSession'
  | 'resumeSession'
  | 'handOff'
  | 'showPacket'
  | 'unsling'
  | 'removePolecat'
  | 'restoreArchive'
  | 'discardArchive'
  | 'startTown'
  | 'stopTown'
  | 'parkRig'
  | 'unparkRig'
  | 'stopRig'
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
  | 'showMoreBeads'
  | 'filterActivity'
  | 'reveal';

/** As VS Code knows it. */
export function commandId(name: CommandName): string {
  return `gastown.${name}`;
}

/** Calls a command as a row or a key binding would: what it cannot do is said there. */
export function run(name: CommandName, ...args: readonly unknown[]): Thenable<unknown> {
  return commands.executeCommand(commandId(name), ...args);
}
