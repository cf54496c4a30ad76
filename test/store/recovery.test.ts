import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import { openStore } from '../../server/store/store.ts';
import type { Store } from '../../server/store/store.ts';
import { bead, someDay } from '../support/beads.ts';
import { temporaryFolder } from '../support/folder.ts';

const torn = ['{"seq":4,"at":"20', '{"seq":4}', '\0'.repeat(5000), `{"seq":4,"by":"${'x'.repeat(3_000_000)}`];

for (const tail of torn) {
  test(`an unfinished last line (${JSON.stringify(tail.slice(0, 20))}, ${tail.length} bytes) is cut off, and said`, async (context) => {
    const directory = await townOf(temporaryFolder(context), 3);
    const journal = join(directory, 'journal-1.jsonl');
    const whole = readFileSync(journal);
    appendFileSync(journal, tail);

    const lines: string[] = [];
    const reader = await open(directory, { readOnly: true }, lines);
    assert.deepEqual(ids(reader), ['b-1', 'b-2', 'b-3']);
    await reader.close();
    assert.equal(readFileSync(journal).length, whole.length + tail.length, 'who only reads does not mend');

    const store = await open(directory, {}, lines);
    assert.match(lines.join('\n'), new RegExp(`journal-1.jsonl: cut off ${tail.length} bytes`, 'u'));
    assert.deepEqual(readFileSync(journal), whole);
    await put(store, 'b-4');
    await store.close();
    assert.deepEqual(await idsIn(directory), ['b-1', 'b-2', 'b-3', 'b-4']);
  });
}

test('wherever a crash cuts the journal, all entries before the cut are there', async (context) => {
  const directory = await townOf(temporaryFolder(context), 3);
  const journal = join(directory, 'journal-1.jsonl');
  const whole = readFileSync(journal);
  for (let length = whole.length; length >= 0; length -= 7) {
    writeFileSync(journal, whole.subarray(0, length));
    const entries = Math.max(0, whole.subarray(0, length).toString().split('\n').length - 2);
    const store = await open(directory);
    assert.equal(store.seq, entries, `cut to ${length} bytes`);
    await put(store, 'next');
    await store.close();
    assert.equal((await idsIn(directory)).length, entries + 1, `cut to ${length} bytes, then written`);
  }
});

const damages: Readonly<Record<string, (text: string) => string>> = {
  'a flipped letter inside a title': (text) => text.replace('Bead b-2', 'Bead b_2'),
  'a line that is no JSON': (text) => text.replace(/\n\{"seq":2[^\n]*/u, '\nnonsense'),
  'a missing line': (text) => text.replace(/\n\{"seq":2[^\n]*/u, ''),
  'a line that is there twice': (text) => text.replace(/(\n\{"seq":2[^\n]*)/u, '$1$1'),
  'an empty line': (text) => text.replace('\n{"seq":2', '\n\n{"seq":2'),
  'a last line that is whole but wrong': (text) => text.replace(/"seq":3/u, '"seq":9'),
  'a wrong first line': (text) => text.replace(/^[^\n]*/u, '{}'),
};

for (const [what, damage] of Object.entries(damages)) {
  test(`${what} is damage: it does not start, names file and line, and changes nothing`, async (context) => {
    const directory = await townOf(temporaryFolder(context), 3);
    const journal = join(directory, 'journal-1.jsonl');
    const whole = readFileSync(journal, 'utf8');
    const damaged = damage(whole);
    assert.notEqual(damaged, whole);
    writeFileSync(journal, damaged);
    const line = damaged.split('\n').findIndex((text, at) => text !== whole.split('\n')[at]) + 1;
    await assert.rejects(open(directory), (error) => isDamage(error, journal, line));
    assert.equal(readFileSync(journal, 'utf8'), damaged);
  });
}

test('a segment that is missing, torn or out of place is damage', async (context) => {
  const folder = temporaryFolder(context);
  const breaks: Readonly<Record<string, (directory: string) => void>> = {
    first: (directory) => rmSync(join(directory, 'journal-1.jsonl')),
    middle: (directory) => rmSync(join(directory, 'journal-3.jsonl')),
    torn: (directory) =>
      truncateSync(
        join(directory, 'journal-3.jsonl'),
        readFileSync(join(directory, 'journal-3.jsonl')).length - 5,
      ),
    'with a tail': (directory) => appendFileSync(join(directory, 'journal-3.jsonl'), '{"seq"'),
    'cut short': (directory) =>
      writeFileSync(
        join(directory, 'journal-3.jsonl'),
        readFileSync(join(directory, 'journal-3.jsonl'), 'utf8').replace(/\{"seq":4[^\n]*\n/u, ''),
      ),
  };
  for (const [name, spoil] of Object.entries(breaks)) {
    const directory = await townOf(join(folder, name), 6, 2);
    assert.deepEqual(segments(directory), [
      'journal-1.jsonl',
      'journal-3.jsonl',
      'journal-5.jsonl',
      'journal-7.jsonl',
    ]);
    spoil(directory);
    await assert.rejects(
      open(directory),
      (error) => error instanceof Refusal && error.code === 'unavailable',
      name,
    );
  }
});

test('a segment begun by a crash, with nothing in it, is begun again', async (context) => {
  for (const beginning of ['', '{"schemaVersion":1,"fi']) {
    const directory = await townOf(temporaryFolder(context), 3);
    writeFileSync(join(directory, 'journal-4.jsonl'), beginning);
    const store = await open(directory);
    await put(store, 'b-4');
    await store.close();
    assert.deepEqual(await idsIn(directory), ['b-1', 'b-2', 'b-3', 'b-4']);
  }
});

test('a journal or a snapshot of a newer product opens read-only', async (context) => {
  for (const name of ['journal-1.jsonl', 'snapshot.jsonl']) {
    const directory = await townOf(temporaryFolder(context), 2);
    const before = await open(directory);
    await before.writeSnapshot();
    await before.close();
    if (name === 'snapshot.jsonl') rewriteHead(join(directory, name));
    else {
      rmSync(join(directory, 'snapshot.jsonl'));
      writeFileSync(
        join(directory, name),
        readFileSync(join(directory, name), 'utf8').replace('"schemaVersion":1', '"schemaVersion":2'),
      );
    }
    const store = await open(directory);
    assert.match(store.readOnly ?? '', /newer version/u, name);
    assert.deepEqual(ids(store), ['b-1', 'b-2']);
    await assert.rejects(
      put(store, 'b-3'),
      (error) => error instanceof Refusal && error.code === 'read-only',
    );
    await store.close();
  }
});

test('there is no town where there is no folder', async (context) => {
  const directory = join(temporaryFolder(context), 'nowhere');
  await assert.rejects(
    open(directory, { readOnly: true }),
    (error) => error instanceof Refusal && error.code === 'not-found',
  );
});

interface Changed {
  readonly readOnly?: boolean;
  readonly segmentBytes?: number;
}

function open(directory: string, changed: Changed = {}, lines: string[] = []): Promise<Store> {
  return openStore({ directory, now: () => new Date(someDay), log: (line) => lines.push(line), ...changed });
}

/** A town of some beads, each put by itself; a new segment after every so many. */
async function townOf(directory: string, beads: number, perSegment = beads + 1): Promise<string> {
  for (let made = 0; made < beads;) {
    const store = await open(directory);
    for (let inSegment = 0; inSegment < perSegment && made < beads; inSegment++)
      await put(store, `b-${++made}`);
    if (perSegment <= beads) await store.writeSnapshot();
    await store.close();
  }
  for (const name of readdirSync(directory)) if (name.startsWith('snapshot')) rmSync(join(directory, name));
  return directory;
}

function put(store: Store, id: string): Promise<unknown> {
  return store.transact({ verb: 'bead/create', by: 'me' }, (draft) => draft.put('beads', bead({ id })));
}

function ids(store: Store): string[] {
  return Array.from(store.view.all('beads'), ({ id }) => id);
}

async function idsIn(directory: string): Promise<string[]> {
  const store = await open(directory);
  const found = ids(store);
  await store.close();
  return found;
}

function segments(directory: string): string[] {
  return readdirSync(directory).filter((name) => name.startsWith('journal'));
}

function isDamage(error: unknown, path: string, line: number): boolean {
  assert.ok(error instanceof Refusal);
  assert.equal(error.code, 'unavailable');
  assert.ok(error.message.includes(`${path} is damaged at line ${line}`), error.message);
  assert.deepEqual(error.details.facts, { file: path, line });
  return true;
}

function rewriteHead(path: string): void {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -2);
  const text = `${[lines[0]?.replace('"schemaVersion":1', '"schemaVersion":2'), ...lines.slice(1)].join('\n')}\n`;
  writeFileSync(path, `${text}${JSON.stringify({ sum: createHash('sha256').update(text).digest('hex') })}\n`);
}
