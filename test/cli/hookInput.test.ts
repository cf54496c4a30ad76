import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { hookInput, readHookInput } from '../../server/cli/hookInput.ts';

/** Far beyond what a test takes: whatever settles earlier did so for another reason. */
const never = 10_000_000;

function streamOf(...chunks: readonly (string | Buffer)[]): PassThrough {
  const stream = new PassThrough();
  for (const chunk of chunks) stream.write(chunk);
  return stream;
}

test('what runtimes say: session, source, event, and that they go on already', () => {
  assert.deepEqual(
    hookInput('{"session_id":"8b2e-1","source":"compact","hook_event_name":"SessionStart","prompt":"x"}'),
    { session: '8b2e-1', source: 'compact', event: 'SessionStart' },
  );
  assert.deepEqual(hookInput('{"sessionId":"a","source":"new","stopHookActive":true}'), {
    session: 'a',
    again: true,
  });
  assert.deepEqual(hookInput('{"thread-id":"t","stop_hook_active":false}'), { session: 't' });
});

test('what is no word of a session is left out', () => {
  const hostile = { session_id: '$(id)\n', source: 'x', hook_event_name: '"},{', stop_hook_active: 'true' };
  assert.deepEqual(hookInput(JSON.stringify(hostile)), {});
  assert.deepEqual(hookInput('{"session_id":"--resume"}'), {});
  for (const garbage of ['', 'null', '[]', '"text"', '{', 'not json', '\u0000']) {
    assert.equal(hookInput(garbage), undefined, garbage);
  }
});

describe('reading it', () => {
  test('is done as soon as it is whole, though nobody closes the pipe', async () => {
    const stream = streamOf('{"session_id":', '"a","prompt":"}', '{}"}\n');
    assert.deepEqual(await readHookInput(stream, never), { session: 'a' });
    assert.ok(stream.destroyed);
  });

  test('is done at the end, with garbage as well as with nothing', async () => {
    for (const text of ['garbage', '{"session_id":']) {
      const stream = streamOf(text);
      stream.end();
      assert.deepEqual(await readHookInput(stream, never), {});
    }
    const empty = new PassThrough();
    empty.end();
    assert.deepEqual(await readHookInput(empty, never), {});
  });

  test('ends after the deadline where nothing comes', async () => {
    assert.deepEqual(await readHookInput(new PassThrough(), 1), {});
  });

  test('gives up on what is too much, without waiting for its end', async () => {
    const stream = streamOf('{"session_id":"a","prompt":"');
    const read = readHookInput(stream, never);
    for (let megabyte = 0; megabyte < 9; megabyte += 1) stream.write(Buffer.alloc(1024 * 1024, 'x'));
    assert.deepEqual(await read, {});
  });

  test('takes a large prompt', async () => {
    const stream = streamOf(JSON.stringify({ session_id: 'a', prompt: 'x'.repeat(2_000_000) }));
    assert.deepEqual(await readHookInput(stream, never), { session: 'a' });
  });

  test('does not wait on a terminal, nor after a broken pipe', async () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    assert.deepEqual(await readHookInput(terminal, never), {});
    const broken = new PassThrough();
    const read = readHookInput(broken, never);
    broken.destroy(new Error('EPIPE'));
    assert.deepEqual(await read, {});
  });
});
