import assert from 'node:assert/strict';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import type { EnvironmentVariableCollection } from 'vscode';
import { Refusal } from '../../server/domain/refusal.ts';
import { Disposables } from '../../client/disposables.ts';
import { TerminalEnvironment } from '../../client/environment.ts';
import { failureOf } from '../../client/failure.ts';
import { subjectIn } from '../../client/subject.ts';
import { age } from '../../client/views/age.ts';
import { Welcome, welcomeState } from '../../client/welcome.ts';
import { seen } from '../support/vscode.ts';
import { rig, SmallTown } from './town.ts';

test('an error answer with a refusal in it is that refusal; a broken wire is one; the rest is a fault', () => {
  const answer = Object.assign(new Error('No.'), { code: -32_001, data: { code: 'held', next: 'gt hook' } });
  const refusal = failureOf(answer);
  assert.ok(refusal instanceof Refusal);
  assert.deepEqual([refusal.code, refusal.message, refusal.details], ['held', 'No.', { next: 'gt hook' }]);
  const broken = failureOf(Object.assign(new Error('disposed'), { code: -32_097 }));
  assert.ok(broken instanceof Refusal && broken.code === 'unavailable');
  const fault = new Error('boom');
  assert.equal(failureOf(fault), fault);
  assert.match(failureOf('text').message, /text/);
});

test('what is added to an ended store ends at once, the rest in the order of need', () => {
  const ended: string[] = [];
  const store = new Disposables();
  store.add({ dispose: () => ended.push('a') }, { dispose: () => ended.push('b') });
  store.dispose();
  store.dispose();
  store.add({ dispose: () => ended.push('late') });
  assert.deepEqual(ended, ['b', 'a', 'late']);
});

test('an age is the largest whole unit', () => {
  const now = Date.parse('2026-05-03T10:00:00.000Z');
  const ages = {
    '2026-05-03T10:01:00.000Z': 'now',
    '2026-05-03T09:59:01.000Z': 'now',
    '2026-05-03T09:56:00.000Z': '4 m',
  };
  const more = { '2026-05-03T08:00:00.000Z': '2 h', '2026-05-01T10:00:00.000Z': '2 d', nonsense: 'now' };
  for (const [time, words] of Object.entries({ ...ages, ...more })) assert.equal(age(time, now), words, time);
});

test('a command finds its subject in a row, and takes nothing else for one', () => {
  const subject = { kind: 'polecat', agent: 'backend/nux' };
  assert.equal(subjectIn({ row: { subject } }), subject);
  assert.equal(subjectIn(subject), subject);
  for (const other of [
    undefined,
    null,
    'backend',
    {},
    { kind: 'polecat' },
    { kind: 'rig', rig: 1 },
    { row: undefined },
  ]) {
    assert.equal(subjectIn(other), undefined);
  }
});

test('ordinary terminals find gt last on their PATH, for as long as the window lives', () => {
  const calls: unknown[] = [];
  const collection = {
    persistent: true,
    clear: () => calls.push('clear'),
    append: (...words: string[]) => calls.push(words),
    replace: (...words: string[]) => calls.push(words),
  };
  const environment = new TerminalEnvironment(collection as unknown as EnvironmentVariableCollection);
  assert.equal(environment.show('/town'), true);
  assert.equal(environment.show('/town'), false);
  assert.equal(collection.persistent, false);
  assert.deepEqual(calls, [
    'clear',
    ['PATH', delimiter + join('/town', '.gastown', 'bin')],
    ['GT_TOWN', '/town'],
  ]);
});

test('each empty view has its welcome, and a town that was read stays', async () => {
  const model = await new SmallTown().model();
  const empty = { town: undefined, problem: undefined };
  assert.equal(welcomeState({ kind: 'starting' }, empty), 'connecting');
  assert.equal(welcomeState({ kind: 'connected', town: '/town' }, empty), 'connecting');
  assert.equal(
    welcomeState({ kind: 'connected', town: '/town' }, { ...empty, problem: 'It broke.' }),
    'failed',
  );
  assert.equal(welcomeState({ kind: 'failed', message: '' }, empty), 'failed');
  assert.equal(welcomeState({ kind: 'failed', message: '' }, model), 'ready');
  assert.equal(welcomeState({ kind: 'lost', town: '/town' }, model), 'ready');
  assert.equal(welcomeState({ kind: 'untrusted' }, model), 'untrusted');
});

test('counts are set before the state that shows them, and nothing is set twice', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend')];
  const model = await town.model();
  const welcome = new Welcome();
  seen.executed.length = 0;
  welcome.show({ kind: 'connected', town: '/town' }, model);
  welcome.show({ kind: 'connected', town: '/town' }, model);
  assert.deepEqual(
    seen.executed.map(({ args }) => args),
    [
      ['gastown.rigCount', 1],
      ['gastown.convoyCount', 0],
      ['gastown.attentionCount', 0],
      ['gastown.beadCount', 0],
      ['gastown.state', 'ready'],
    ],
  );
});
