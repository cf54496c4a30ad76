// Builds dist/ when a bundle is missing or older than what it is made of. Says so on stderr: stdout may be somebody's JSON.

import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root, run } from './steps.mjs';

const made = ['extension', 'server', 'launcher', 'gt', 'bd'].map((name) => `dist/${name}.cjs`);
const from = [
  '{client,server}/**/*.ts',
  'esbuild.mjs',
  'scripts/lazyBundle.mjs',
  'package.json',
  'package-lock.json',
];

export async function buildIfStale() {
  if (!stale()) return 0;
  return run(process.execPath, [join(root, 'esbuild.mjs')], { stdio: ['ignore', 2, 2] });
}

function stale() {
  const times = made.map(changed);
  if (times.includes(undefined)) return true;
  const oldest = Math.min(...times);
  return from.some((pattern) =>
    globSync(pattern, { cwd: root }).some((file) => (changed(file) ?? 0) > oldest),
  );
}

function changed(file) {
  return statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs;
}

if (import.meta.filename === process.argv[1]) process.exitCode = await buildIfStale();
