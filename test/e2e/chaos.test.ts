import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runNode } from '../support/runNode.ts';

const program = join(import.meta.dirname, '../chaos/run.ts');

test('a small town under kills, full disks and dead remotes loses nothing, and leaves nothing behind', async () => {
  const seed = String(Date.now() % 100_000);
  const words = [
    '--disable-warning=ExperimentalWarning',
    program,
    '--seed',
    seed,
    '--rounds',
    '5',
    '--polecats',
    '4',
  ];
  const { code, stdout, stderr } = await runNode(words, { cwd: join(import.meta.dirname, '../..') });
  assert.equal(code, 0, `${stdout}${stderr}`);
});
