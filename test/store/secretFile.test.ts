import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import { readSecret, writeSecret } from '../../server/store/secretFile.ts';
import { temporaryFolder } from '../support/folder.ts';

const isUnix = process.platform !== 'win32';

test('a secret is read back, is its owner’s alone, and replaces the one before', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'token');
  const mask = process.umask(0);
  context.after(() => process.umask(mask));
  await writeSecret(path, 'first');
  await writeSecret(path, 'second');
  assert.equal(await readSecret(path), 'second');
  if (isUnix) assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ['token'], 'nothing else is left');
});

test('no file is no secret', async (context) => {
  assert.equal(await readSecret(join(temporaryFolder(context), 'token')), undefined);
});

test(
  'a file that others may read, a link and a folder are not trusted',
  { skip: !isUnix },
  async (context) => {
    const folder = temporaryFolder(context);
    for (const mode of [0o640, 0o604, 0o622, 0o644]) {
      const path = join(folder, `open-${mode.toString(8)}`);
      writeFileSync(path, 'known to all');
      chmodSync(path, mode);
      await assert.rejects(readSecret(path), refusedNaming(path), path);
    }
    await writeSecret(join(folder, 'token'), 'secret');
    symlinkSync(join(folder, 'token'), join(folder, 'link'));
    mkdirSync(join(folder, 'folder'), { mode: 0o700 });
    writeFileSync(join(folder, 'long'), Buffer.alloc(100_000), { mode: 0o600 });
    for (const name of ['link', 'folder', 'long'])
      await assert.rejects(readSecret(join(folder, name)), refusedNaming(join(folder, name)), name);
  },
);

test(
  'a write that fails leaves the old secret and nothing beside it',
  { skip: !isUnix || process.getuid?.() === 0 },
  async (context) => {
    const folder = temporaryFolder(context);
    await writeSecret(join(folder, 'token'), 'old');
    chmodSync(folder, 0o500);
    context.after(() => chmodSync(folder, 0o700));
    await assert.rejects(writeSecret(join(folder, 'token'), 'new'));
    assert.equal(await readSecret(join(folder, 'token')), 'old');
    assert.deepEqual(readdirSync(folder), ['token']);
  },
);

test('where the secret cannot take its place, nothing is left beside it', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'token'));
  await assert.rejects(writeSecret(join(folder, 'token'), 'new'));
  assert.deepEqual(readdirSync(folder), ['token']);
});

function refusedNaming(path: string): (error: unknown) => boolean {
  return (error) => error instanceof Refusal && error.code === 'forbidden' && error.message.includes(path);
}
