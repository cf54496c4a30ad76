import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doctorLines } from '../../server/cli/text/runtimeDoctor.ts';
import type { RuntimeHealth } from '../../server/protocol/runtimeDoctor.ts';

test('who is told to look below finds something there, though no rig uses the runtime', () => {
  const own: RuntimeHealth = {
    name: 'script',
    label: 'Our script',
    rigs: [],
    ready: true,
    findings: [
      { about: 'program', state: 'ok', evidence: 'It needs no program of its own.' },
      { about: 'approval', state: 'warning', evidence: 'It asks at every step.' },
    ],
  };
  const missing: RuntimeHealth = {
    ...own,
    name: 'codex',
    label: 'Codex',
    ready: false,
    findings: [{ about: 'program', state: 'problem', evidence: 'There is no codex.' }],
  };
  const look = { width: 80, color: false, now: 0 };
  const text = doctorLines({ runtimes: [own, missing], machine: [], ready: true }, look).join('\n');
  assert.match(text, /script +look below/);
  assert.match(text, /Our script\n.*warning.*It asks at every step/);
  assert.doesNotMatch(text, /There is no codex/);
});
