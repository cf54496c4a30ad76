import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { SessionPort } from '../../server/operations/context.ts';
import { createPlaces } from '../../server/places.ts';
import { townPaths } from '../../server/protocol/address.ts';
import { TestTown } from './support.ts';

/** A town whose launchers are real processes that run this program. */
async function townOf(t: TestContext, launcher: string): Promise<TestTown> {
  let places: SessionPort | undefined;
  const town = await TestTown.open(t, {
    waits: { startMs: 600_000 },
    sessions(fake) {
      const own: SessionPort = {
        ...fake,
        open: (...given) => (places ?? assert.fail()).open(...given),
        lastLines: (...given) => (places ?? assert.fail()).lastLines(...given),
      };
      return own;
    },
  });
  const program = join(town.folder, 'launcher.mjs');
  writeFileSync(program, launcher);
  places = createPlaces({
    paths: townPaths(town.parts.paths.town),
    launcher: { node: process.execPath, program },
    randomToken: () => 'token',
    hash: (text) => text,
  }).sessions;
  await town.addRig();
  return town;
}

test('a launcher that breaks at its start fails the sling at once, with the last of its log', async (t) => {
  const town = await townOf(
    t,
    'console.log("before"); console.error("Error: no module \\u001b[31mx"); process.exitCode = 70;',
  );
  const { code, message, facts } = await town.refusedSling(await town.bead('Auth work'));
  assert.equal(code, 'failed');
  assert.match(
    message,
    /^The launcher of \w+ · be-auth ended with exit code 70 before anything ran: Error: no module x$/,
  );
  assert.deepEqual((facts as { lastLines: string[] }).lastLines, ['before', 'Error: no module x']);
});

test('so does one that is ended', async (t) => {
  const town = await townOf(t, 'process.kill(process.pid, "SIGKILL");');
  const { message } = await town.refusedSling(await town.bead('Auth work'));
  assert.match(message, /was ended by SIGKILL before anything ran\.$/);
});

test('the secrets of a session are nobody else’s', async (t) => {
  const town = await TestTown.open(t);
  const { sessions } = createPlaces({
    paths: town.parts.paths,
    launcher: { node: process.execPath, program: '' },
    randomToken: () => 'the-token',
    hash: (text) => `hash of ${text}`,
  });
  const { path, tokenHash } = sessions.writeSessionFile({
    id: 's-1' as never,
    agent: 'backend/nux' as never,
  });
  assert.equal(tokenHash, 'hash of the-token');
  assert.match(readFileSync(path, 'utf8'), /the-token/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const folder = sessions.privateFolder('s-1' as never);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(sessions.writePrivate('s-1' as never, 'x.json', '{}'), join(folder, 'x.json'));
  sessions.removeSessionFile('s-1' as never);
  assert.throws(() => statSync(folder), { code: 'ENOENT' });
  assert.throws(() => statSync(path), { code: 'ENOENT' });
});
