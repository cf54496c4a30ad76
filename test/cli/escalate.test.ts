import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Escalation } from '../../server/domain/escalation.ts';
import { before } from './samples.ts';
import { gt, lines } from './support.ts';

function escalation(fields: Partial<Escalation> = {}): Escalation {
  return {
    id: 'es-1',
    state: 'open',
    severity: 'high',
    originalSeverity: 'medium',
    description: 'The \u001B[31mkey\u001B[0m has expired',
    by: 'backend/nux',
    bead: 'be-auth',
    reason: 'every test fails\nsince noon',
    createdAt: before(300),
    raised: 1,
    raisedAt: before(60),
    ...fields,
  } as Escalation;
}

test('the flags of other towns are taken as they are written', async () => {
  const words = 'escalate The key -s HIGH -r why --source patrol --related be-auth --dry-run'.split(' ');
  const said = await gt(words, { 'escalation/create': escalation() });
  assert.deepEqual(said.asked[0]?.params, {
    description: 'The key',
    severity: 'high',
    reason: 'why',
    source: 'patrol',
    bead: 'be-auth',
    dryRun: true,
  });
  assert.equal(said.stdout, 'Would escalate (high): The key has expired\n');
  for (const wrong of [
    ['escalate'],
    ['escalate', 'x', '-s', 'awful'],
    ['escalate', 'x', '-r', 'y', '--stdin'],
  ])
    assert.equal((await gt(wrong)).code, 2, wrong.join(' '));
});

test('list, show, ack and close, on 80 columns', async () => {
  const list = await gt(['escalate', 'list'], { 'escalation/list': [escalation()] });
  assert.equal(
    list.stdout,
    lines(`
      ESCALATION  SEVERITY  STATE  BY           RAISED   WHAT
      es-1        high      open   backend/nux  5 h ago  The key has expired
    `),
  );
  const show = await gt(['escalate', 'show', 'es-1'], { 'escalation/get': escalation() });
  assert.equal(
    show.stdout,
    lines(`
      Escalation es-1
        What:      The key has expired
        Severity:  high, raised as medium, once again
        State:     open
        By:        backend/nux, 5 h ago
        Bead:      be-auth
        | every test fails
        | since noon
    `),
  );
  const ack = await gt(['escalate', 'ack', 'es-1'], { 'escalation/acknowledge': escalation() });
  assert.equal(ack.stdout, 'Took es-1: The key has expired\nNext: gt escalate close es-1 --reason TEXT\n');
  const close = await gt(['escalate', 'close', 'es-1', '--reason', 'done', '--json'], {
    'escalation/close': escalation({ state: 'closed' }),
  });
  assert.deepEqual(close.asked[0]?.params, { escalation: 'es-1', reason: 'done' });
  assert.equal((JSON.parse(close.stdout) as Escalation).state, 'closed');
  const stale = await gt(['escalate', 'stale', '-n'], { 'escalation/list': [] });
  assert.deepEqual([stale.asked[0]?.params, stale.stdout], [{ stale: true }, 'Nothing waits too long.\n']);
});
