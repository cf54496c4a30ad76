import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SessionState } from '../../server/domain/session.ts';
import { passes, sessionTransitions, takeLaunch, transitionSession } from '../../server/domain/sessions.ts';
import { later, noon, polecat, refusedBy, session, time } from './support.ts';

const [, worker] = polecat('backend/nux', 'be-a');

describe('a session', () => {
  test('starts, runs and ends, and says with which processes and how', () => {
    const [, asked] = session('s-1', worker, { state: 'starting' });
    const running = transitionSession(asked, 'running', { at: later, pid: 12 });
    assert.deepEqual([running.state, running.startedAt, running.pid], ['running', later, 12]);
    const ended = transitionSession(running, 'ended', { at: time(99), exit: { end: 'failed', code: 1 } });
    assert.deepEqual(
      [ended.state, ended.endedAt, ended.exit, ended.pid],
      ['ended', time(99), { end: 'failed', code: 1 }, 12],
    );
  });

  for (const from of Object.keys(sessionTransitions) as SessionState[]) {
    test(`that is ${from} goes to ${sessionTransitions[from].join(' or ')} and nowhere else`, () => {
      const [, one] = session('s-1', worker, { state: from, exit: { end: 'interrupted' } });
      for (const to of ['starting', 'running', 'ended'] as const) {
        const go = () => transitionSession(one, to, { at: later }).state;
        if (to === from || sessionTransitions[from].includes(to)) assert.equal(go(), to);
        else assert.equal(refusedBy(go).code, 'stale');
      }
    });
  }

  test('that could not start ends without having run', () => {
    const [, asked] = session('s-1', worker, { state: 'starting' });
    const ended = transitionSession(asked, 'ended', { at: later, exit: { end: 'not-started' } });
    assert.deepEqual([ended.exit?.end, ended.startedAt], ['not-started', undefined]);
  });

  test('ends once: the first end stands', () => {
    const [, running] = session('s-1', worker);
    const ended = transitionSession(running, 'ended', { at: later, exit: { end: 'done' } });
    assert.equal(transitionSession(ended, 'ended', { at: time(99), exit: { end: 'failed' } }), ended);
  });

  for (const end of ['failed', 'stopped', 'interrupted'] as const) {
    test(`that ended as ${end} is run again by its own launcher, as another process`, () => {
      const exit = { end };
      const [, ended] = session('s-1', worker, {
        state: 'ended',
        pid: 7,
        startedAt: noon,
        endedAt: noon,
        exit,
      });
      const again = transitionSession(ended, 'running', { at: later, pid: 8 });
      assert.deepEqual(
        [again.state, again.pid, again.startedAt, again.exit],
        ['running', 8, later, undefined],
      );
    });
  }

  for (const end of ['done', 'not-started'] as const) {
    test(`that ended as ${end} does not run again`, () => {
      const [, ended] = session('s-1', worker, { state: 'ended', exit: { end } });
      assert.equal(refusedBy(() => transitionSession(ended, 'running', { at: later })).code, 'stale');
    });
  }

  test('that was thought interrupted runs on when its launcher is back', () => {
    const [, ended] = session('s-1', worker, {
      state: 'ended',
      startedAt: noon,
      endedAt: noon,
      exit: { end: 'interrupted' },
    });
    const back = transitionSession(ended, 'running', { at: later, launcherPid: 7 });
    assert.deepEqual(
      [back.state, back.startedAt, back.endedAt, back.exit, back.launcherPid],
      ['running', noon, undefined, undefined, 7],
    );
  });

  test('never goes back to starting', () => {
    for (const state of ['running', 'ended'] as const) {
      const [, one] = session('s-1', worker, { state, exit: { end: 'interrupted' } });
      assert.equal(refusedBy(() => transitionSession(one, 'starting', { at: later })).code, 'stale');
    }
  });

  test('hands its launch spec out once', () => {
    const [, asked] = session('s-1', worker, { state: 'starting' });
    const taken = takeLaunch(asked, 7, later);
    assert.deepEqual([taken.takenAt, taken.launcherPid], [later, 7]);
    for (const one of [taken, session('s-1', worker)[1], session('s-1', worker, { state: 'ended' })[1]]) {
      assert.match(
        refusedBy(() => takeLaunch(one, 8, later)).details.next ?? '',
        /gt session run backend\/nux/,
      );
    }
  });
});

test('what passes by itself: a rate limit, and a quota that says when', () => {
  const told = { advice: '', evidence: '' };
  assert.ok(passes({ ...told, verdict: 'rate-limit' }));
  assert.ok(passes({ ...told, verdict: 'quota', resets: '3pm' }));
  assert.ok(!passes({ ...told, verdict: 'quota' }));
  assert.ok(!passes({ ...told, verdict: 'sign-in' }));
});
