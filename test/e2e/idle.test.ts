import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ownProcesses } from '../chaos/processes.ts';
import { eventually, pause } from '../support/wait.ts';
import { connect } from './liveTown.ts';
import { connected, start } from './lspTalk.ts';
import { createBead, installWithRig } from './rigs.ts';
import { openTerminal } from './terminal.ts';

const lookedAtMs = 2000;
/** The hundredths of a second that may be used in that time: less than one in a hundred, and the clock's own grain. */
const mostTicks = 3;

test('an idle town runs no agent, and neither town server nor window use the processor', async (t) => {
  if (process.platform !== 'linux') return t.skip('processor time is read from /proc');
  const terminal = openTerminal(t);
  await installWithRig(terminal);
  await terminal.must('gt', 'rig', 'config', 'backend', 'merge', 'auto');
  const window = start(t, terminal);
  await window.begin({ initializationOptions: { host: 'vscode', window: 'w', trusted: true } });
  await connected(window, terminal);
  const beads = [await createBead(terminal, 'Auth work'), await createBead(terminal, 'Login work')];
  await terminal.must('gt', 'sling', ...beads, '--host', 'process');
  const client = await connect(t, terminal);
  await eventually(
    'all has landed, and nobody works any more',
    async () => {
      const { beads: left, sessions, polecats } = await client.request('town/status', {});
      return left.open === 0 && sessions === 0 && polecats.total === 0;
    },
    60_000,
  );
  client.close();
  const kinds = (): string[] =>
    ownProcesses(terminal.folder)
      .map(({ kind }) => kind)
      .toSorted();
  await eventually('launchers and agents have gone', () => kinds().length === 2);
  assert.deepEqual(kinds(), ['language server', 'town server']);

  const least = await leastUsed(() => ownProcesses(terminal.folder).map(({ pid }) => ticksOf(pid)));
  assert.ok(least <= mostTicks, `${least} hundredths of a second were used in ${lookedAtMs} ms`);
});

/** Of a few looks the quietest: a busy machine makes them longer, and what comes after the work is still at rest. */
async function leastUsed(look: () => readonly number[]): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && least > mostTicks; tries += 1) {
    const before = sum(look());
    await pause(lookedAtMs);
    least = Math.min(least, sum(look()) - before);
  }
  return least;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** User and system time. */
function ticksOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const words = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(words[11]) + Number(words[12]);
}
