import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuntimePreset } from '../../server/domain/runtime.ts';
import { completePreset } from '../../server/protocol/preset.ts';
import { describeVerdict, readFailure } from '../../server/runtimes/failures.ts';
import { readOutputLine, sessionIdIn } from '../../server/runtimes/output.ts';
import { findPreset } from '../../server/runtimes/presets.ts';
import { faultRuns } from './faultRuns.ts';

const preset = (name: string): RuntimePreset => findPreset(name, []) ?? assert.fail(name);

for (const { what, runtime, exit, lines, verdict, evidence, resets } of faultRuns) {
  test(`${runtime}, ${what}: ${verdict}`, () => {
    const failure = readFailure(preset(runtime), exit, lines);
    assert.equal(failure?.verdict, verdict);
    assert.ok(failure.evidence.includes(evidence), failure.evidence);
    assert.equal(failure.resets, resets);
    assert.match(failure.advice, /\w/);
  });
}

test('without a known sign there is no verdict', () => {
  assert.equal(readFailure(preset('claude'), { code: 1 }, []), undefined);
  assert.equal(
    readFailure(preset('claude'), { code: 1 }, ['out of memory', '{"type":"x"}', '{no json']),
    undefined,
  );
});

test('a limit that its model got over is no failure', () => {
  const retry = '{"type":"system","subtype":"api_retry","error_status":429,"error":"rate_limit"}';
  const went = '{"type":"user","message":{"content":[{"type":"tool_result","content":"ok"}]}}';
  assert.equal(readFailure(preset('claude'), { code: 0 }, [retry, went]), undefined);
  assert.equal(readFailure(preset('claude'), { code: 0 }, [went, retry])?.verdict, 'rate-limit');
});

test('a bead about rate limits is no rate limit', () => {
  const said = [
    '{"type":"message","role":"user","content":"Answer rate_limit_error with 429 Too Many Requests"}',
    '{"type":"tool_use","command":"grep -r 429 too many requests"}',
  ];
  assert.equal(readFailure(preset('gemini'), { code: 0 }, said), undefined);
});

test('plain text counts at the end of a log only, with the stack of an error; what tools lack counts anywhere', () => {
  const own = completePreset({ id: 'own', command: 'own' }, undefined);
  const wrote = Array.from({ length: 900 }, (_, at) => `wrote file ${at}`);
  const stack = Array.from({ length: 30 }, (_, at) => `    at step${at} (cli.js:${at}:1)`);
  const after = (line: string, ...more: string[]): string | undefined =>
    readFailure(own, { code: 1 }, [line, ...more])?.verdict;
  assert.equal(after('FAIL expected "rate limit exceeded"', ...wrote, 'Segmentation fault'), undefined);
  assert.equal(after('FAIL authentication failed', ...wrote, 'Segmentation fault'), undefined);
  assert.equal(after('Error: rate limit exceeded', ...stack, '', 'Node.js v22'), 'rate-limit');
  assert.equal(after('sh: gt: command not found', ...wrote), 'missing-tool');
  const amp = [...wrote, 'Authentication failed'];
  assert.equal(readFailure(preset('amp'), { code: 1 }, amp)?.verdict, 'sign-in');
});

test("a preset's own sign goes before the common ones, a later line before an earlier one", () => {
  const own = completePreset(
    {
      id: 'own',
      command: 'own',
      failures: [
        { verdict: 'quota', text: 'rate_limit_error', advice: 'Own advice.' },
        { verdict: 'sign-in', codes: [3], text: 'key', advice: 'Only with both.' },
      ],
    },
    undefined,
  );
  assert.equal(readFailure(own, { code: 1 }, ['rate_limit_error'])?.advice, 'Own advice.');
  assert.equal(readFailure(own, { code: 1 }, ['bad key']), undefined);
  assert.equal(readFailure(own, { code: 3 }, ['bad key'])?.advice, 'Only with both.');
  const later = readFailure(own, { code: 1 }, ['rate_limit_error', '401 Unauthorized']);
  assert.equal(later?.verdict, 'sign-in');
});

test('what a failure means is said in words for people', () => {
  assert.equal(describeVerdict('quota'), 'Quota used up');
});

test('the time of a reset is taken from what programs say, and from nothing without a number', () => {
  const resetOf = (text: string) =>
    readFailure(preset('codex'), { code: 1 }, [`usage limit: ${text}`])?.resets;
  assert.equal(resetOf('resets at 5:31 PM.'), 'at 5:31 PM');
  assert.equal(resetOf('Your quota will reset after 5h12m3s.'), 'after 5h12m3s');
  assert.equal(resetOf('Please try again in 20 minutes; or upgrade'), 'in 20 minutes');
  assert.equal(resetOf('Please try again later.'), undefined);
});

test("the runtime's own id is read from the first line that has it, and taken only where it is plain", () => {
  const codex = preset('codex');
  const line = '{"type":"thread.started","thread_id":"01a217ae-026b-7c71-b6e4-a58ab75a2599"}';
  assert.equal(
    sessionIdIn(codex, ['noise', line, '{"thread_id":"other"}']),
    '01a217ae-026b-7c71-b6e4-a58ab75a2599',
  );
  assert.deepEqual(readOutputLine(codex, '{"thread_id":"--last"}'), {});
  assert.deepEqual(readOutputLine(codex, '{"thread_id":"a b; rm"}'), {});
  assert.equal(sessionIdIn(preset('opencode'), ['{"type":"error","sessionID":"ses_de85"}']), 'ses_de85');
  // Chosen by us: what the output says is not looked at.
  assert.equal(sessionIdIn(preset('claude'), ['{"session_id":"x"}']), undefined);
});

test('one line of output: an answer, a failure in its own words, or nothing', () => {
  const codex = preset('codex');
  assert.deepEqual(readOutputLine(codex, '{"type":"turn.completed"}'), { answered: true });
  assert.deepEqual(readOutputLine(codex, '{"type":"error","message":"no"}'), { failure: 'no' });
  for (const line of ['', 'text', '[1]', '{"type":"turn.started"}', '{"type":']) {
    assert.deepEqual(readOutputLine(codex, line), {}, line);
  }
});
