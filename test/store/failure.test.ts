import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../../server/domain/refusal.ts';
import { openStore } from '../../server/store/store.ts';
import type { Store } from '../../server/store/store.ts';
import { bead, someDay } from '../support/beads.ts';
import { failingFiles, systemError } from '../support/failingFiles.ts';
import type { Fate, FileCall } from '../support/failingFiles.ts';
import { temporaryFolder } from '../support/folder.ts';

const failures: readonly {
  readonly what: string;
  readonly call: FileCall['name'];
  readonly outcome: Error | number;
}[] = [
  { what: 'a full disk', call: 'write', outcome: systemError('ENOSPC') },
  { what: 'a bad disk', call: 'write', outcome: systemError('EIO') },
  { what: 'a write that takes only some bytes', call: 'write', outcome: 20 },
  { what: 'a write that takes one byte less', call: 'write', outcome: -1 },
  { what: 'a sync that fails', call: 'sync', outcome: systemError('EIO') },
];

for (const { what, call, outcome } of failures) {
  test(`${what} takes back all that was built on it, and the town stays readable`, async (context) => {
    const directory = temporaryFolder(context);
    let fate: Fate = () => undefined;
    const store = await open(directory, (one) => fate(one));
    await put(store, 'kept');
    const whole = readFileSync(join(directory, 'journal-1.jsonl'));
    fate = ({ name }) => (name === call ? outcome : undefined);
    const batch = [
      put(store, 'first'),
      put(store, 'second'),
      store.transact({ verb: 'look', by: 'me' }, (draft) => draft.count('beadsOpen', '')),
    ];
    // Queued while that batch is written: built on it, so refused with it.
    await Promise.resolve();
    const next = put(store, 'third');
    for (const refused of [...batch, next, put(store, 'later')]) await assert.rejects(refused, isReadOnly);
    assert.match(store.readOnly ?? '', /journal could not be written/u);
    assert.deepEqual(ids(store), ['kept']);
    assert.equal(store.seq, 1);
    await assert.rejects(put(store, 'fourth'), isReadOnly);
    assert.deepEqual(
      readFileSync(join(directory, 'journal-1.jsonl')),
      whole,
      'cut to the last acknowledged byte',
    );
    await assert.rejects(store.writeSnapshot(), isReadOnly);
    fate = () => undefined;
    await store.close();

    const again = await open(directory);
    assert.deepEqual(ids(again), ['kept']);
    await put(again, 'fifth');
    assert.equal(again.seq, 2);
    await again.close();
    const last = await open(directory);
    assert.deepEqual(ids(last), ['fifth', 'kept']);
    await last.close();
  });
}

test('where even the cut fails, what is left behind is found as a torn entry', async (context) => {
  const directory = temporaryFolder(context);
  let isBroken = false;
  const store = await open(directory, ({ name }) => {
    if (!isBroken || name === 'close') return undefined;
    return name === 'write' ? 150 : systemError('EIO');
  });
  await put(store, 'kept');
  isBroken = true;
  await assert.rejects(put(store, 'lost'), isReadOnly);
  await store.close();
  const lines: string[] = [];
  const again = await open(directory, undefined, lines);
  assert.deepEqual(ids(again), ['kept']);
  assert.match(lines.join('\n'), /cut off 150 bytes/u);
  await again.close();
});

const unwritable: Readonly<Record<string, Fate>> = {
  EROFS: ({ name, flags }) => (name === 'open' && flags !== 'r' ? systemError('EROFS') : undefined),
  EIO: ({ name }) => (name === 'sync' ? systemError('EIO') : undefined),
};

for (const [code, fate] of Object.entries(unwritable)) {
  test(`on a disk that cannot be written (${code}) the town opens read-only`, async (context) => {
    const directory = temporaryFolder(context);
    const filled = await open(directory);
    await put(filled, 'kept');
    await filled.close();
    const store = await open(directory, fate);
    assert.match(store.readOnly ?? '', new RegExp(code, 'u'));
    assert.deepEqual(ids(store), ['kept']);
    await assert.rejects(put(store, 'more'), isReadOnly);
    await store.close();
  });
}

test('what is queued while a sync is in flight goes out in one write and one sync, and counts only after it', async (context) => {
  const calls: string[] = [];
  const seen: number[] = [];
  let fate: Fate = () => undefined;
  const store = await open(temporaryFolder(context), (call) => fate(call));
  fate = ({ name }) => {
    calls.push(name);
    seen.push(ids(store).length);
    return undefined;
  };
  const first = put(store, 'first');
  // In a microtask the first write begins.
  await Promise.resolve();
  const others = Array.from({ length: 50 }, (_, at) => put(store, `other-${at}`));
  await first;
  assert.equal(store.seq, 1);
  await Promise.all(others);
  assert.deepEqual(calls, ['write', 'sync', 'write', 'sync']);
  assert.deepEqual(seen, [0, 0, 1, 1], 'nothing is seen before its sync');
  assert.equal(store.seq, 51);
  fate = () => undefined;
  await store.close();
});

const program = fileURLToPath(new URL('limitedWriter.ts', import.meta.url));
const limiters = ['/usr/bin/prlimit', '/bin/sh'].filter((path) => existsSync(path));

test(
  'a file-size limit of the system cuts a write short: refused, readable, clean after',
  { skip: limiters.length === 0 },
  async (context) => {
    const directory = temporaryFolder(context);
    const command = [process.execPath, program, directory];
    const argv =
      limiters[0] === '/bin/sh'
        ? ['/bin/sh', '-c', 'ulimit -f 40; exec "$@"', 'sh', ...command]
        : ['/usr/bin/prlimit', '--fsize=20000', ...command];
    const ran = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
    const said = JSON.parse(ran.stdout) as {
      acknowledged: string[];
      code: string;
      message: string;
      readable: string[];
    };
    assert.equal(said.code, 'read-only');
    assert.match(said.message, /bytes could be written|EFBIG/u);
    assert.ok(said.acknowledged.length > 10, ran.stdout);
    assert.deepEqual(said.readable, said.acknowledged.toSorted());
    const again = await open(directory);
    assert.deepEqual(ids(again), said.readable);
    await put(again, 'after');
    assert.equal(again.seq, said.acknowledged.length + 1);
    await again.close();
  },
);

function open(directory: string, fate: Fate = () => undefined, lines: string[] = []): Promise<Store> {
  return openStore({
    directory,
    now: () => new Date(someDay),
    files: failingFiles(fate),
    log: (line) => lines.push(line),
  });
}

function put(store: Store, id: string): Promise<unknown> {
  return store.transact({ verb: 'bead/create', by: 'me' }, (draft) => draft.put('beads', bead({ id })));
}

function ids(store: Store): string[] {
  return Array.from(store.view.all('beads'), ({ id }) => id);
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'read-only';
}
