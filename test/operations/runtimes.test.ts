import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { refusal, TestTown } from './support.ts';

function program(town: TestTown, name: string): string {
  const folder = join(town.folder, 'programs');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

const agent = {
  id: 'agent',
  label: 'Agent',
  command: 'no-such-agent',
  versionArguments: ['--version'],
  oneShot: ['run'],
  install: 'get it',
};

test('a program is looked for where a person said, on the PATH, then in the places it is known to be', async (t) => {
  const town = await TestTown.open(t);
  const place = program(town, 'placed');
  await town.ask('runtime/add', { preset: agent });
  const missing = await town.ask('runtime/get', { runtime: 'agent' });
  assert.equal(missing.program, undefined);
  assert.equal(missing.version, undefined);
  assert.deepEqual(missing.tried, ['no-such-agent']);

  await town.ask('runtime/add', { preset: { ...agent, places: ['/nowhere/agent', place] }, replace: true });
  const placed = await town.ask('runtime/get', { runtime: 'agent' });
  assert.deepEqual([placed.program, placed.from, placed.version], [place, 'place', '1.2.3']);

  await town.ask('runtime/add', { preset: { ...agent, command: 'git', places: [place] }, replace: true });
  assert.equal((await town.ask('runtime/get', { runtime: 'agent' })).from, 'path');

  const set = program(town, 'set');
  const { commands } = await town.ask('town/configure', { key: 'runtime.agent.command', words: [set] });
  assert.deepEqual(commands, { agent: set });
  const found = await town.ask('runtime/get', { runtime: 'agent' });
  assert.deepEqual([found.program, found.from, found.tried], [set, 'setting', [set]]);

  // What a person set counts alone.
  rmSync(set);
  assert.equal((await town.ask('runtime/get', { runtime: 'agent' })).program, undefined);
  await town.ask('town/configure', { key: 'runtime.agent.command', words: ['none'] });
  assert.equal((await town.ask('runtime/get', { runtime: 'agent' })).from, 'path');
});

test('a program of a person is asked for its version only where its preset says how, or extends a built-in one', async (t) => {
  const town = await TestTown.open(t);
  const command = program(town, 'own');
  const versionOf = async (preset: object): Promise<string | undefined> =>
    (await town.ask('runtime/add', { preset: { id: 'own', command, ...preset }, replace: true })).version;
  assert.equal(await versionOf({}), undefined);
  assert.equal(await versionOf({ versionArguments: ['version'] }), '1.2.3');
  assert.equal(await versionOf({ extends: 'codex' }), '1.2.3');
});

test('a sling starts the program that a person set', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await town.ask('runtime/add', { preset: agent });
  await town.configure('backend', 'runtime', 'agent');
  const bead = await town.bead('Auth work');
  const refused = await town.refusedSling(bead);
  assert.equal(refused.code, 'missing-program');
  assert.match(
    refused.message,
    /Agent is not installed: there is no "no-such-agent" on the PATH\. Install it: get it$/,
  );
  const set = program(town, 'set');
  await town.ask('town/configure', { key: 'runtime.agent.command', words: [set] });
  assert.equal((await town.sling(bead)).slung.command[0], set);
  rmSync(set);
  const gone = await town.refusedSling(await town.bead('More work'));
  assert.match(gone.message, new RegExp(`there is no program ${set}`));
});

test('a setting of a program is refused where it is none, or for a runtime that is not known or has none', async (t) => {
  const town = await TestTown.open(t);
  const set = (runtime: string, path: string) =>
    town.ask('town/configure', { key: `runtime.${runtime}.command`, words: [path] });
  await refusal('invalid', set('codex', 'codex'));
  await refusal('missing-program', set('codex', '/nowhere/codex'));
  await refusal('not-found', set('nobody', process.execPath));
  await refusal('invalid', set('human', process.execPath));
  assert.equal((await town.ask('town/get', {})).commands, undefined);
  // By another name it is the same runtime.
  assert.deepEqual((await set('claude', process.execPath)).commands, { 'claude-code': process.execPath });
});

test('a runtime of a person is forgotten with its setting, and not while the town stands on it', async (t) => {
  const town = await TestTown.open(t);
  await town.ask('runtime/add', { preset: agent });
  await town.ask('town/configure', { key: 'runtime.agent.command', words: [process.execPath] });
  await town.ask('town/configure', { key: 'default-runtime', words: ['agent'] });
  const { message } = await refusal('in-use', town.ask('runtime/remove', { runtime: 'agent' }));
  assert.match(message, /the town as its default/);
  await town.ask('town/configure', { key: 'default-runtime', words: ['sim'] });
  await town.ask('runtime/remove', { runtime: 'agent' });
  assert.deepEqual((await town.ask('town/get', {})).commands, {});
});

test('another runtime for a rig leaves those at work with theirs, and says so', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const first = await town.worker();
  const name = first.id.replace('backend/', '');
  const changed = await town.ask('rig/configure', { rig: 'backend', key: 'runtime', words: ['codex'] });
  assert.deepEqual(changed.notes, [`${name} goes on with Simulated agent; new polecats run Codex.`]);
  assert.equal(first.polecat.runtime, 'sim');
  const same = await town.ask('rig/configure', { rig: 'backend', key: 'runtime', words: ['codex'] });
  assert.equal(same.notes, undefined);
  await first.exit({ end: 'failed', code: 1 });
  assert.equal((await town.ask('session/run', { agent: first.id })).runtime, 'sim');
});

test('what a polecat would be told: with the bead that is ready, or with one that stands for any', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await town.configure('backend', 'runtime', 'codex');
  const empty = await town.ask('rig/prompt', { rig: 'backend' });
  assert.ok(empty.example);
  assert.match(empty.prompt ?? '', /your work is the bead be-BEAD\./);
  const bead = await town.bead('Refactor auth middleware');
  const told = await town.ask('rig/prompt', { rig: 'backend' });
  assert.deepEqual([told.example, told.bead, told.runtimeLabel], [false, bead, 'Codex']);
  assert.match(told.prompt ?? '', new RegExp(`the bead ${bead}\\..+gt prime.+gt done`));
  assert.match(told.systemPrompt ?? '', new RegExp(`^You are ${told.agent}, a polecat of the rig backend`));
  await town.configure('backend', 'runtime', 'gemini');
  const gemini = await town.ask('rig/prompt', { rig: 'backend' });
  assert.equal(gemini.systemPrompt, undefined);
  assert.match(gemini.systemPromptGiven, /not at all/);
  await town.configure('backend', 'runtime', 'sim');
  assert.equal((await town.ask('rig/prompt', { rig: 'backend' })).prompt, undefined);
  assert.equal([...town.view.all('agents')].length, 0);
});
