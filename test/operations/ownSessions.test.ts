import assert from 'node:assert/strict';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Session } from '../../server/domain/session.ts';
import { git } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, TestTown } from './support.ts';

/** A runtime that takes an id for its session, and one that tells its own. */
const mine = {
  id: 'mine',
  label: 'Mine',
  command: process.execPath,
  arguments: ['fresh'],
  oneShot: ['once'],
  resume: ['again', '{id}'],
  resumeOneShot: ['again-once', '{id}'],
  sessionId: { kind: 'flag', flag: '--id' },
  capabilities: { resume: true },
  failures: [{ verdict: 'lost-session', text: 'no such session', advice: 'It is gone.' }],
};
const telling = {
  ...mine,
  id: 'telling',
  label: 'Telling',
  sessionId: { kind: 'output', field: 'thread_id' },
};

async function working(t: TestContext, preset: object = mine): Promise<{ town: TestTown; agent: Agent }> {
  const town = await TestTown.open(t);
  await town.addRig();
  const { preset: added } = await town.ask('runtime/add', { preset });
  await town.configure('backend', 'runtime', added.id);
  return { town, agent: await town.worker() };
}

function sessionOf(town: TestTown, agent: Agent): Session {
  return town.view.get('sessions', agent.polecat.session ?? '') ?? assert.fail('no session');
}

async function rerun(town: TestTown, agent: Agent, host?: 'editor'): Promise<Session> {
  return await town.ask('session/run', { agent: agent.id, ...(host ? { host } : {}) });
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('a session gets an id of ours, and the next one goes on with it', async (t) => {
  const { town, agent } = await working(t);
  const first = sessionOf(town, agent);
  const id = first.runtimeSession ?? '';
  assert.match(id, uuid);
  assert.deepEqual(first.launch.arguments.slice(0, 3), ['once', '--id', id]);
  assert.match(first.launch.arguments.at(-1) ?? '', /^You are backend\//);

  await agent.exit({ end: 'failed', code: 1 });
  const second = await rerun(town, agent);
  assert.equal(second.runtimeSession, id);
  assert.deepEqual(second.launch.arguments.slice(0, -1), ['again-once', id]);
  assert.match(second.launch.arguments.at(-1) ?? '', /^You were interrupted, and go on/);

  await agent.exit({ end: 'failed', code: 1 });
  const third = await rerun(town, agent, 'editor');
  assert.deepEqual(third.launch.arguments.slice(0, -1), ['again', id]);
  assert.deepEqual(problemsOf(town), []);
});

test('after one whose context was full the next begins afresh, also where a person asks for it, and goes on from then on', async (t) => {
  const { town, agent } = await working(t);
  const first = sessionOf(town, agent);
  town.host.output.set(first.log ?? '', ['Error: this prompt exceeds the context window of the model']);
  await agent.exit({ end: 'failed', code: 1 });
  assert.equal(sessionOf(town, agent).failure?.verdict, 'context-limit');
  const second = await rerun(town, agent);
  assert.notEqual(second.runtimeSession, first.runtimeSession);
  assert.match(second.runtimeSession ?? '', uuid);
  assert.deepEqual(second.launch.arguments.slice(0, -1), ['once', '--id', second.runtimeSession]);

  await agent.exit({ end: 'failed', code: 1 });
  const third = await rerun(town, agent);
  assert.deepEqual(third.launch.arguments.slice(0, -1), ['again-once', second.runtimeSession]);
  assert.deepEqual(problemsOf(town), []);
});

test('a terminal that is resumed by its key goes on with its own session', async (t) => {
  const { town, agent } = await working(t);
  await agent.exit({ end: 'failed', code: 1 });
  // Another runtime has another session, which is new.
  await town.ask('runtime/add', { preset: { ...mine, command: 'git' }, replace: true });
  const id = sessionOf(town, agent).runtimeSession ?? '';
  const { launch } = await rerun(town, agent, 'editor');
  assert.deepEqual(launch.arguments.slice(0, -1), ['again', id]);
  assert.equal(launch.again, undefined, 'it goes on already');
  const fresh = await town.sling(await town.bead('Another thing'), { host: 'editor' });
  const begun = sessionOf(town, fresh);
  assert.deepEqual(begun.launch.again?.slice(0, -1), ['again', begun.runtimeSession]);
});

test('a session that never ran is not gone on with; one whose runtime forgot it neither', async (t) => {
  const { town, agent } = await working(t);
  const id = sessionOf(town, agent).runtimeSession;
  await agent.exit({ end: 'failed', code: 1 });
  town.host.fate = 'cannot-start';
  await assert.rejects(rerun(town, agent));
  town.host.fate = 'starts';
  assert.equal((await rerun(town, agent)).runtimeSession, id, 'the one before it goes on');

  await agent.exit({ end: 'failed', code: 1, lastLines: ['Error: no such session'] });
  assert.match(agent.polecat.reason ?? '', /Session lost \(Error: no such session\)\. It is gone\.$/);
  const fresh = await rerun(town, agent);
  assert.notEqual(fresh.runtimeSession, id);
  assert.equal(fresh.launch.arguments[0], 'once');
  assert.deepEqual(problemsOf(town), []);
});

test('an id is read from the log, or told by the launcher', async (t) => {
  const { town, agent } = await working(t, telling);
  assert.equal(sessionOf(town, agent).runtimeSession, undefined);
  town.host.output.set(sessionOf(town, agent).log ?? '', ['noise', '{"thread_id":"t-1"}']);
  await agent.exit({ end: 'failed', code: 1 });
  assert.equal(sessionOf(town, agent).runtimeSession, 't-1');
  const second = await rerun(town, agent);
  assert.deepEqual(second.launch.arguments.slice(0, -1), ['again-once', 't-1']);
  await agent.exit({ end: 'failed', code: 1, runtimeSession: 't-2' });
  assert.equal((await rerun(town, agent)).runtimeSession, 't-2');
  await town.ask('session/started', { pid: 7, runtimeSession: 't-3' }, agent.caller);
  assert.equal(sessionOf(town, agent).runtimeSession, 't-3');
});

test('an id that a runtime gives its programs is told by gt prime, about the own session only', async (t) => {
  const { town, agent } = await working(t, {
    ...telling,
    sessionId: { kind: 'variable', variable: 'MINE_ID' },
  });
  assert.equal(sessionOf(town, agent).launch.environment['GT_SESSION_VARIABLE'], 'MINE_ID');
  const prime = async (runtimeSession: string, caller = agent.caller): Promise<string | undefined> => {
    await town.ask('work/prime', { agent: agent.id, runtimeSession }, caller);
    await town.settle();
    return sessionOf(town, agent).runtimeSession;
  };
  assert.equal(await prime('t-1'), 't-1');
  assert.equal(await prime('--last'), 't-1', 'it is no id');
  assert.equal(await prime('t-2', town.person), 't-1', 'a person is no session');
  await agent.exit({ end: 'failed', code: 1 });
  assert.deepEqual((await rerun(town, agent)).launch.arguments.slice(0, -1), ['again-once', 't-1']);
});

test('a limit that was reached is waited for, and that needs nobody before it is over', async (t) => {
  const { town, agent } = await working(t);
  town.host.output.set(sessionOf(town, agent).log ?? '', [
    '{"type":"error","error":{"message":"rate_limit_error: retry in 30 seconds"}}',
  ]);
  await agent.exit({ end: 'failed', code: 1 });
  assert.equal(agent.polecat.state, 'rate-limited');
  assert.equal(
    agent.polecat.reason,
    'Mine exited with code 1 without gt done. Rate limit (rate_limit_error: retry in 30 seconds), ' +
      'resets in 30 seconds. Its account is at its rate limit; go on later.',
  );
  assert.equal(sessionOf(town, agent).failure?.verdict, 'rate-limit');
  await town.settle();
  assert.equal((await town.ask('polecat/get', { agent: agent.id })).needsPerson, false);
  await rerun(town, agent);
  assert.equal(agent.polecat.state, 'working');
  assert.deepEqual(problemsOf(town), []);
});

test('a sign-in that is missing is a failure with its advice; what shows it is safe to show', async (t) => {
  const { town, agent } = await working(t);
  town.host.output.set(sessionOf(town, agent).log ?? '', ['\u001B[31m401 Unauthorized\u202E']);
  await agent.exit({ end: 'failed', code: 1 });
  assert.equal(agent.polecat.state, 'failed');
  assert.match(agent.polecat.reason ?? '', /Not signed in \(401 Unauthorized\)\. \w/);
  // Started again on its terminal, what it failed of is over.
  await rerun(town, agent);
  assert.equal(sessionOf(town, agent).failure, undefined);
});

test('private files and the system prompt are written for those who read them, and go with the session', async (t) => {
  const { town, agent } = await working(t, {
    ...mine,
    oneShot: ['once', '--config', '{private}/mine.json'],
    files: [{ name: 'mine.json', text: '{"folder":{worktree:json}}' }],
    systemPrompt: { kind: 'file', variable: 'MINE_SYSTEM' },
  });
  const { launch } = sessionOf(town, agent);
  const config = launch.arguments[2] ?? '';
  assert.deepEqual(JSON.parse(readFileSync(config, 'utf8')), { folder: agent.worktree });
  assert.match(
    readFileSync(launch.environment['MINE_SYSTEM'] ?? '', 'utf8'),
    /^You are backend\/\w+, a polecat/,
  );
  await agent.exit({ end: 'failed', code: 1 });
  await town.ask('polecat/remove', { agent: agent.id, force: true });
  assert.ok(!existsSync(config));
});

test('a private folder is made for a preset that names one, and for no other', async (t) => {
  const { town, agent } = await working(t, { ...mine, oneShot: ['once', '--logs', '{private}'] });
  assert.ok(existsSync(sessionOf(town, agent).launch.arguments[2] ?? ''));
  await town.ask('runtime/add', { preset: mine, replace: true });
  const other = await town.sling(await town.bead('Another thing'));
  assert.ok(!existsSync(join(town.parts.paths.sessions, `${other.polecat.session}.private`)));
});

test('a sandbox is told both folders of git of a linked worktree', async (t) => {
  const { town, agent } = await working(t, {
    ...mine,
    approval: { ask: [{ words: ['--add-dir', '{gitCommonDirectory}', '--add-dir', '{gitDirectory}'] }] },
  });
  const folder = (what: string): string =>
    realpathSync(git(agent.worktree, 'rev-parse', '--path-format=absolute', what));
  const words = sessionOf(town, agent).launch.arguments;
  const at = words.indexOf('--add-dir');
  assert.deepEqual(words.slice(at, at + 4), [
    '--add-dir',
    folder('--git-common-dir'),
    '--add-dir',
    folder('--git-dir'),
  ]);
  assert.notEqual(join(folder('--git-common-dir')), join(folder('--git-dir')));
});
