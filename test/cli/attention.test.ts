import assert from 'node:assert/strict';
import { test } from 'node:test';
import { before, sampleAttention } from './samples.ts';
import { gt, lines } from './support.ts';

test('each row has who, why and what to do, on 80 columns', async () => {
  const items = [
    sampleAttention({
      kind: 'escalation',
      subject: 'es-1x',
      state: 'critical',
      severity: 'critical',
      reason: `The \u001B[31mkeys\u001B[0m of the service have run out, and ${'everything '.repeat(6)}waits`,
      action: { command: 'gt escalate ack es-1x', verb: 'acknowledge' },
    }),
    sampleAttention(),
    sampleAttention({
      kind: 'mergeRequest',
      subject: 'fe-login',
      agent: 'frontend/nux',
      bead: 'fe-login',
      state: 'submitted',
      severity: 'low',
      since: before(6),
      reason: 'fe-login is submitted and waits for your review.',
      action: { command: 'gt mq show fe-login', verb: 'review' },
    }),
  ];
  const said = await gt(['attention'], { 'attention/list': { items } });
  assert.equal(said.code, 0);
  assert.equal(
    said.stdout,
    lines(`
      3 need you
      es-1x · backend/nux · be-auth  escalated · critical  2 m ago
        The keys of the service have run out, and everything everything everything
        everything everything everything waits
        $ gt escalate ack es-1x
      backend/nux · be-auth  needs-you · high  2 m ago
        per user or per key?
        $ gt session attach backend/nux
      fe-login · frontend/nux  submitted  6 m ago
        fe-login is submitted and waits for your review.
        $ gt mq show fe-login
    `),
  );
  const none = await gt(['attention', '--rig', 'backend'], { 'attention/list': { items: [] } });
  assert.deepEqual(
    [none.code, none.stdout, none.asked[0]?.params],
    [0, 'Nothing needs you.\n', { rig: 'backend' }],
  );
});
