import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ShimOptions {
  /** The town's folder of shims: its path never changes, what the shims point at does. */
  readonly folder: string;
  /** What runs the programs. */
  readonly node: string;
  /** Name → bundle: `gt`, `bd`. */
  readonly programs: Readonly<Record<string, string>>;
  readonly platform?: NodeJS.Platform;
}

/** Writes a shim for each program, whole or not at all: a session that calls one meanwhile gets the old one or the new. */
export function writeShims({ folder, node, programs, platform = process.platform }: ShimOptions): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const [name, program] of Object.entries(programs)) {
    replace(join(folder, name), shellShim(node, program));
    if (platform === 'win32') replace(join(folder, `${name}.cmd`), commandShim(node, program));
  }
}

/**
 * In a desktop editor `node` is Electron, which is a Node only when it is told so. Programs of ours take the variable out of their
 * environment first thing, so that it goes no further.
 */
const asNode = 'ELECTRON_RUN_AS_NODE';

function shellShim(node: string, program: string): string {
  return ['#!/bin/sh', `export ${asNode}=1`, `exec ${quoted(node)} ${quoted(program)} "$@"`, ''].join('\n');
}

function commandShim(node: string, program: string): string {
  const lines = [
    '@echo off',
    'setlocal',
    `set ${asNode}=1`,
    `"${escaped(node)}" "${escaped(program)}" %*`,
    '',
  ];
  return lines.join('\r\n');
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/** Paths on Windows hold no quotes, but they may hold per cent signs. */
function escaped(path: string): string {
  return path.replaceAll('%', '%%');
}

function replace(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o755 });
  renameSync(temporary, path);
}
