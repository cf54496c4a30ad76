import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { eventually } from '../support/wait.ts';
import { becomes, connect, sessionOf, slung } from './liveTown.ts';
import { installWithRig } from './rigs.ts';
import { isAlive, openTerminal, which, type Terminal } from './terminal.ts';

const skip = which('prlimit') === undefined && 'there is no prlimit here';

/** No file of the town server's may grow: what a full disk is to its journal. */
function forbidWriting(terminal: Terminal): void {
  execFileSync('prlimit', [`--pid=${terminal.serverPid()}`, '--fsize=0:']);
}

describe('a town whose journal could not be written', { skip }, () => {
  test('says how it is started again, and sessions go on meanwhile', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const bead = await slung(terminal, 'Auth work', { behaviour: 'stall', host: 'process' });
    const client = await connect(t, terminal);
    const polecat = await becomes(client, bead, 'working');
    const { pid = 0 } = await sessionOf(client, polecat.id);
    forbidWriting(terminal);
    const refused = await terminal.bd('create', 'Too much');
    assert.match(refused.stderr, /The town is read-only: the journal could not be written/);
    assert.match(refused.stderr, /^Next: .*gt down/m);
    assert.match(await terminal.must('gt', 'status'), /^Next: .*gt down/m);

    await terminal.must('gt', 'down');
    await terminal.must('bd', 'create', 'Not too much');
    assert.ok(isAlive(pid));
    const again = await connect(t, terminal);
    await becomes(again, bead, 'working');
    assert.equal((await sessionOf(again, polecat.id)).pid, pid);
  });

  test('is taken down with its sessions all the same, and knows at its next start that they ended', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const bead = await slung(terminal, 'Auth work', { behaviour: 'stall', host: 'process' });
    const client = await connect(t, terminal);
    const polecat = await becomes(client, bead, 'working');
    const { pid = 0, launcherPid = 0 } = await sessionOf(client, polecat.id);
    forbidWriting(terminal);
    assert.equal((await terminal.bd('create', 'Too much')).code, 1);
    await terminal.must('gt', 'down', '--force');
    await eventually('runtime and launcher have gone', () => !isAlive(pid) && !isAlive(launcherPid));
    await terminal.must('gt', 'status');
    const again = await connect(t, terminal);
    const { reason } = await becomes(again, bead, 'interrupted');
    assert.match(reason ?? '', /Stopped by overseer/);
  });
});
