import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commit, createRepository, git, tip } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { refusal, TestTown } from './support.ts';
import { tracesOf } from './traces.ts';

test('a rig has its folder, and a page about it to read', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ kind: 'url', name: 'ml-pipeline' });
  const folder = join(town.parts.paths.town, rig.name);
  assert.deepEqual(readdirSync(folder).toSorted(), [
    'config.json',
    'crew',
    'plugins',
    'polecats',
    'repository.git',
  ]);
  const page = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  assert.deepEqual(
    [page['name'], page['prefix'], page['branch'], page['runtime']],
    ['ml-pipeline', 'ml', 'main', 'sim'],
  );
  await town.configure(rig.name, 'maxPolecats', '3');
  assert.match(readFileSync(join(folder, 'config.json'), 'utf8'), /"maxPolecats": 3/);
});

test('what cannot be a rig is refused with its reason, and nothing is left', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const empty = join(town.folder, 'empty');
  mkdirSync(empty);
  git(empty, 'init', '--quiet');
  const plain = join(town.folder, 'plain');
  mkdirSync(plain);
  mkdirSync(join(town.parts.paths.town, 'occupied'));
  const before = tracesOf(town);
  const source = rig.repository;
  const cases = [
    [{ name: 'infra', repository: empty }, 'git'],
    [{ name: 'infra', repository: `file://${empty}` }, 'git'],
    [{ name: 'infra', repository: plain }, 'git'],
    [{ name: 'infra', repository: join(town.folder, 'nowhere') }, 'not-found'],
    [{ name: 'infra', repository: `file://${town.folder}/nowhere.git` }, 'git'],
    [{ name: 'infra', repository: source, branch: 'nowhere' }, 'git'],
    [{ name: 'infra', repository: `file://${source}`, branch: 'nowhere' }, 'git'],
    [{ name: 'infra', repository: 'ext::sh -c id' }, 'invalid'],
    [{ name: 'infra', repository: source, runtime: 'nobody' }, 'not-found'],
    [{ name: 'infra', repository: source, prefix: 'be' }, 'taken'],
    [{ name: 'backend', repository: source }, 'taken'],
    [{ name: 'occupied', repository: source }, 'taken'],
    [{ name: 'Infra', repository: source }, 'invalid'],
    [{ name: 'hq', repository: source }, 'invalid'],
  ] as const;
  for (const [params, code] of cases) {
    const wanted = { runtime: 'sim', ...params };
    const said = await refusal(code, town.ask('rig/create', wanted));
    assert.ok(said.message.length > 10);
    assert.deepEqual(tracesOf(town), before, JSON.stringify(params));
  }
});

for (const kind of ['path', 'url'] as const) {
  test(`over a ${kind}: whatever step fails, nothing of the rig is left`, async (t) => {
    let broken = '';
    const fail = (step: string): Promise<void> =>
      step === broken ? Promise.reject(new Error('the disk is on fire')) : Promise.resolve();
    const town = await TestTown.open(t, {
      checkpoint: fail,
      git: (real) => ({
        ...real,
        async requireBranch(...given) {
          await fail('requireBranch');
          return await real.requireBranch(...given);
        },
      }),
    });
    await town.addRig({ name: 'infra' });
    const repository = join(town.folder, 'backend');
    createRepository(repository);
    const before = tracesOf(town);
    const source = kind === 'path' ? repository : `file://${repository}`;
    const create = () => town.ask('rig/create', { name: 'backend', repository: source, runtime: 'sim' });
    for (broken of ['rig:folder', 'requireBranch', 'rig:cloned']) {
      await assert.rejects(create(), /the disk is on fire/);
      assert.deepEqual(tracesOf(town), before, broken);
    }
    broken = '';
    const { rig } = await create();
    assert.equal(rig.branch, 'main');
    assert.deepEqual(problemsOf(town), []);
  });
}

test('two rigs of one name, or of one prefix, made at once: one is', async (t) => {
  const town = await TestTown.open(t);
  const repository = join(town.folder, 'repository');
  createRepository(repository);
  const create = (name: string, prefix?: string) =>
    town.ask('rig/create', {
      name,
      repository: `file://${repository}`,
      runtime: 'sim',
      ...(prefix ? { prefix } : {}),
    });
  const same = await Promise.allSettled([create('backend'), create('backend')]);
  assert.deepEqual(same.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  const alike = await Promise.allSettled([create('infra', 'xx'), create('ops', 'xx')]);
  assert.deepEqual(alike.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  assert.equal([...town.view.all('rigs')].length, 2);
  assert.deepEqual(problemsOf(town), []);
});

test('programs in the configuration of a repository are shown before it becomes a rig, and approved by their hash', async (t) => {
  const town = await TestTown.open(t);
  const repository = join(town.folder, 'repository');
  createRepository(repository);
  const marker = join(town.folder, 'executed');
  git(repository, 'config', 'core.fsmonitor', `touch ${marker}; false`);
  writeFileSync(join(repository, '.git', 'hooks', 'post-checkout'), `#!/bin/sh\ntouch ${marker}\n`, {
    mode: 0o755,
  });
  const wanted = { name: 'backend', repository, runtime: 'sim' };
  const { details } = await refusal('unapproved', town.ask('rig/create', wanted));
  const { hash, keys } = details.facts as { hash: string; keys: unknown[] };
  assert.equal(keys.length, 1);
  await refusal('unapproved', town.ask('rig/create', { ...wanted, approve: 'of something else' }));
  await town.ask('rig/create', { ...wanted, approve: hash });
  const agent = await town.worker();
  commit(agent.worktree, { 'auth.txt': 'work\n' });
  const { mergeRequest } = await agent.done();
  assert.equal((await town.merge(mergeRequest?.id ?? '')).state, 'verified');
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
});

test('a folder that only looks like one of a rig that was cut off is not deleted', async (t) => {
  const town = await TestTown.open(t);
  const folder = join(town.parts.paths.town, 'backend');
  await town.parts.store.transact({ verb: 'rig/begin', by: 'overseer', subject: 'backend' }, (draft) => {
    draft.put('intents', {
      id: 'create-rig backend' as never,
      kind: 'create-rig',
      at: '2026-05-01T10:00:00.000Z' as never,
      rig: 'backend' as never,
      folder,
    });
  });
  mkdirSync(folder);
  writeFileSync(join(folder, 'thesis.txt'), 'mine');
  await town.reopen();
  assert.ok(existsSync(join(folder, 'thesis.txt')));
  assert.deepEqual([...town.view.all('intents')], []);
});

test('the target of the rig must be a branch that is there', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  await refusal('git', town.ask('rig/configure', { rig: rig.name, key: 'branch', words: ['nowhere'] }));
  git(rig.repository, 'branch', 'next');
  await town.configure(rig.name, 'branch', 'next');
  const agent = await town.worker();
  assert.equal((await town.merge(await agent.submit())).state, 'verified');
  assert.equal(tip(rig.repository, 'next~1'), tip(rig.repository, 'main'));
});
