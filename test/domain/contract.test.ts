import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bead } from '../../server/domain/bead.ts';
import {
  isOver,
  judgeContract,
  keepsContract,
  seenSteps,
  type Judged,
  type WorkFound,
} from '../../server/domain/contract.ts';
import type { JournalEntry } from '../../server/domain/journal.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import type { Polecat } from '../../server/domain/polecat.ts';
import type { Change } from '../../server/domain/records.ts';
import type { Session } from '../../server/domain/session.ts';
import { bead, noon, sha } from './support.ts';

const agent = 'contract/nux';
const identity = { name: 'nux', email: 'nux@contract.gastown.invalid' };
const [, kept] = bead('co-keep', { assignee: agent });

let seq = 0;
function entry(verb: string, by: string, ...changes: Change[]): JournalEntry {
  seq += 1;
  return { seq, at: noon, by, verb, subject: 'co-keep', changes };
}

const beadIs = (status: Bead['status']): Change => ['beads', 'co-keep', { ...kept, status }];
const requestIs = (state: MergeRequest['state'], reason?: string): Change => [
  'mergeRequests',
  'mr-1',
  {
    id: 'mr-1',
    bead: 'co-keep',
    target: 'main',
    tip: sha('b'),
    state,
    ...(reason ? { reason } : {}),
  } as MergeRequest,
];
const endedWith = (exit: Session['exit']): Change => [
  'sessions',
  's-1',
  { id: 's-1', state: 'ended', exit } as Session,
];

const slung = entry('sling', 'overseer', beadIs('hooked'));
const hook = entry('work/progress', agent, beadIs('in_progress'));
const update = entry('bead/update', agent, beadIs('in_progress'));
const done = entry('done', agent, requestIs('submitted'));
const verified = entry('land', 'town', requestIs('verified'));

const commit = { sha: sha('b'), author: identity, committer: identity };

function judged(
  entries: readonly JournalEntry[],
  work: Partial<WorkFound> = {},
  lateAfterSeconds?: number,
): Judged {
  return {
    entries: [slung, ...entries],
    bead: 'co-keep',
    agent,
    session: 's-1',
    lastLines: ['out', '\u001B[31mboom\u001B[0m'],
    work: {
      branch: 'polecat/nux/co-keep-x1',
      identity,
      commits: [commit],
      elsewhere: [],
      uncommitted: [],
      wordFound: true,
      file: 'contract.txt',
      ...work,
    },
    ...(lateAfterSeconds === undefined ? {} : { lateAfterSeconds }),
  };
}

const outcomes = (of: Judged): string =>
  [...judgeContract(of)].map(([step, { outcome }]) => `${step} ${outcome}`).join(', ');

describe('the contract', () => {
  test('holds where hook, commit, update and done were seen', () => {
    const all = judged([hook, update, done, verified]);
    assert.equal(outcomes(all), 'hook passed, commit passed, update passed, done passed');
    assert.equal(
      judgeContract(all).get('hook')?.evidence,
      'work/progress by contract/nux at 12:00:00 UTC: co-keep went from hooked to in_progress.',
    );
    assert.match(judgeContract(all).get('commit')?.evidence ?? '', /contract\.txt holds the word/);
    assert.match(
      judgeContract(judged([hook, update, done, verified], { wordFound: false })).get('commit')?.evidence ??
        '',
      /does not hold the word of the bead/,
    );
  });

  test('is told step by step, by what the session itself did and nobody else', () => {
    assert.deepEqual([...seenSteps(judged([])).keys()], []);
    const byPerson = [entry('bead/update', 'overseer', beadIs('in_progress')), entry('bead/update', 'town')];
    assert.deepEqual([...seenSteps(judged(byPerson)).keys()], []);
    assert.deepEqual([...seenSteps(judged([hook])).keys()], ['hook']);
    assert.deepEqual([...seenSteps(judged([hook, update, done])).keys()], ['hook', 'update']);
    assert.deepEqual(
      [...seenSteps(judged([hook, update, done, verified])).keys()],
      ['hook', 'update', 'done'],
    );
    const other = { ...entry('bead/update', agent), subject: 'co-other' };
    assert.deepEqual([...seenSteps(judged([other])).keys()], []);
  });

  test('a claim is an update of the bead, too', () => {
    assert.ok(seenSteps(judged([entry('bead/claim', agent, beadIs('in_progress'))])).has('update'));
  });

  test('author and committer are both looked at, on every commit', () => {
    const other = { name: 'nux', email: 'nux@example.org' };
    for (const [who, says] of [
      [{ author: other }, /written by nux <nux@example\.org>/],
      [{ committer: other }, /committed by nux <nux@example\.org>/],
    ] as const) {
      const work = { commits: [commit, { ...commit, ...who }] };
      const verdict = judgeContract(judged([hook, update, done, verified], work)).get('commit');
      assert.equal(verdict?.outcome, 'failed');
      assert.match(verdict.evidence, says);
      assert.ok(verdict.advice);
    }
  });

  test('commits on another branch are named, whether there are some on the own or not', () => {
    const both = judgeContract(judged([hook, update, done, verified], { elsewhere: ['main'] })).get('commit');
    assert.match(both?.evidence ?? '', /There are commits beside polecat\/nux\/co-keep-x1: on main\./);
    const only = judgeContract(judged([hook, update], { elsewhere: ['x'], commits: [] })).get('commit');
    assert.match(only?.evidence ?? '', /no commit on polecat.*, but on x\./);
  });

  test('a crash fails the first step that is missing; what comes after was not reached', () => {
    const crash = entry('session/ended', 'town', endedWith({ end: 'failed', code: 3 }));
    const atOnce = judged([crash], { commits: [] });
    assert.equal(outcomes(atOnce), 'hook failed, commit skipped, update skipped, done skipped');
    assert.match(
      judgeContract(atOnce).get('hook')?.evidence ?? '',
      /exited with code 3\. It last said: out \/ boom$/,
    );
    assert.equal(judgeContract(atOnce).get('done')?.evidence, 'Not reached.');
    assert.equal(
      outcomes(judged([hook, update, crash])),
      'hook passed, commit passed, update passed, done failed',
    );
    const killed = entry('session/ended', 'town', endedWith({ end: 'failed', signal: 'SIGKILL' }));
    assert.equal(outcomes(judged([hook, killed])), 'hook passed, commit passed, update failed, done skipped');
  });

  test('one that ends by itself is judged step by step', () => {
    const end = entry('session/ended', 'town', endedWith({ end: 'failed', code: 0 }));
    assert.equal(outcomes(judged([hook, end])), 'hook passed, commit passed, update failed, done failed');
    const nothing = judged([hook, update, end], { commits: [], uncommitted: ['contract.txt'] });
    assert.equal(outcomes(nothing), 'hook passed, commit failed, update passed, done skipped');
  });

  test('what was late is told with the time it had, and so is what asks a person', () => {
    const late = judged([hook], { commits: [] }, 60);
    assert.equal(outcomes(late), 'hook passed, commit failed, update skipped, done skipped');
    assert.match(
      judgeContract(late).get('commit')?.evidence ?? '',
      /Nothing more came within 60 s\. It last said: out \/ boom$/,
    );
    const asks = judged([hook, update, entry('done/escalated', agent)], {}, 60);
    assert.match(judgeContract(asks).get('done')?.evidence ?? '', /^done\/escalated by .*hands nothing over/);
  });

  test('submitted is not landed', () => {
    const conflict = judged([
      hook,
      update,
      done,
      entry('land', 'town', requestIs('conflict', 'main moved.')),
    ]);
    assert.equal(outcomes(conflict), 'hook passed, commit passed, update passed, done failed');
    assert.equal(
      judgeContract(conflict).get('done')?.evidence,
      'Submitted, but it has not landed: conflict. main moved.',
    );
  });

  test('is over when it landed, cannot land, was closed, or the session ended without it', () => {
    const end = entry('session/ended', 'town', endedWith({ end: 'done' }));
    assert.ok(!isOver(judged([hook, update])));
    assert.ok(!isOver(judged([hook, done, end])), 'the landing is still to come');
    assert.ok(isOver(judged([hook, done, verified])));
    assert.ok(isOver(judged([done, entry('land', 'town', requestIs('rejected'))])));
    assert.ok(isOver(judged([hook, end])));
    assert.ok(isOver(judged([entry('done', agent, beadIs('closed'))])));
    const asks = entry('done/escalated', agent, [
      'agents',
      agent,
      { id: agent, state: 'needs-you' } as Polecat,
    ]);
    const livesIn = (host: string): Change => ['sessions', 's-1', { id: 's-1', host } as Session];
    assert.ok(isOver(judged([asks, entry('session/started', agent, livesIn('process'))])));
    assert.ok(
      !isOver(judged([asks, entry('session/started', agent, livesIn('editor'))])),
      'a person may answer',
    );
  });
});

test('the contract is kept where each of its four steps was seen to pass, whatever else is told', () => {
  const told = (step: string, outcome: 'passed' | 'failed' | 'skipped' = 'passed') => ({ step, outcome });
  const four = ['hook', 'commit', 'update', 'done'].map((step) => told(step));
  assert.ok(keepsContract(four));
  assert.ok(keepsContract([told('found'), ...four.toReversed(), told('resume', 'failed')]));
  assert.ok(!keepsContract([]));
  assert.ok(!keepsContract(four.slice(1)));
  assert.ok(!keepsContract(four.map(() => told('hook'))));
  assert.ok(!keepsContract([...four.slice(1), told('hook', 'skipped')]));
  assert.ok(!keepsContract([...four, told('done', 'failed')]));
});
