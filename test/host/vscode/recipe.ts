import { join } from 'node:path';
import { cacheFolder } from './paths.ts';

/** VS Code's server and web workbench as an npm package carries them, and the Node they were made for. */
const recipe = {
  vscode: '1.139.1',
  codeServer: '4.139.1',
  node: '24.21.0',
  /** Without these two the extension host dies at once; node-pty ships a prebuilt binary. */
  native: ['@vscode/spdlog', '@vscode/native-watchdog'],
} as const;

export type Recipe = typeof recipe;

export type BuiltVscode = {
  readonly version: string;
  /** The Node that runs it. */
  readonly node: string;
  readonly serverMain: string;
};

/** The recipe for this machine; `undefined` where the packages do not run. */
export function recipeHere(): Recipe | undefined {
  return process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch) ? recipe : undefined;
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
