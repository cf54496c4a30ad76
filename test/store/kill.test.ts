import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { openStore } from '../../server/store/store.ts';
import { temporaryFolder } from '../support/folder.ts';
import { randomOf } from '../support/random.ts';

const rounds = 200;
const towns = 4;

test(
  'two hundred times kill -9 of a writer: nothing acknowledged is lost, nothing is there twice',
  { timeout: 300_000 },
  async (context) => {
    const program = await bundled(temporaryFolder(context));
    const lanes = Array.from({ length: towns }, async (_, lane) => {
      const directory = temporaryFolder(context);
      const random = randomOf(lane);
      const acknowledged = new Map<string, number>();
      let largest = 0;
      for (let round = lane; round < rounds; round += towns) {
        const before = acknowledged.size;
        const child = spawn(process.execPath, [program, directory, `${round}`], {
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        await killAfter(child, random.below(60), acknowledged);
        largest = Math.max(largest, acknowledged.size - before);
        await assertNothingLost(directory, acknowledged, `round ${round}`);
      }
      assert.ok(largest > 10, `the writers wrote: at most ${largest} in a round`);
    });
    await Promise.all(lanes);
  },
);

/** In one file, since starting many files two hundred times takes most of the time. */
async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'killedWriter.mjs');
  const entryPoints = [fileURLToPath(new URL('killedWriter.ts', import.meta.url))];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return outfile;
}

/** The kill comes as soon as that many acknowledgements have come, so it meets a write, a sync, a snapshot or a turn. */
async function killAfter(
  child: ChildProcessByStdio<null, Readable, Readable>,
  enough: number,
  acknowledged: Map<string, number>,
): Promise<void> {
  let said = '';
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length - 2 >= enough) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL', complaints);
  for (const line of said.split('\n').slice(1, -1)) {
    const [seq, id = ''] = line.split(' ');
    acknowledged.set(id, Number(seq));
  }
}

async function assertNothingLost(
  directory: string,
  acknowledged: ReadonlyMap<string, number>,
  what: string,
): Promise<void> {
  const store = await openStore({ directory, now: () => new Date() });
  const numbers = new Map<string, number>();
  let next = 1;
  for await (const { seq, subject = '' } of store.read(1)) {
    assert.equal(seq, next++, what);
    assert.ok(!numbers.has(subject), `${what}: ${subject} is in the journal twice`);
    numbers.set(subject, seq);
  }
  for (const [id, seq] of acknowledged) {
    assert.equal(numbers.get(id), seq, `${what}: ${id} was acknowledged as ${seq}`);
    assert.ok(store.view.get('beads', id), `${what}: ${id} was acknowledged`);
  }
  const beads = [...store.view.all('beads')].length;
  const counted = Number(store.view.get('beads', 'count')?.notes ?? '0');
  assert.deepEqual(
    { counted, entries: store.seq },
    { counted: Math.max(0, beads - 1), entries: counted },
    what,
  );
  await store.close();
}
