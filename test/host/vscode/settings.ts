import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A VS Code that asks nothing, phones nobody, and shows the extension rather than itself. */
const quiet = {
  'chat.agentHost.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.banner': 'always',
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.confirmBeforeClose': 'never',
  'window.dialogStyle': 'custom',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

export type Settings = Readonly<Record<string, unknown>>;

/** Writes the user's settings.json into a folder named `User`. */
export async function writeSettings(userFolder: string, changes: Settings = {}): Promise<void> {
  await mkdir(userFolder, { recursive: true });
  const text = JSON.stringify({ ...quiet, ...changes }, undefined, 2);
  await writeFile(join(userFolder, 'settings.json'), text);
}
