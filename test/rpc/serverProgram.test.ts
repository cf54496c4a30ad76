import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runServerProgram } from '../../server/rpc/serverProgram.ts';
import { temporaryFolder } from './place.ts';

test('a program that is stopped is asked to end, and its last words are heard', async (t) => {
  const program = join(temporaryFolder(t), 'program.cjs');
  writeFileSync(
    program,
    `const go = setInterval(() => {}, 1000);
     process.on('SIGTERM', () => { clearInterval(go); console.log('cleaned up'); process.exitCode = 3; });
     console.log('there');`,
  );
  const stop = new AbortController();
  const lines: string[] = [];
  const end = await runServerProgram({
    program,
    args: [],
    stop: stop.signal,
    onLine: (line) => {
      lines.push(line);
      if (line === 'there') stop.abort();
    },
  });
  assert.deepEqual([lines, end.code], [['there', 'cleaned up'], 3]);
});
