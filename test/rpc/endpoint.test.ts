import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import { makeEndpoint, maxEndpointBytes } from '../../server/rpc/endpoint.ts';
import { temporaryFolder } from './place.ts';

test('the endpoint lies in a folder of this user alone, one for each town', (t) => {
  const runtime = temporaryFolder(t);
  const endpoint = makeEndpoint('/home/me/gt', { XDG_RUNTIME_DIR: runtime });
  assert.match(endpoint, new RegExp(`^${runtime}/gastown/gt-[0-9a-f]{8}\\.sock$`));
  assert.equal(statSync(join(runtime, 'gastown')).mode & 0o777, 0o700);
  assert.equal(makeEndpoint('/home/me/gt/', { XDG_RUNTIME_DIR: runtime }), endpoint);
  assert.notEqual(makeEndpoint('/home/me/other', { XDG_RUNTIME_DIR: runtime }), endpoint);
});

test('what an earlier owner left there is removed', (t) => {
  const runtime = temporaryFolder(t);
  const endpoint = makeEndpoint('/gt', { XDG_RUNTIME_DIR: runtime });
  writeFileSync(endpoint, '');
  makeEndpoint('/gt', { XDG_RUNTIME_DIR: runtime });
  assert.ok(!existsSync(endpoint));
});

test('without a runtime folder, or with one too far down, or not a folder of ours, it is a short one', (t) => {
  const folder = temporaryFolder(t);
  const far = join(folder, 'x'.repeat(100));
  const link = join(folder, 'link');
  mkdirSync(far);
  symlinkSync(far, link);
  for (const runtime of [undefined, '', 'relative', far, link, join(folder, 'absent')]) {
    const endpoint = makeEndpoint('/gt', { XDG_RUNTIME_DIR: runtime });
    assert.ok(Buffer.byteLength(endpoint) <= maxEndpointBytes, endpoint);
    assert.ok(!endpoint.startsWith(folder), `${endpoint} for ${runtime}`);
  }
});

test('a folder that is a link or open to others is refused', (t) => {
  const runtime = temporaryFolder(t);
  const elsewhere = temporaryFolder(t);
  symlinkSync(elsewhere, join(runtime, 'gastown'));
  refused(runtime, /is not a folder/);

  const open = temporaryFolder(t);
  mkdirSync(join(open, 'gastown'));
  chmodSync(join(open, 'gastown'), 0o755);
  refused(open, /is open to other users/);
});

function refused(runtime: string, why: RegExp): void {
  assert.throws(
    () => makeEndpoint('/gt', { XDG_RUNTIME_DIR: runtime }),
    (error) => {
      assert.ok(error instanceof Refusal);
      assert.match(error.message, why);
      assert.ok(error.message.includes(join(runtime, 'gastown')), 'with its path');
      return true;
    },
  );
}
