import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOutput } from '../../server/cli/output.ts';
import { liveProgress } from '../../server/cli/text/demo.ts';
import { screen } from './screen.ts';

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
