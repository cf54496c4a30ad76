import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { knownTowns } from '../../server/store/knownTowns.ts';
import { uninstall, type Uninstalled } from '../../server/uninstall.ts';
import { git, tempFolder, write } from '../support/repository.ts';
import { type TestRig, TestTown } from './support.ts';

interface Scene {
  readonly town: TestTown;
  readonly gone: TestRig;
  readonly archive: string;
  readonly refs: () => string[];
  readonly uninstalled: (all: boolean) => Promise<Uninstalled>;
}

/** A town with one rig, and one that was removed after a polecat of it was archived. */
async function scene(t: TestContext): Promise<Scene> {
  const town = await TestTown.in(tempFolder(t));
  await town.addRig();
  const gone = await town.addRig({ name: 'frontend' });
  const agent = await town.worker('Login work', 'frontend');
  agent.commit({ 'login.txt': 'work\n' });
  await agent.exit({ end: 'stopped' });
  const { archiveId } = await town.ask('polecat/remove', { agent: agent.id, force: true });
  await town.ask('rig/remove', { rig: 'frontend' });
  await town.settle();
  return {
    town,
    gone,
    archive: archiveId,
    refs: () =>
      git(gone.repository, 'for-each-ref', '--format=%(refname)', 'refs/gastown/')
        .split('\n')
        .filter(Boolean),
    async uninstalled(all) {
      await town.close();
      const { paths } = town.parts;
      write(paths.state, { lock: '' });
      return await uninstall(
        { town: paths.town, all, keepClones: false },
        knownTowns(join(town.folder, 'known')),
      );
    },
  };
}

test('what people wrote into the folder of a rig stays, and so does what is archived in the repository of a removed one', async (t) => {
  const { town, gone, refs, uninstalled } = await scene(t);
  const folder = town.parts.paths.town;
  const plugin = 'backend/plugins/pre-merge/10-mine.sh';
  write(folder, { [plugin]: '#!/bin/sh\n', 'backend/notes.md': 'mine\n' });
  const { removed, kept, left } = await uninstalled(false);
  assert.deepEqual(left, []);
  assert.ok(existsSync(join(folder, plugin)) && existsSync(join(folder, 'backend', 'notes.md')));
  assert.ok(!existsSync(join(folder, 'backend', 'polecats')));
  for (const path of ['backend/plugins', 'backend/notes.md'])
    assert.ok(kept.includes(join(folder, path)), kept.join('\n'));
  assert.ok(removed.includes(join(folder, 'backend', 'polecats')));
  assert.ok(refs().length > 0);
  assert.ok(
    kept.some((line) => line.startsWith(`${refs().length} refs under refs/gastown/ in ${gone.repository};`)),
    kept.join('\n'),
  );
});

test('with all of it, the refs in the repository of a removed rig go', async (t) => {
  const { refs, uninstalled } = await scene(t);
  const { left } = await uninstalled(true);
  assert.deepEqual(left, []);
  assert.deepEqual(refs(), []);
});

test('an archive of a rig that was removed goes with its refs', async (t) => {
  const { town, archive, refs } = await scene(t);
  t.after(() => town.close());
  const before = refs();
  await town.ask('archive/delete', { archive, confirmed: true });
  assert.deepEqual(
    refs().filter((ref) => ref.startsWith('refs/gastown/archive/')),
    [],
  );
  assert.ok(before.length > refs().length);
});
