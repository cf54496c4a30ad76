import { join } from 'node:path';
import { cacheFolder } from './paths.ts';

/** VS Code's server and web workbench as an npm package carries them, and the Node they were made for. */
export type Recipe = {
  readonly vscode: string;
  readonly codeServer: string;
  readonly node: string;
  /** What has no prebuilt binary, and without which the extension host or every terminal dies at once. */
  readonly native: readonly string[];
};

const newest: Recipe = {
  vscode: '1.139.1',
  codeServer: '4.139.1',
  node: '24.21.0',
  native: ['@vscode/spdlog', '@vscode/native-watchdog'],
};

/** The oldest one to be had that is not older than `engines.vscode`. */
const oldest: Recipe = {
  vscode: '1.103.2',
  codeServer: '4.103.2',
  node: '22.23.2',
  native: ['@vscode/spdlog', 'native-watchdog', 'node-pty'],
};

export type BuiltVscode = {
  readonly version: string;
  /** The Node that runs it. */
  readonly node: string;
  readonly serverMain: string;
};

/** `VSCODE_VERSION=oldest` asks for the oldest supported VS Code instead of the newest. */
export function wantsOldest(): boolean {
  return process.env['VSCODE_VERSION'] === 'oldest';
}

/** The recipe for this machine; `undefined` where none runs. */
export function recipeHere(): Recipe | undefined {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return undefined;
  return wantsOldest() ? oldest : newest;
}

export function nodePackage(): string {
  return `node-linux-${process.arch}`;
}

/** The folder named by all that goes into it, so that a new recipe is a new folder. */
export function buildFolder(of: Recipe): string {
  return join(cacheFolder, `npm-vscode-${of.vscode}-server-${of.codeServer}-node-${of.node}-${process.arch}`);
}

export function nodeFolder(build: string): string {
  return join(build, 'node_modules', nodePackage());
}

export function serverFolder(build: string): string {
  return join(build, 'node_modules', 'code-server', 'lib', 'vscode');
}

export function builtAt(build: string, of: Recipe): BuiltVscode {
  return {
    version: of.vscode,
    node: join(nodeFolder(build), 'bin', 'node'),
    serverMain: join(serverFolder(build), 'out', 'server-main.js'),
  };
}
