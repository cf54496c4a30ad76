import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from './architecture/tree.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'gastown-ships-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
const bundles = ['bd', 'extension', 'gt', 'launcher', 'server'].map((name) => `dist/${name}.cjs`);

test('what ships is the manifest, three documents, five bundles and the pictures, and nothing else', async () => {
  const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
  const { stdout } = await run(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: root });
  const shipped = stdout.trim().split('\n');
  const pictures = shipped.filter((path) => path.startsWith('media/'));
  assert.deepEqual(
    shipped.filter((path) => !pictures.includes(path)).toSorted(),
    [...documents, ...bundles].toSorted(),
  );
  for (const picture of pictures) assert.match(picture, /\.(svg|png|md)$/);
});

test('the packed extension is under 1 MB', async () => {
  const packed = join(folder, 'gastown.vsix');
  await run(process.execPath, [join(root, 'scripts/package.mjs'), packed], { cwd: root });
  assert.ok(statSync(packed).size < 1_000_000, `${statSync(packed).size} bytes`);
});
