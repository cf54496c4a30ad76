// Builds and packs the extension: `node scripts/package.mjs [FILE]`, gastown.vsix by default. Asks nothing and needs no
// network: dependencies are in the bundles, and there is no repository address for vsce to rewrite links with.

import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { root, run } from './steps.mjs';

const out = resolve(process.argv[2] ?? join(root, 'gastown.vsix'));
const vsce = fileURLToPath(import.meta.resolve('@vscode/vsce/vsce'));
const options = [
  '--no-dependencies',
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
  '--out',
  out,
];

// Always built anew: what lies in dist/ may be a development build.
const built = await run(process.execPath, [join(root, 'esbuild.mjs')]);
process.exitCode =
  built === 0
    ? await run(process.execPath, [vsce, 'package', ...options], { stdio: ['ignore', 'inherit', 'inherit'] })
    : built;
