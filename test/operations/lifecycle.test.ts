import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RuntimePreset } from '../../server/domain/runtime.ts';
import { git, write } from '../support/repository.ts';
import { type Agent, TestTown } from './support.ts';

/** A runtime with hooks of this kind. Nothing of it is run. */
async function addRuntime(town: TestTown, lifecycleHooks: RuntimePreset['lifecycleHooks']): Promise<void> {
  const preset = {
    id: `as-${lifecycleHooks}`,
    command: process.execPath,
    prompt: { kind: 'argument' },
    oneShot: [],
    lifecycleHooks,
  } as never;
  await town.ask('runtime/add', { preset });
}

const launchOf = (agent: Agent) =>
  agent.town.view.get('sessions', agent.polecat.session ?? '')?.launch ?? assert.fail('no session');

test('a session has a folder of its own with what its runtime reads, which goes with it', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await addRuntime(town, 'claude');
  const agent = await town.sling(await town.bead('Refactor auth'), { runtime: 'as-claude' });
  const { arguments: words } = launchOf(agent);
  const settings = words[words.indexOf('--settings') + 1] ?? '';
  assert.equal(statSync(settings).mode & 0o777, 0o600);
  assert.equal(statSync(join(settings, '..')).mode & 0o777, 0o700);
  assert.ok(readFileSync(settings, 'utf8').includes(join(town.parts.paths.bin, 'gt')));
  assert.match(words.at(-1) ?? '', /in your context already/);
  await agent.exit({ end: 'failed', code: 1 });
  await town.ask('polecat/remove', { agent: agent.id, force: true });
  assert.ok(!existsSync(join(settings, '..')));
});

test('a session that was never to be leaves nothing behind', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await addRuntime(town, 'claude');
  town.host.fate = 'refuses';
  await town.refusedSling(await town.bead('Refactor auth'), { runtime: 'as-claude' });
  assert.deepEqual(readdirSync(town.parts.paths.sessions), []);
});

test('hook files in the worktree are no changes: the polecat is done, resumed, and removed as any other', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  await addRuntime(town, 'gemini');
  const agent = await town.sling(await town.bead('Refactor auth'), { runtime: 'as-gemini' });
  const settings = join(agent.worktree, '.gemini', 'settings.json');
  assert.ok(existsSync(settings));
  assert.equal(git(agent.worktree, 'status', '--porcelain', '--untracked-files=all'), '');
  await agent.exit({ end: 'failed', code: 1 });
  await town.ask('session/run', { agent: agent.id });
  assert.match(launchOf(agent).arguments.at(-1) ?? '', /in your context already/);
  write(agent.worktree, { 'auth.txt': 'work\n' });
  await agent.done({ commit: true });
  const landed = await town.merge(agent.bead);
  assert.equal(landed.state, 'verified');
  assert.equal(git(rig.target, 'show', '--name-only', '--format=', 'main'), 'auth.txt');
  await town.settle();
  assert.ok(!existsSync(agent.worktree));
});

test('in place nothing is written into the checkout of the user: the session is told by its prompt', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const change = { rig: rig.name, key: 'isolation', words: ['in-place'] };
  await town.ask('rig/configure', { ...change, confirmed: true });
  await addRuntime(town, 'gemini');
  const agent = await town.sling(await town.bead('Refactor auth'), { runtime: 'as-gemini' });
  assert.equal(agent.worktree, rig.repository);
  assert.match(launchOf(agent).arguments.at(-1) ?? '', /First run: gt prime\./);
  assert.ok(!existsSync(join(rig.repository, '.gemini')));
});

test('a repository with such a file keeps it: its sessions are told by their prompt', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig({ files: { '.gemini/settings.json': '{"theirs":true}\n' } });
  await addRuntime(town, 'gemini');
  const agent = await town.sling(await town.bead('Refactor auth'), { runtime: 'as-gemini' });
  assert.match(launchOf(agent).arguments.at(-1) ?? '', /First run: gt prime\./);
  assert.deepEqual(readdirSync(join(agent.worktree, '.gemini')), ['settings.json']);
  assert.equal(git(agent.worktree, 'status', '--porcelain'), '');
  assert.ok(town.log.some((line) => line.includes('starts without lifecycle hooks')));
});
