import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import { callThroughSpool } from '../../server/rpc/spool.ts';
import { answerFile, requestFile, type SpoolAnswer, type SpoolRequest } from '../../server/rpc/spoolFiles.ts';
import { SpoolRelay } from '../../server/rpc/spoolRelay.ts';
import { eventually } from '../support/wait.ts';
import { serve, temporaryFolder } from './place.ts';
import { StandIn, tokens } from './standIn.ts';

interface Scene {
  readonly town: StandIn;
  readonly folder: string;
  readonly relay: SpoolRelay;
}

/** A town, and the launcher's part of a session with a spool. */
async function scene(t: TestContext, town = new StandIn()): Promise<Scene> {
  const { file } = await serve(t, town);
  const place = temporaryFolder(t);
  const serverFile = join(place, 'server.json');
  writeFileSync(serverFile, JSON.stringify(file));
  const folder = join(place, 'spool');
  mkdirSync(folder, { mode: 0o700 });
  const relay = await SpoolRelay.open({ folder, serverFile, token: tokens.session, session: 's-1' });
  assert.ok(relay);
  t.after(() => relay.close(0));
  return { town, folder, relay };
}

const create: SpoolRequest = {
  method: 'bead/create',
  params: { title: 'A call' },
  client: 'gt',
  timeoutMs: 10_000,
};

const id = 'a'.repeat(32);

/** Leaves a request as nobody's `gt` would, and gives the answer. */
async function leave(folder: string, text: string, name = id): Promise<SpoolAnswer> {
  writeFileSync(requestFile(folder, name), text);
  return await answerTo(folder, name);
}

async function answerTo(folder: string, name = id): Promise<SpoolAnswer> {
  const file = answerFile(folder, name);
  const text = await eventually('it is answered', () => existsSync(file) && readFileSync(file, 'utf8'));
  return JSON.parse(text) as SpoolAnswer;
}

async function refusal(work: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await work.then(
    () => assert.fail('it was answered'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Refusal, String(error));
  return error;
}

test('a request is carried out as the session, and leaves no file', async (t) => {
  const { town, folder } = await scene(t);
  assert.deepEqual(await callThroughSpool(folder, create), { bead: { title: 'A call' } });
  assert.equal(town.callers[0]?.session, 's-1');
  await eventually('nothing is left', () => readdirSync(folder).length === 0);
});

test('the town says no as it does over its socket', async (t) => {
  const { folder } = await scene(t);
  const no = await refusal(
    callThroughSpool(folder, { ...create, method: 'bead/close', params: { bead: 'x' } }),
  );
  assert.deepEqual([no.code, no.details.next], ['not-found', 'Look elsewhere.']);
});

test('an answer may be longer than a request', async (t) => {
  const title = 'x'.repeat(10_000_000);
  const town = new StandIn({ 'bead/get': () => ({ bead: { title } }) as never });
  const { folder } = await scene(t, town);
  const answer = await callThroughSpool(folder, { ...create, method: 'bead/get', params: { bead: 'x' } });
  assert.deepEqual(answer, { bead: { title } });
  const long = { ...create, params: { title: 'x'.repeat(9_000_000) } };
  assert.equal((await refusal(callThroughSpool(folder, long))).code, 'invalid');
  await eventually('nothing is left', () => readdirSync(folder).length === 0);
});

test('fifty at once are fifty, each once', async (t) => {
  const { town, folder } = await scene(t);
  await Promise.all(Array.from({ length: 50 }, () => callThroughSpool(folder, create)));
  assert.equal(town.seq, 50);
});

test('what only people, or only launchers, may ask is not handed on', async (t) => {
  const { town, folder } = await scene(t);
  for (const method of [
    'town/down',
    'work/sling',
    'session/take',
    'session/ended',
    'town/hello',
    'toString',
  ]) {
    const no = await refusal(callThroughSpool(folder, { ...create, method, params: {} }));
    assert.equal(no.code, 'forbidden', method);
  }
  assert.deepEqual(town.callers, []);
});

test('one that is left a second time is not carried out a second time', async (t) => {
  const { town, folder } = await scene(t);
  await leave(folder, JSON.stringify(create));
  assert.equal(town.seq, 1);
  rmSync(answerFile(folder, id));
  writeFileSync(requestFile(folder, id), JSON.stringify(create));
  await eventually('it is taken away', () => readdirSync(folder).length === 0);
  await callThroughSpool(folder, create);
  assert.equal(town.seq, 2);
});

test('a link, a folder, rubbish and what is too long are refused, and nothing of a linked file is told', async (t) => {
  const { town, folder } = await scene(t);
  const secret = join(temporaryFolder(t), 'secret');
  writeFileSync(secret, JSON.stringify(create));
  symlinkSync(secret, requestFile(folder, id));
  assert.match(JSON.stringify(await answerTo(folder)), /could not be read: ELOOP/);
  const second = 'b'.repeat(32);
  mkdirSync(requestFile(folder, second));
  assert.match(JSON.stringify(await answerTo(folder, second)), /could not be read/);
  assert.match(JSON.stringify(await leave(folder, '{"method":', 'c'.repeat(32))), /no request/);
  assert.match(JSON.stringify(await leave(folder, 'x'.repeat(9_000_000), 'd'.repeat(32))), /too long/);
  assert.ok(existsSync(secret));
  assert.equal(town.seq, 0);
});

test('an answer never goes through a link that lies in its way', async (t) => {
  const { folder } = await scene(t);
  const victim = join(temporaryFolder(t), 'victim');
  writeFileSync(victim, 'mine');
  symlinkSync(victim, answerFile(folder, id));
  writeFileSync(requestFile(folder, id), JSON.stringify(create));
  await eventually('it is answered', () => readFileSync(answerFile(folder, id), 'utf8').includes('result'));
  assert.equal(readFileSync(victim, 'utf8'), 'mine');
});

test('what lies there at the start is swept unread, and nothing lies there after the end', async (t) => {
  const { town, folder, relay } = await scene(t);
  await relay.close(1000);
  writeFileSync(requestFile(folder, id), JSON.stringify(create));
  const place = temporaryFolder(t);
  const options = { folder, serverFile: join(place, 'none'), token: '', session: 's-1' };
  const next = await SpoolRelay.open(options);
  assert.deepEqual(readdirSync(folder), []);
  writeFileSync(join(folder, 'left.answer'), '');
  await next?.close(0);
  assert.deepEqual(readdirSync(folder), []);
  assert.equal(town.seq, 0);
});

test('a folder that others may enter, or a link to one, is no spool', async (t) => {
  const place = temporaryFolder(t);
  const folder = join(place, 'spool');
  mkdirSync(folder, { mode: 0o700 });
  symlinkSync(folder, join(place, 'link'));
  const options = { serverFile: '', token: '', session: 's-1' };
  assert.equal(await SpoolRelay.open({ ...options, folder: join(place, 'link') }), undefined);
  chmodSync(folder, 0o755);
  assert.equal(await SpoolRelay.open({ ...options, folder }), undefined);
  assert.equal(await SpoolRelay.open({ ...options, folder: join(place, 'missing') }), undefined);
});

test('with no town server behind it, that is what is said', async (t) => {
  const place = temporaryFolder(t);
  const folder = join(place, 'spool');
  mkdirSync(folder, { mode: 0o700 });
  const options = { folder, serverFile: join(place, 'server.json'), token: '', session: 's-1' };
  const relay = await SpoolRelay.open(options);
  t.after(() => relay?.close(0));
  const no = await refusal(callThroughSpool(folder, create));
  assert.deepEqual([no.code, no.details.facts?.['reason']], ['unavailable', 'no-server']);
});

test('without a spool, or a launcher that listens, nothing was asked, and that is said', async (t) => {
  const none = await refusal(callThroughSpool(undefined, create));
  assert.equal(none.code, 'unavailable');
  assert.match(none.message, /forbids connecting .* which was not asked\. There is no spool folder/);
  const folder = join(temporaryFolder(t), 'spool');
  assert.match((await refusal(callThroughSpool(folder, create))).message, /is gone/);
  mkdirSync(folder, { mode: 0o700 });
  const silent = await refusal(callThroughSpool(folder, create));
  assert.match(silent.message, /launcher, which would ask from outside, does not answer/);
  assert.deepEqual(readdirSync(folder), []);
});
