import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { SessionFile } from '../../server/protocol/address.ts';
import {
  readEndReport,
  readSessionFile,
  removeSessionFiles,
  sessionFiles,
  writeEndReport,
  writePromptFile,
  writeSessionFile,
  type SessionCredentials,
  type SessionFiles,
} from '../../server/sessions/sessionFile.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { makeSpool } from '../../server/sessions/spoolFolder.ts';
import { temporaryFolder } from '../support/folder.ts';

const credentials: SessionCredentials = {
  town: '/gt',
  session: 's-1',
  agent: 'backend/nux',
  token: 'secret',
};

function files(context: TestContext): SessionFiles {
  return sessionFiles(join(temporaryFolder(context), 'sessions'), 's-1');
}

test('a session file is for its owner only, whatever was there and whatever the umask', (t) => {
  const { session } = files(t);
  mkdirSync(dirname(session), { mode: 0o700 });
  writeFileSync(session, 'old');
  chmodSync(session, 0o666);
  const mask = process.umask(0);
  try {
    writeSessionFile(session, credentials);
  } finally {
    process.umask(mask);
  }
  assert.equal(statSync(session).mode & 0o777, 0o600);
  assert.deepEqual(readSessionFile(session), credentials);
});

test('the folder is made for its owner only, and nothing is left beside the files', (t) => {
  const all = files(t);
  writeSessionFile(all.session, credentials);
  writePromptFile(all.prompt, 'PROMPT');
  writeEndReport(all.end, { end: 'failed', code: 1 });
  assert.equal(statSync(dirname(all.session)).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(dirname(all.session)).toSorted(), [
    's-1.end.json',
    's-1.json',
    's-1.prompt.txt',
  ]);
  const spool = makeSpool(join(dirname(all.session), 'spool', 's-1'));
  writeFileSync(join(spool, 'left.answer'), '');
  assert.equal(statSync(spool).mode & 0o777, 0o700);
  removeSessionFiles(all, spool);
  removeSessionFiles(all, spool);
  assert.deepEqual(readdirSync(dirname(all.session)), ['spool']);
  assert.deepEqual(readdirSync(dirname(spool)), []);
});

test('a link in place of the spool is refused and not followed; its removal takes the link alone', (t) => {
  const all = files(t);
  const base = dirname(dirname(all.session));
  const elsewhere = join(base, 'elsewhere');
  mkdirSync(elsewhere);
  chmodSync(elsewhere, 0o755);
  writeFileSync(join(elsewhere, 'theirs'), '');
  const spool = join(base, 'spool', 's-1');
  mkdirSync(dirname(spool));
  symlinkSync(elsewhere, spool);
  assert.throws(
    () => makeSpool(spool),
    (error) => error instanceof Refusal && error.code === 'forbidden',
  );
  assert.equal(statSync(elsewhere).mode & 0o777, 0o755);
  removeSessionFiles(all, spool);
  assert.deepEqual(readdirSync(dirname(spool)), []);
  assert.deepEqual(readdirSync(elsewhere), ['theirs']);
});

test('what is missing, torn or of another shape is not read', (t) => {
  const { session, end } = files(t);
  assert.equal(readSessionFile(session), undefined);
  assert.equal(readEndReport(end), undefined);
  mkdirSync(dirname(session));
  for (const text of [
    '',
    '{"town":"/gt"',
    '[]',
    'null',
    '{"town":"/gt","session":1,"agent":"a","token":"t"}',
  ]) {
    writeFileSync(session, text);
    writeFileSync(end, text);
    assert.equal(readSessionFile(session), undefined, text);
    assert.equal(readEndReport(end), undefined, text);
  }
  writeFileSync(end, '{"end":"exploded"}');
  assert.equal(readEndReport(end), undefined);
});

test("the file has the protocol's shape", () => {
  const asProtocol: SessionFile = credentials;
  const asOurs: SessionCredentials = asProtocol;
  assert.deepEqual(asOurs, credentials);
});

test('what could not be written leaves nothing beside the files', (t) => {
  const { session } = files(t);
  mkdirSync(session, { recursive: true });
  assert.throws(() => writeSessionFile(session, credentials));
  assert.deepEqual(readdirSync(dirname(session)), ['s-1.json']);
});

test('what a process that was killed left half written goes with the session', (t) => {
  const all = files(t);
  writeSessionFile(all.session, credentials);
  const other = join(dirname(all.session), 's-11.json');
  writeFileSync(other, '');
  writeFileSync(`${all.end}.4711.tmp`, '');
  removeSessionFiles(all, join(dirname(all.session), 'spool'));
  assert.deepEqual(readdirSync(dirname(all.session)), ['s-11.json']);
});
