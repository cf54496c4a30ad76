import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const repository = resolve(import.meta.dirname, '../../..');

/** Where VS Code is kept between runs. */
export const cacheFolder = join(repository, '.vscode-test');

export const bundleFolder = join(repository, 'out', 'host');

export const suitesFolder = join(repository, 'test', 'host', 'suites');

export const windowsFolder = join(repository, 'test', 'host', 'windows');

const screenshotFolder = join(repository, 'out', 'screenshots');

/** The file a screenshot of this name goes to, its folder made. */
export function screenshotFile(name: string): string {
  if (!/^[\w-][\w.-]*$/.test(name)) throw new Error(`A screenshot cannot be named "${name}"`);
  mkdirSync(screenshotFolder, { recursive: true });
  return join(screenshotFolder, `${name}.png`);
}
