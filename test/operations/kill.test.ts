import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkpoints, killAtEach } from './killing.ts';
import { scenariosOf } from './scenarios.ts';

/** These are in files of their own, so that they run at once. */
const elsewhere: ReadonlySet<string> = new Set(
  'land pr remove restore start crew handoff session done'.split(' '),
);

test('every checkpoint is met in a scenario', () => {
  const steps = checkpoints();
  assert.ok(steps.length >= 20, steps.join());
  assert.deepEqual(
    steps.filter((step) => (scenariosOf[step.split(':')[0] ?? ''] ?? []).length === 0),
    [],
  );
});

describe('killed at', { concurrency: 4 }, () => {
  killAtEach(Object.keys(scenariosOf).filter((part) => !elsewhere.has(part)));
});
