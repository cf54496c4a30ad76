import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { commit, git, write } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import { becomes, connect, polecatOf, sessionOf, slung } from './liveTown.ts';
import { createBead, installWithRig, submitted } from './rigs.ts';
import { openTerminal, which } from './terminal.ts';

describe('a workplace that can work', { concurrency: 2 }, () => {
  test('is set up before its session, once approved; a change is asked for again', async (t) => {
    const terminal = openTerminal(t);
    const repository = await installWithRig(terminal);
    symlinkSync(which('cat') ?? '', join(terminal.folder, 'bin', 'cat'));
    const setup = '#!/bin/sh\necho "readying $GT_POLECAT"\ncat .env > ready.txt\n';
    write(repository, { 'setup.sh': setup });
    chmodSync(join(repository, 'setup.sh'), 0o755);
    commit(repository, { '.gitignore': '.env\nready.txt\n', '.worktreeinclude': '.env\n' });
    write(repository, { '.env': 'KEY=1\n' });

    const words = ['rig', 'config', 'backend', 'setup', './setup.sh'];
    const refused = await terminal.gt(...words);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /unasked: \.\/setup\.sh \(with what is now in setup\.sh\)/);
    await terminal.must('gt', 'rig', 'config', '--yes', ...words.slice(2));

    const first = await slung(terminal, 'Auth work', { behaviour: 'stall' });
    const client = await connect(t, terminal);
    const { worktree, id } = await becomes(client, first, 'working');
    const ready = join(worktree, 'ready.txt');
    await eventually('it is ready', () => existsSync(ready) && readFileSync(ready, 'utf8') === 'KEY=1\n');
    assert.match(await terminal.must('gt', 'session', 'log', id), /readying/);

    commit(repository, { 'setup.sh': '#!/bin/sh\necho "no network" >&2\nexit 7\n' });
    const next = await createBead(terminal, 'Cache work');
    const changed = await terminal.gt('sling', next);
    assert.equal(changed.code, 1);
    assert.match(changed.stdout + changed.stderr, /has changed since it was approved/);
    const shown = await terminal.gt('rig', 'approve', 'backend');
    const hash = /--hash ([0-9a-f]{64})/.exec(shown.stderr)?.[1] ?? assert.fail(shown.stderr);
    await terminal.must('gt', 'rig', 'approve', 'backend', '--hash', hash);
    await terminal.must('gt', 'sling', next);
    const failed = await becomes(client, next, 'failed');
    assert.match(failed.reason ?? '', /The setup failed \(exit code 7\): .*setup\.sh/);
    const { exit } = await sessionOf(client, failed.id);
    assert.deepEqual([exit?.code, exit?.lastLines], [7, ['no network']]);
  });

  test('may be a clone of a URL, whose work lands like any other', async (t) => {
    const terminal = openTerminal(t);
    const repository = await installWithRig(terminal);
    const remote = join(terminal.folder, 'remote.git');
    git(terminal.folder, 'clone', '--quiet', '--bare', repository, remote);
    const create = ['rig', 'create', 'infra', '--runtime', 'sim-at-once', '--repo', `file://${remote}`];
    await terminal.must('gt', ...create);
    await terminal.must('gt', 'rig', 'config', 'infra', 'isolation', 'clone');
    const words = ['create', '--rig', 'infra', '--title', 'Auth work'] as const;
    const { id } = await terminal.json<{ id: string }>('bd', ...words);
    await terminal.must('gt', 'sling', id);
    const client = await connect(t, terminal);
    const polecat = (await polecatOf(client, id)) ?? assert.fail('no polecat');
    assert.equal(polecat.isolation, 'clone');
    await submitted(terminal, id);
    await terminal.must('gt', 'mq', 'merge', id);
    assert.equal((await client.request('bead/get', { bead: id })).bead.status, 'closed');
    assert.notEqual(git(remote, 'rev-parse', 'main'), git(repository, 'rev-parse', 'main'));
  });
});
