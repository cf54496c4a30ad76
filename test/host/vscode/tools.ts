import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { repository } from './paths.ts';

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const compilers = ['python3', 'make', 'g++'];

/** The browser to show VS Code in: `CHROMIUM` if set, else what the machine or Playwright has. */
export function findChromium(): string | undefined {
  const named = [process.env['CHROMIUM'], ...browsers.map((name) => onPath(name)), chromium.executablePath()];
  return named.find((file) => file !== undefined && existsSync(file));
}

export function missingCompilers(): string[] {
  return compilers.filter((name) => onPath(name) === undefined);
}

export function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((file) => isExecutable(file));
}

/** Installs what is missing where it may (root on Debian), visibly; elsewhere it says what to install. */
export function installSystemPackages(...extra: string[]): void {
  const script = join(repository, 'scripts', 'system-packages.sh');
  spawnSync('bash', [script, ...extra], { stdio: 'inherit' });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
