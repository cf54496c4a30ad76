import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { git } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { filesAt, refusal, TestTown } from './support.ts';

for (const step of ['done:submitted', 'land:scratch', 'land:prepared']) {
  test(`configuration that an agent writes at ${step} is not run; approved as shown, the landing goes on`, async (t) => {
    let rewrite: (() => void) | undefined;
    const town = await TestTown.open(t, {
      checkpoint: (now) => {
        if (now === step) rewrite?.();
        return Promise.resolve();
      },
    });
    const rig = await town.addRig({
      settings: { merge: ['auto'] },
      files: { '.gitattributes': '*.txt filter=evil\n' },
    });
    const agent = await town.worker();
    const marker = join(town.folder, 'executed');
    rewrite = () => {
      for (const key of ['core.fsmonitor', 'filter.evil.clean', 'filter.evil.smudge', 'core.editor'])
        git(agent.worktree, 'config', key, `touch ${marker}; cat`);
    };
    const request = await agent.submit();
    await town.settle();
    rewrite = undefined;
    const held = town.view.get('mergeRequests', request);
    assert.equal(held?.state, 'submitted');
    assert.match(held.reason ?? '', /could not be landed yet: The repository's configuration names programs/);
    const { items } = await town.ask('attention/list', {});
    assert.deepEqual(
      items.map(({ kind, subject, action }) => [kind, subject, action.verb]),
      [['rig', 'backend', 'approve']],
    );
    const { details } = await refusal('unapproved', town.merge(request));
    const { hash, keys } = details.facts as { hash: string; keys: { key: string }[] };
    assert.equal(keys.length, 4);
    assert.ok(!existsSync(marker));
    assert.ok(!filesAt(rig).includes('be-auth.txt'));

    await refusal('stale', town.ask('rig/approve', { rig: rig.name, hash: 'of something else' }));
    await town.ask('rig/approve', { rig: rig.name, hash });
    await town.settle();
    assert.equal(town.view.get('mergeRequests', request)?.state, 'verified');
    assert.ok(filesAt(rig).includes('be-auth.txt'));
    assert.deepEqual(problemsOf(town), []);
  });
}

test('done is refused while the configuration names programs, and so is a sling', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const next = await town.bead('Cache work');
  agent.commit({ 'auth.txt': 'work\n' });
  git(agent.worktree, 'config', 'diff.external', 'evil');
  const { message } = await refusal('unapproved', agent.done());
  assert.match(message, /diff\.external/);
  assert.equal((await town.refusedSling(next)).code, 'unapproved');
  await agent.exit({ end: 'failed', code: 1 });
  await refusal('unapproved', town.ask('session/run', { agent: agent.id }));
  await refusal('unapproved', town.ask('polecat/remove', { agent: agent.id, force: true }));
  git(agent.worktree, 'config', '--unset', 'diff.external');
  await town.ask('session/run', { agent: agent.id });
  assert.equal((await agent.done()).outcome, 'submitted');
  assert.deepEqual(problemsOf(town), []);
});
