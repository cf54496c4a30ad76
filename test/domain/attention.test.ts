import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attentionOf } from '../../server/domain/attention.ts';
import type { AttentionItem } from '../../server/domain/attentionItem.ts';
import type { Episode } from '../../server/domain/episode.ts';
import type { Escalation } from '../../server/domain/escalation.ts';
import type { Mail } from '../../server/domain/message.ts';
import type { LandingState, MergeRequest } from '../../server/domain/mergeRequest.ts';
import { overseer } from '../../server/domain/addresses.ts';
import { transitionPolecat } from '../../server/domain/polecats.ts';
import { bead, later, mergeRequest, noon, polecat, rig, session, time } from './support.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';

const backend = rig('backend', 'be');
const held = (id: string, agent: string): GivenRecord => bead(id, { status: 'hooked', assignee: agent });
const words = (items: readonly AttentionItem[]): string[] =>
  items.map(({ subject, state, action }) => `${subject} ${state} ${action.verb}`);
const attention = (...records: readonly GivenRecord[]): string[] =>
  words(attentionOf(new TownTwin(records), later));

function at(state: Parameters<typeof transitionPolecat>[1], reason?: string): GivenRecord[] {
  const [, worker] = polecat('backend/nux', 'be-a');
  const now = transitionPolecat(worker, state, { at: later, ...(reason === undefined ? {} : { reason }) });
  return [backend, held('be-a', 'backend/nux'), ['agents', now]];
}

test('polecats that ask, failed, stalled or were interrupted need a person; those that work do not', () => {
  assert.deepEqual(attention(...at('failed')), ['backend/nux failed resume']);
  assert.deepEqual(attention(...at('interrupted')), ['backend/nux interrupted resume']);
  assert.deepEqual(attention(...at('stalled')), ['backend/nux stalled resume']);
  assert.deepEqual(attention(...at('needs-you', 'per user?')), ['backend/nux needs-you answer']);
  const [, worker] = polecat('backend/nux', 'be-a');
  assert.deepEqual(attention(backend, held('be-a', 'backend/nux'), ['agents', worker]), []);
  assert.deepEqual(attention(...at('done')), []);
  assert.deepEqual(attention(), []);
});

test('a bead that could not be started too often needs a person, and not while it waits for another', () => {
  const broken: GivenRecord = [
    'dispatches',
    {
      id: 'be-a' as never,
      rig: 'backend' as never,
      state: 'broken',
      priority: 2,
      queuedAt: noon,
      queuedBy: 'ann',
      failures: 3,
    },
  ];
  assert.deepEqual(attention(backend, bead('be-a'), broken), ['be-a failed copy']);
  assert.deepEqual(attention(backend, bead('be-a', { status: 'blocked' }), broken), []);
});

test('one that runs is spoken to in its terminal, unless it has none', () => {
  const records = at('needs-you', 'per user?');
  const [, worker] = polecat('backend/nux', 'be-a', { session: 's-1' as never });
  const asks = { ...worker, state: 'needs-you', updatedAt: later } as const;
  const withSession = (host: 'editor' | 'process'): string[] =>
    attention(
      records[0] as GivenRecord,
      records[1] as GivenRecord,
      ['agents', asks],
      session('s-1', worker, { host }),
    );
  assert.deepEqual(withSession('editor'), ['backend/nux needs-you openTerminal']);
  assert.deepEqual(withSession('process'), ['backend/nux needs-you answer']);
});

test('waiting for a limit passes by itself, until it is over and nothing goes on by itself', () => {
  const [, worker] = polecat('backend/nux', 'be-a', { state: 'rate-limited', session: 's-1' as never });
  const limited = (fields: Parameters<typeof session>[2], episode?: Partial<Episode>): string[] =>
    attention(
      backend,
      held('be-a', 'backend/nux'),
      ['agents', worker],
      session('s-1', worker, fields),
      ...(episode ? [['episodes', { ...limit, ...episode }] as const] : []),
    );
  const limit = {
    id: worker.id,
    rig: worker.rig,
    session: 's-1' as never,
    verdict: 'rate-limited',
    rule: 'rate-limit',
    reason: 'It met a limit.',
    since: time(0),
    evidence: [],
    remedies: [],
  } as const satisfies Episode;
  assert.deepEqual(limited({ state: 'running' }), []);
  const failure = { verdict: 'rate-limit', advice: 'wait', evidence: '429' } as const;
  assert.deepEqual(limited({ state: 'ended', failure }), [], 'the witness is about to look at it');
  assert.deepEqual(limited({ state: 'ended', failure }, {}), []);
  assert.deepEqual(limited({ state: 'ended', failure }, { leftAt: time(60) }), [
    'backend/nux rate-limited resume',
  ]);
  assert.deepEqual(limited({ state: 'running' }, { leftAt: time(60) }), [
    'backend/nux rate-limited openTerminal',
  ]);
  assert.deepEqual(limited({ state: 'ended' }), ['backend/nux rate-limited resume']);
});

test('finished work waits for a review where the rig says so; what cannot land, while somebody waits for it', () => {
  const [, worker] = polecat('backend/nux', 'be-a', { state: 'done' });
  const request = (
    state: LandingState,
    merge: 'review' | 'auto' = 'review',
    fields: Partial<MergeRequest> = {},
  ): string[] =>
    attention(
      rig('backend', 'be', { settings: { merge } }),
      held('be-a', 'backend/nux'),
      ['agents', worker],
      mergeRequest('mr-1', worker, { state, ...fields }),
    );
  const failed = { reason: 'the target is away', retryAt: time(90) } as const;
  assert.deepEqual(request('submitted'), ['be-a submitted review']);
  assert.deepEqual(request('submitted', 'auto'), []);
  assert.deepEqual(request('submitted', 'auto', { ...failed, failures: 2 }), []);
  assert.deepEqual(request('submitted', 'auto', { ...failed, failures: 3 }), ['be-a submitted review']);
  const approved = { by: 'ann', at: noon };
  assert.deepEqual(request('submitted', 'review', { ...failed, failures: 1, approved }), []);
  assert.deepEqual(request('merged'), []);
  assert.deepEqual(request('merged', 'auto', { ...failed, failures: 2 }), []);
  assert.deepEqual(request('merged', 'auto', { ...failed, failures: 3 }), ['be-a merged merge']);
  assert.deepEqual(request('verified'), []);
  assert.deepEqual(request('conflict'), ['be-a conflict resume']);
  assert.deepEqual(request('rejected'), ['be-a rejected resume']);
  assert.deepEqual(request('rejected', 'auto', { asIs: true }), ['be-a rejected merge']);
  assert.deepEqual(request('lost'), ['be-a lost resume']);
  assert.deepEqual(request('waiting-for-checkout'), ['be-a waiting-for-checkout merge']);
  // Nobody takes it up: its bead is closed.
  const closed = [backend, bead('be-a', { status: 'closed' }), ['agents', worker] as const];
  assert.deepEqual(attention(...closed, mergeRequest('mr-1', worker, { state: 'rejected' })), []);
});

test('a pull request that cannot be seen, or not be closed where its work does not land any more, needs a person', () => {
  const [, worker] = polecat('backend/nux', 'be-a', { state: 'done' });
  const there = (times: number, state: LandingState): GivenRecord =>
    mergeRequest('mr-1', worker, {
      state,
      pullRequest: {
        number: 1,
        url: 'https://github.example/1',
        state: 'open',
        branch: 'gastown/a',
        repository: 'r',
        unseen: { times, since: noon, why: 'HTTP 502' },
      },
    });
  const waiting = [backend, held('be-a', 'backend/nux'), ['agents', worker] as const];
  assert.deepEqual(attention(...waiting, there(2, 'submitted')), []);
  assert.deepEqual(attention(...waiting, there(3, 'submitted')), ['be-a submitted copy']);
  // The bead has landed by another request, and the earlier pull request might still be merged.
  const over = [backend, bead('be-a', { status: 'closed' }), ['agents', worker] as const];
  assert.deepEqual(attention(...over, there(2, 'rejected')), []);
  assert.deepEqual(attention(...over, there(3, 'rejected')), ['be-a rejected copy']);
});

test('one cause is one row: a polecat that failed while it took up its own conflict', () => {
  const [, worker] = polecat('backend/nux', 'be-a', { state: 'failed' });
  const records = [backend, held('be-a', 'backend/nux'), ['agents', worker] as const];
  const conflict = mergeRequest('mr-1', worker, { state: 'conflict' });
  assert.deepEqual(attention(...records, conflict), ['backend/nux failed resume']);
  const older = mergeRequest('mr-0', worker, { state: 'rejected', submittedAt: time(-5) });
  assert.deepEqual(attention(...records, older, conflict), ['backend/nux failed resume']);
});

test('an episode keeps its id, and the next has another', () => {
  const [, worker] = polecat('backend/nux', 'be-a');
  const ids = (...changes: readonly [Parameters<typeof transitionPolecat>[1], string?][]): string[] => {
    let now = worker;
    return changes.map(([state, reason], minute) => {
      const change = { at: time(minute), ...(reason === undefined ? {} : { reason }) };
      now = { ...now, ...transitionPolecat(now, state, change) };
      return (
        attentionOf(new TownTwin([backend, held('be-a', 'backend/nux'), ['agents', now]]), later)[0]?.id ?? ''
      );
    });
  };
  const [first, same, other] = ids(['stalled', 'quiet'], ['stalled', 'quiet for 20 m'], ['failed', 'gone']);
  assert.equal(first, same);
  assert.notEqual(first, other);
  const [asked, again, next] = ids(['needs-you', 'a?'], ['needs-you', 'a?'], ['needs-you', 'b?']);
  assert.equal(asked, again);
  assert.notEqual(asked, next);
});

test('the most pressing first, of the same the oldest', () => {
  const escalation = (
    id: string,
    severity: Escalation['severity'],
    state: Escalation['state'] = 'open',
  ): GivenRecord => [
    'escalations',
    {
      id,
      state,
      severity,
      originalSeverity: severity,
      description: id,
      by: 'town',
      createdAt: noon,
      raised: 0,
    } as unknown as Escalation,
  ];
  const mail = (id: string, fields: Partial<Mail>): GivenRecord => [
    'messages',
    {
      id,
      kind: 'mail',
      from: 'backend/nux',
      to: overseer,
      subject: id,
      text: '',
      state: 'queued',
      type: 'task',
      priority: 2,
      thread: id,
      createdAt: noon,
      ...fields,
    } as unknown as Mail,
  ];
  const unapproved = { at: noon, why: 'It names programs.' };
  assert.deepEqual(
    attention(
      escalation('es-low', 'low'),
      escalation('es-taken', 'critical', 'acknowledged'),
      escalation('es-top', 'critical'),
      mail('m-quiet', {}),
      mail('m-urgent', { urgent: true }),
      mail('m-read', { urgent: true, state: 'acknowledged' }),
      rig('infra', 'in', { unapproved }),
      ...at('failed'),
    ),
    [
      'es-top critical acknowledge',
      'm-urgent unread read',
      'backend/nux failed resume',
      'infra unapproved approve',
      'es-low low acknowledge',
    ],
  );
});

test('what cannot be started, is held by nobody who is there, or waits for an approval of a plugin', () => {
  const lastFailure = { at: noon, code: 'git', sentence: 'The disk is full.' };
  const broken = { id: 'be-b', rig: 'backend', state: 'broken', failures: 3, queuedAt: noon, lastFailure };
  const run = {
    id: 'pr-1',
    plugin: 'hq:audit',
    hash: 'h',
    result: 'unapproved',
    trouble: true,
    createdAt: noon,
  };
  assert.deepEqual(
    attention(
      backend,
      ['dispatches', broken as never],
      bead('be-b'),
      bead('be-c', { status: 'hooked', assignee: 'backend/gone' }),
      bead('be-d', { status: 'in_progress', assignee: 'ann' }),
      ['pluginRuns', run as never],
    ),
    ['be-b failed copy', 'be-c orphan copy', 'hq:audit unapproved approve'],
  );
});

test('it looks at what needs a person, not at all that there is', () => {
  const town = new TownTwin(at('failed'));
  const watched = new Proxy(town, {
    get: (of, name) => {
      if (name === 'all')
        return (collection: 'rigs') => {
          assert.ok(['rigs', 'workplaces'].includes(collection), 'only rigs and workplaces are few');
          return of.all(collection);
        };
      const value: unknown = Reflect.get(of, name);
      return typeof value === 'function' ? (value as (...words: unknown[]) => unknown).bind(of) : value;
    },
  });
  assert.equal(attentionOf(watched, later).length, 1);
});
