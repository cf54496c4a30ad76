import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attentionOf } from '../../server/domain/attention.ts';
import type { Episode, RemedyTried } from '../../server/domain/episode.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import type { PolecatState } from '../../server/domain/polecat.ts';
import type { RemedyCeiling } from '../../server/domain/rig.ts';
import { bead, crew, later, mergeRequest, noon, polecat, rig, session, time } from './support.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';

const needing = (now: typeof later, ...records: readonly GivenRecord[]): string[] =>
  attentionOf(new TownTwin(records), now).map(
    ({ subject, state, action }) => `${subject} ${state}: ${action.command}`,
  );
const attention = (...records: readonly GivenRecord[]): string[] => needing(later, ...records);

const backend = rig('backend', 'be');
const held = bead('be-a', { status: 'hooked', assignee: 'backend/nux' });
const [, nux] = polecat('backend/nux', 'be-a', { state: 'done', session: 's-1' as never });

test('what could not land is one row, and none while somebody puts it right', () => {
  const conflict = mergeRequest('mr-1', nux, { state: 'conflict', blockedBy: 'be-m' as never });
  const repair = (fields: Parameters<typeof bead>[1], ...more: readonly GivenRecord[]): string[] =>
    attention(backend, held, ['agents', nux], conflict, bead('be-m', fields), ...more);
  assert.deepEqual(repair({ assignee: 'backend/nux' }), ['be-a conflict: gt session run backend/nux']);
  assert.deepEqual(repair({}), ['be-a conflict: gt sling be-m']);
  assert.deepEqual(repair({ status: 'closed' }), ['be-a conflict: gt session run backend/nux']);
  const slit = { status: 'hooked', assignee: 'backend/slit' } as const;
  assert.deepEqual(repair(slit, polecat('backend/slit', 'be-m')), []);
  assert.deepEqual(repair(slit, polecat('backend/slit', 'be-m', { state: 'failed' })), [
    'backend/slit failed: gt session run backend/slit',
  ]);
  assert.deepEqual(repair(slit), ['be-m orphan: bd update be-m --status open']);
  const dave = { status: 'hooked', assignee: 'backend/crew/dave' } as const;
  const [, place] = crew('backend/crew/dave', { session: 's-2' as never });
  assert.deepEqual(
    repair(dave, ['workplaces', place], session('s-2', place as never, { state: 'running' })),
    [],
  );
  assert.deepEqual(repair(dave, ['workplaces', place]), ['be-a conflict: gt session run backend/crew/dave']);
});

test('a paused refinery is one row where something would land', () => {
  const paused = rig('backend', 'be', {
    settings: { merge: 'auto' },
    refinery: { pausedAt: noon, by: 'ann', reason: 'a release is cut' },
  });
  const row = ['backend paused: gt refinery resume backend'];
  const [, slit] = polecat('backend/slit', 'be-b', { state: 'done' });
  const both: readonly GivenRecord[] = [
    held,
    ['agents', nux],
    mergeRequest('mr-1', nux),
    bead('be-b', { status: 'hooked', assignee: 'backend/slit' }),
    ['agents', slit],
    mergeRequest('mr-2', slit),
  ];
  assert.deepEqual(attention(paused), []);
  assert.deepEqual(attention(paused, ...both), row);
  const reviewed = rig('backend', 'be', { refinery: { pausedAt: noon, by: 'ann' } });
  assert.deepEqual(attention(reviewed, held, ['agents', nux], mergeRequest('mr-1', nux)), [
    'be-a submitted: gt mq show be-a',
  ]);
});

test('one that stalled or does not end is told when its rig has nothing left to try, or after an hour', () => {
  const tried = (...kinds: readonly RemedyTried['kind'][]): RemedyTried[] =>
    kinds.map((kind) => ({ kind, at: time(5) }));
  const told = (
    wish: { state: PolecatState; verdict: Episode['verdict']; rule: Episode['rule'] },
    {
      remedy,
      remedies = [],
      now = time(30),
    }: { remedy: RemedyCeiling; remedies?: RemedyTried[]; now?: typeof later },
  ): string[] => {
    const [, worker] = polecat('backend/nux', 'be-a', { state: wish.state, session: 's-1' as never });
    const episode = {
      id: worker.id,
      rig: worker.rig,
      session: 's-1',
      verdict: wish.verdict,
      rule: wish.rule,
      reason: 'quiet',
      since: noon,
      evidence: [],
      remedies,
    } as unknown as Episode;
    return needing(
      now,
      rig('backend', 'be', { settings: { remedy } }),
      held,
      ['agents', worker],
      session('s-1', worker, { state: 'running', host: 'editor' }),
      ['episodes', episode],
    );
  };
  const stalled = { state: 'stalled', verdict: 'stalled', rule: 'silent' } as const;
  const row = ['backend/nux stalled: gt session attach backend/nux'];
  assert.deepEqual(told(stalled, { remedy: 'none' }), row);
  assert.deepEqual(told(stalled, { remedy: 'nudge' }), []);
  assert.deepEqual(told(stalled, { remedy: 'nudge', remedies: tried('nudge') }), []);
  const twice = tried('nudge', 'nudge');
  assert.deepEqual(told(stalled, { remedy: 'nudge', remedies: twice, now: time(6) }), []);
  assert.deepEqual(told(stalled, { remedy: 'nudge', remedies: twice }), row);
  assert.deepEqual(told(stalled, { remedy: 'escalate', remedies: twice }), []);
  assert.deepEqual(told(stalled, { remedy: 'nudge', now: time(61) }), row);
  const stuck = { state: 'done', verdict: 'stuck-in-done', rule: 'done-but-running' } as const;
  const stop = ['backend/nux stuck-in-done: gt session stop backend/nux'];
  assert.deepEqual(told(stuck, { remedy: 'nudge' }), []);
  assert.deepEqual(told(stuck, { remedy: 'nudge', remedies: tried('release') }), stop);
  assert.deepEqual(told(stuck, { remedy: 'none' }), stop);
  assert.deepEqual(told(stuck, { remedy: 'nudge', now: time(61) }), stop);
});

test('one that was brought back for a bead that is closed is to be removed, not begun again', () => {
  const back = { state: 'interrupted', restoredFrom: 'ar-1' as never } as const;
  const archive: GivenRecord = ['archives', { id: 'ar-1', bead: 'be-a', agent: 'backend/nux' } as never];
  const remove = ['backend/nux interrupted: gt polecat remove backend/nux'];
  const [, { bead: _, ...idle }] = polecat('backend/nux', 'be-a', back);
  const closed = bead('be-a', { status: 'closed' });
  assert.deepEqual(attention(backend, closed, archive, ['agents', idle]), remove);
  const [, holds] = polecat('backend/nux', 'be-a', back);
  assert.deepEqual(attention(backend, closed, archive, ['agents', holds]), remove);
  assert.deepEqual(attention(backend, held, archive, ['agents', holds]), [
    'backend/nux interrupted: gt session run backend/nux',
  ]);
});

test('an author that the town could not begin again is a person’s, with the reason', () => {
  const auto = rig('backend', 'be', { settings: { merge: 'auto' } });
  const listed = (takenUp: MergeRequest['takenUp']): string[] => {
    const conflict = mergeRequest('mr-1', nux, {
      state: 'conflict',
      reason: 'It conflicts.',
      blockedBy: 'be-m' as never,
      ...(takenUp ? { takenUp } : {}),
    });
    const repair = bead('be-m', { assignee: 'backend/nux' });
    const town = new TownTwin([auto, held, ['agents', nux], conflict, repair]);
    return attentionOf(town, later).map(({ reason }) => reason);
  };
  assert.deepEqual(listed(undefined), []);
  assert.deepEqual(listed({ times: 1 }), []);
  assert.deepEqual(listed({ times: 2 }), ['It conflicts.']);
  assert.deepEqual(listed({ times: 1, refused: 'Its folder is gone.' }), [
    'It conflicts. Its author could not be begun again: Its folder is gone.',
  ]);
});
