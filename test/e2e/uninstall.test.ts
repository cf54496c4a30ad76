import assert from 'node:assert/strict';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { endpointsOf } from '../../server/rpc/endpoint.ts';
import { git } from '../support/repository.ts';
import { becomes, connect, slung } from './liveTown.ts';
import { installWithRig } from './rigs.ts';
import { openTerminal, processesOf } from './terminal.ts';

test('a town that is uninstalled leaves nothing but what its person kept', async (t) => {
  const terminal = openTerminal(t);
  await installWithRig(terminal);
  const before = everythingBelow(terminal.folder);
  const bead = await slung(terminal, 'Auth work', { behaviour: 'stall' });
  const polecat = await becomes(await connect(t, terminal), bead, 'working');
  const asked = await terminal.gt('uninstall');
  assert.equal(asked.code, 1);
  assert.ok(asked.stdout.includes(polecat.worktree), asked.stdout);
  assert.ok(existsSync(polecat.worktree));

  const { kept, left } = await terminal.json<{ kept: string[]; left: string[] }>('gt', 'uninstall', '--yes');
  assert.deepEqual(left, []);
  assert.equal(kept.length, 1);
  const repository = kept[0]?.replace(/^.* in /u, '') ?? '';
  assert.match(git(repository, 'for-each-ref', 'refs/gastown/archive'), /gastown\/archive/);
  assert.deepEqual(processesOf(terminal.folder), []);
  assert.ok(!existsSync(terminal.town));
  assert.deepEqual(
    endpointsOf(terminal.town).filter((path) => existsSync(path)),
    [],
  );
  assert.equal(git(repository, 'worktree', 'list').split('\n').length, 1);
  assert.equal(git(repository, 'branch', '--list', 'polecat/*'), '');
  const after = everythingBelow(terminal.folder).filter((path) => !path.includes('/.git/'));
  const added = after.filter((path) => !before.includes(path));
  assert.deepEqual(
    added.filter((path) => /gastown|gt-/u.test(path.slice(terminal.folder.length))),
    [],
  );
});

function everythingBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return lstatSync(path).isDirectory() ? [path, ...everythingBelow(path)] : [path];
  });
}
