import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOutput } from '../../server/cli/output.ts';
import { liveProgress } from '../../server/cli/text/demo.ts';

const escape = String.fromCharCode(27);

/** What is on the screen after all that was written, of a terminal that knows `up N lines` and `erase what follows`. */
function screen(written: string): string[] {
  const shown: string[] = [];
  let at = 0;
  for (const part of written.split(new RegExp(`(${escape}\\[\\d+A|${escape}\\[J|\n)`))) {
    const up = /\[(\d+)A$/.exec(part)?.[1];
    if (up !== undefined) at -= Number(up);
    else if (part.endsWith('[J')) shown.length = at;
    else if (part === '\n') at += 1;
    else if (part !== '') shown[at] = part;
  }
  return shown;
}

test('on a terminal the steps scroll by, and the table below them is drawn in its place', () => {
  let written = '';
  const stream = () => ({
    write: (text: string) => (written += text),
    on: () => {},
    isTTY: true,
    columns: 80,
  });
  const progress = liveProgress(openOutput(stream, stream, { environment: { NO_COLOR: '1' }, now: 0 }));
  const row = (id: string, state: string, commit = ''): void =>
    progress.take({ event: 'row', id, rig: 'backend', runtime: 'sim-quick', state, commit });
  progress.take({ event: 'step', text: 'One.' });
  row('be-auth', 'working');
  row('be-two', 'working');
  progress.take({ event: 'step', text: 'Two.' });
  row('be-auth', 'verified', 'a1b2c3d4e5');
  assert.deepEqual(screen(written), [
    'One.',
    'Two.',
    '  BEAD     RIG      RUNTIME    STATE       COMMIT',
    '  be-auth  backend  sim-quick  verified    a1b2c3d',
    '  be-two   backend  sim-quick  working',
  ]);
  progress.end();
  assert.deepEqual(screen(written), ['One.', 'Two.']);
});
