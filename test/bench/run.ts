// Every bar of speed, on the built product: `npm run bench` prints one JSON object. Exits with 1 where a bar is missed.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { cliStart } from './cliStart.ts';
import type { Row } from './figures.ts';
import { pages } from './pages.ts';
import { past } from './past.ts';
import { places } from './places.ts';
import { serverWrites } from './serverWrites.ts';
import { witness } from './witness.ts';

const root = join(import.meta.dirname, '..', '..');
const dist = join(root, 'dist');

interface StoreFigures {
  readonly baseline: unknown;
  readonly opening: { readonly milliseconds: number; readonly megabytes: number };
}

const store = storeFigures();
const rows: Row[] = [
  ...(await cliStart(dist)),
  ...(await serverWrites(dist)),
  ...(await pages(100_000)),
  ...(await witness(500)),
  ...(await places(10_000)),
  ...(await past(200_000)),
  openingRow(store),
  ...editorRows(),
  ...packageRow(),
];
const machine = {
  cpus: cpus().length,
  model: cpus()[0]?.model,
  node: process.version,
  ...(store.baseline as object),
};
process.stdout.write(`${JSON.stringify({ machine, rows }, undefined, 2)}\n`);
const missed = rows.filter(({ holds }) => !holds);
for (const { what, bar } of missed) process.stderr.write(`missed: ${what} (${bar})\n`);
process.exitCode = missed.length === 0 ? 0 : 1;

function storeFigures(): StoreFigures {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'store.ts'), '1'],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    },
  );
  if (status !== 0) throw new Error(`the bench of the store exited with ${status}: ${stderr}`);
  return JSON.parse(stdout) as StoreFigures;
}

function editorRows(): Row[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(import.meta.dirname, 'editor.ts')], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`the bench of the editor exited with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Row[];
}

function openingRow({ opening }: StoreFigures): Row {
  return {
    what: 'opening a town of 100,000 beads of 1 kB',
    bar: 'under 1 s, under 500 MB',
    holds: opening.milliseconds < 1000 && opening.megabytes < 500,
    figures: { ...opening },
  };
}

function packageRow(): Row[] {
  const file = [join(dist, 'gastown.vsix'), join(root, 'gastown.vsix')].find((path) => existsSync(path));
  if (file === undefined) return [];
  const bytes = statSync(file).size;
  return [{ what: 'the packed extension', bar: 'under 1 MB', holds: bytes < 1_000_000, figures: { bytes } }];
}
