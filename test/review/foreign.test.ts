import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { townPaths } from '../../server/protocol/address.ts';
import { temporaryFolder } from '../rpc/place.ts';

const program = join(import.meta.dirname, '../../server/main.ts');

interface Ran {
  readonly code: number;
  readonly stderr: string;
}

/** The server's program, as the user whose home that is. */
async function as(home: string, ...words: readonly string[]): Promise<Ran> {
  const env = { ...process.env, HOME: home, XDG_STATE_HOME: undefined, GT_IDLE_MS: '50' };
  const options = { env, timeout: 30_000 };
  return await promisify(execFile)(process.execPath, [program, ...words], options).then(
    ({ stderr }) => ({ code: 0, stderr }),
    (error: { code: number; stderr: string }) => ({ code: error.code, stderr: error.stderr }),
  );
}

function homes(t: TestContext): { readonly folder: string; readonly own: string; readonly other: string } {
  const folder = temporaryFolder(t);
  const [own, other] = [join(folder, 'own'), join(folder, 'other')];
  for (const home of [own, other]) mkdirSync(home);
  return { folder, own, other };
}

const registerOf = (home: string): string => join(home, '.local/state/gastown/towns');

test('a town that came with a download is not run, and the way out is named', async (t) => {
  const { folder, own, other } = homes(t);
  const town = join(folder, 'download');
  assert.equal((await as(other, 'create', town)).code, 0);
  const refused = await as(own, 'town', town);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /was not made by you on this machine/);
  assert.ok(!existsSync(townPaths(town).bin), 'no program of it was written');
  assert.ok(!existsSync(townPaths(town).server));

  const [id = ''] = readdirSync(registerOf(other));
  mkdirSync(registerOf(own), { recursive: true });
  writeFileSync(join(registerOf(own), id), '');
  assert.equal((await as(own, 'town', town)).code, 0, 'after the way out');
});

test('a town of one’s own is served, and forgotten long after its folder has gone', async (t) => {
  const { folder, own } = homes(t);
  const [first, second, third] = ['first', 'second', 'third'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  assert.equal((await as(own, 'create', first)).code, 0);
  assert.equal((await as(own, 'town', first)).code, 0);
  rmSync(first, { recursive: true });
  assert.equal((await as(own, 'create', second)).code, 0);
  assert.equal(readdirSync(registerOf(own)).length, 2, 'it may only have been moved');
  const longAgo = new Date('2020-01-01T00:00:00Z');
  for (const name of readdirSync(registerOf(own))) utimesSync(join(registerOf(own), name), longAgo, longAgo);
  assert.equal((await as(own, 'create', third)).code, 0);
  assert.equal(readdirSync(registerOf(own)).length, 2);
});

test('an id that is a path of its own is not looked up', async (t) => {
  const { folder, own } = homes(t);
  const { knownTowns } = await import('../../server/store/knownTowns.ts');
  const known = knownTowns(registerOf(own));
  known.add('0123abcd-0123', folder);
  cpSync(join(registerOf(own), '0123abcd-0123'), join(dirname(registerOf(own)), '0123abcd-0123'));
  assert.equal(known.has('0123abcd-0123'), true);
  assert.equal(known.has('../0123abcd-0123'), false);
  assert.equal(known.has(''), false);
});
