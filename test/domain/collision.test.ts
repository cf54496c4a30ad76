import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collisionsWith, namedFiles, wouldCollide } from '../../server/domain/collision.ts';
import type { AgentId, BeadId, Timestamp } from '../../server/domain/ids.ts';
import { bead } from '../support/beads.ts';

const nux = 'backend/nux' as AgentId;
const slit = 'backend/slit' as AgentId;
const touched = [
  { agent: nux, bead: 'be-auth' as BeadId, files: ['src/auth/session.ts', 'README.md'] },
  { agent: slit, bead: 'be-limit' as BeadId, files: ['src/limit.ts'] },
];

const titled = (title: string, more = {}) => bead({ id: 'be-new', title, ...more });

test('a bead collides with whoever changes a file that its texts name', () => {
  const of = (title: string): string | undefined => wouldCollide(titled(title), { touched })?.agent;
  assert.equal(of('Split src/auth/session.ts in two'), nux);
  assert.equal(of('Rename `session.ts`, please.'), nux);
  assert.equal(of('Tidy src/auth/ up'), nux);
  assert.equal(of('Tidy ./src/auth'), nux);
  assert.equal(of('Correct "limit.ts".'), slit);
  assert.equal(of('Make sessions shorter, e.g. one hour'), undefined);
  assert.equal(of('Rewrite imit.ts and src/aut'), undefined);
  assert.deepEqual(
    wouldCollide(titled('x', { description: 'See README.md\nand src/auth/session.ts' }), { touched }),
    {
      agent: nux,
      bead: 'be-auth',
      files: ['src/auth/session.ts', 'README.md'],
    },
  );
});

test('its own work is in nobody’s way, and files of an earlier conflict count', () => {
  const own = bead({ id: 'be-auth', title: 'Split src/auth/session.ts' });
  assert.equal(wouldCollide(own, { touched }), undefined);
  assert.equal(wouldCollide(titled('Go on'), { touched }, ['src/limit.ts'])?.agent, slit);
  assert.equal(wouldCollide(titled('Go on'), { touched: [] }, ['src/limit.ts']), undefined);
});

test('words of hostile texts are only compared', () => {
  const hostile = titled('$(touch /tmp/pwn) `rm -rf ../../..` %PATH% a\\b.c', { notes: '../'.repeat(2000) });
  assert.deepEqual(namedFiles(hostile), ['tmp/pwn', 'a/b.c']);
  assert.equal(wouldCollide(hostile, { touched }), undefined);
});

test('an agent is told the others, and the target as none', () => {
  const since = '2026-05-01T12:00:00.000Z' as Timestamp;
  const collisions = [
    { agents: [nux], files: ['a'], since },
    { agents: [nux, slit], files: ['b'], since },
  ] as const;
  assert.deepEqual(collisionsWith(nux, collisions), [
    { other: undefined, files: ['a'] },
    { other: slit, files: ['b'] },
  ]);
  assert.deepEqual(collisionsWith(slit, collisions), [{ other: nux, files: ['b'] }]);
});
