import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GateOutcome, gateWords, rejects, settingGates } from '../../server/domain/gate.ts';
import type { Sha, Timestamp } from '../../server/domain/ids.ts';
import { parseRigSetting, withRigChange } from '../../server/domain/settings.ts';
import { refusedBy, rig } from './support.ts';

function configured(...lines: readonly string[]): ReturnType<typeof settingGates> {
  let [, now] = rig('backend', 'be');
  for (const line of lines) {
    const [key = '', ...words] = line.split(' ');
    now = withRigChange(now, parseRigSetting(key, words));
  }
  return settingGates(now.settings);
}

test('gates are set, changed and taken away by their names; check is the first', () => {
  const gates = configured(
    'gate.types npx tsc --noEmit',
    'gate.types.timeout 300',
    'gate.types.phase after',
    'gate.lint npx oxlint',
    'gate.lint.onFail warn',
    'gate.lint.retries 0',
    'gate.gone make',
    'gate.gone none',
    'check npm test',
    'gate.check.timeout 60',
  );
  assert.deepEqual(
    gates.map(({ name, phase, timeoutMs, onFail, retries }) => [name, phase, timeoutMs, onFail, retries]),
    [
      ['check', 'before', 60_000, 'reject', 1],
      ['lint', 'before', 1_800_000, 'warn', 0],
      ['types', 'after', 300_000, 'reject', 1],
    ],
  );
  assert.deepEqual(gates[0]?.command, ['npm', 'test']);
  assert.deepEqual(configured('gate.check npm test', 'gate.check none'), []);
});

test('what is no gate is refused, and so is a part of one that is not there', () => {
  for (const line of [
    'gate.A..b x',
    'gate. x',
    'gate.x.colour red',
    'gate.none.timeout 5',
    'gate.x.phase now',
  ])
    assert.equal(refusedBy(() => configured(line)).code, 'invalid', line);
});

test('an outcome says what happened, and how many tries it took', () => {
  const outcome: GateOutcome = {
    name: 'unit',
    phase: 'before',
    outcome: 'passed',
    code: 0,
    ms: 4000,
    tries: 1,
    output: [],
    onFail: 'reject',
    at: '2026-11-26T08:00:00.000Z' as Timestamp,
    on: 'a'.repeat(40) as Sha,
  };
  const words = (more: Partial<GateOutcome>): string => gateWords({ ...outcome, ...more });
  assert.equal(words({}), 'passed');
  assert.equal(words({ tries: 2 }), 'passed at the second try');
  assert.equal(words({ outcome: 'failed', code: 3 }), 'failed with exit code 3');
  assert.equal(words({ outcome: 'failed', code: 3, tries: 2 }), 'failed twice, with exit code 3');
  assert.equal(words({ outcome: 'timed-out' }), 'was ended after 4 s');
  assert.ok(rejects({ ...outcome, outcome: 'failed' }));
  assert.ok(!rejects({ ...outcome, outcome: 'failed', onFail: 'warn' }));
});
