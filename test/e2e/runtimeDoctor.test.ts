import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { DoctorResult, RuntimeHealth } from '../../server/protocol/runtimeDoctor.ts';
import { builtInPresets } from '../../server/runtimes/presets.ts';
import { createRepository } from '../support/repository.ts';
import { connect } from './liveTown.ts';
import { addRuntime } from './rigs.ts';
import { openTerminal, runProgram, serverProgram, type Terminal } from './terminal.ts';

/** A vendor's program that knows its version and notes every other start. */
function install(terminal: Terminal, name: string, version: string, folder = 'bin'): string {
  mkdirSync(join(terminal.folder, folder), { recursive: true });
  const program = join(terminal.folder, folder, name);
  const lines = [
    '#!/usr/bin/env node',
    `if (process.argv[2] === '--version') console.log('${version}');`,
    `else require('node:fs').writeFileSync('${join(terminal.folder, 'started')}', '');`,
  ];
  writeFileSync(program, lines.join('\n'));
  chmodSync(program, 0o755);
  return program;
}

async function rigWith(terminal: Terminal, name: string, runtime: string): Promise<void> {
  const repository = join(terminal.folder, name);
  createRepository(repository);
  await terminal.must('gt', 'rig', 'create', name, '--runtime', runtime, '--repo', repository);
}

const healthOf = ({ runtimes }: DoctorResult, name: string): RuntimeHealth =>
  runtimes.find((each) => each.name === name) ?? assert.fail(`no ${name}`);

const statesOf = ({ findings }: RuntimeHealth): Record<string, string> =>
  Object.fromEntries(findings.map(({ about, state }) => [about, state]));

describe('gt runtime doctor', { concurrency: 2 }, () => {
  test('without a town it looks at the built-in runtimes, starts none, and leaves nothing', async (t) => {
    const terminal = openTerminal(t);
    install(terminal, 'codex', 'codex-cli 0.169.0');
    const { code, stdout, stderr } = await terminal.gt('runtime', 'doctor', '--json');
    assert.deepEqual([stderr, code], ['', 0], 'no rig uses what is missing');
    const result = JSON.parse(stdout) as DoctorResult;
    assert.deepEqual(Object.keys(result), ['ready', 'runtimes', 'machine']);
    assert.deepEqual(
      result.runtimes.map(({ name }) => name),
      builtInPresets.map(({ id }) => id),
    );
    const codex = healthOf(result, 'codex');
    assert.deepEqual(Object.keys(codex), [
      'name',
      'label',
      'ready',
      'program',
      'ageDays',
      'version',
      'rigs',
      'findings',
    ]);
    assert.equal(codex.program, join(terminal.folder, 'bin/codex'));
    assert.equal(codex.version, '0.169.0');
    assert.equal(statesOf(codex)['account'], 'warning');
    assert.equal(statesOf(healthOf(result, 'claude-code'))['program'], 'problem');
    assert.deepEqual(
      result.machine.map(({ about, state }) => `${about} ${state}`),
      ['git ok', 'git identity warning', 'tmux ok'],
    );
    assert.ok(!existsSync(join(terminal.folder, 'started')));
    assert.deepEqual(readdirSync(terminal.environment['TMPDIR'] ?? ''), []);
  });

  test('of a town: what a rig uses decides, the own presets and the user’s shell are looked at, nothing is changed', async (t) => {
    const terminal = openTerminal(t);
    const home = join(terminal.folder, 'home');
    install(terminal, 'codex', 'codex-cli 0.169.0');
    mkdirSync(join(home, '.codex'));
    writeFileSync(join(home, '.codex/auth.json'), '{}');
    appendFileSync(join(home, '.profile'), "alias codex='codex --yolo'\n");
    await terminal.must('gt', 'install', terminal.town);
    await addRuntime(terminal, { id: 'mine', command: 'no-such-agent', bestFor: 'nothing' });
    await rigWith(terminal, 'backend', 'codex');
    const client = await connect(t, terminal);
    const seq = async (): Promise<number> => (await client.request('town/status', {})).seq;

    const ready = await terminal.json<DoctorResult>('gt', 'runtime', 'doctor');
    assert.ok(ready.ready);
    const { findings, rigs } = healthOf(ready, 'codex');
    assert.deepEqual(rigs, ['backend']);
    const said = new Map(findings.map((each) => [each.about, each]));
    assert.equal(
      said.get('account')?.evidence,
      '~/.codex/auth.json is there; whether it still holds is not tried.',
    );
    assert.match(
      said.get('alias')?.evidence ?? '',
      /codex means codex --yolo; the town starts .*\/bin\/codex\./,
    );
    assert.match(said.get('node')?.evidence ?? '', /run by Node \d+\./);
    assert.equal(statesOf(healthOf(ready, 'mine'))['program'], 'problem');

    await rigWith(terminal, 'frontend', 'mine');
    const before = await seq();
    const missing = await terminal.gt('runtime', 'doctor');
    assert.equal(missing.code, 1);
    assert.match(missing.stdout, /^codex +look below +0\.169\.0 +0 d +backend +\S/m);
    assert.match(missing.stdout, /^mine +not found +- +- +frontend +-$/m);
    assert.match(missing.stdout, /\nmine\n {2}problem {2}program: There is no "no-such-agent" on the PATH/);
    assert.match(missing.stdout, /\nNot ready: see what is a problem above\.\n$/);
    for (const line of missing.stdout.split('\n')) assert.ok(line.length <= 80, line);
    assert.equal(
      (await terminal.gt('runtime', 'doctor', 'codex-cli')).code,
      0,
      'one alone, by another of its names',
    );
    assert.equal((await terminal.gt('runtime', 'doctor', 'mine')).code, 1);
    const unknown = await terminal.gt('runtime', 'doctor', 'clod');
    assert.deepEqual(
      [unknown.code, unknown.stdout, unknown.stderr],
      [1, '', 'gt: There is no runtime "clod".\nNext: gt runtime list\n'],
    );
    assert.equal(await seq(), before);
    assert.ok(!existsSync(join(terminal.folder, 'started')));
  });

  test('what the town would start is looked at: what a setting names, else what lies in a known place', async (t) => {
    const terminal = openTerminal(t);
    const placed = install(terminal, 'opencode', 'opencode 1.2.3', 'home/.opencode/bin');
    install(terminal, 'codex', 'codex-cli 0.169.0');
    const set = install(terminal, 'codex', 'codex-cli 0.170.0', 'elsewhere');
    await terminal.must('gt', 'install', terminal.town);
    await terminal.must('gt', 'config', 'runtime.codex.command', set);
    const found = await terminal.json<DoctorResult>('gt', 'runtime', 'doctor');
    for (const [name, program, version] of [
      ['opencode', placed, /1\.2\.3/],
      ['codex', set, /0\.170\.0/],
    ] as const) {
      const health = healthOf(found, name);
      assert.equal(health.program, program);
      assert.match(health.version ?? '', version);
      assert.equal(statesOf(health)['program'], 'ok');
    }
    rmSync(set);
    const gone = healthOf(await terminal.json<DoctorResult>('gt', 'runtime', 'doctor'), 'codex');
    const said = gone.findings.find(({ about }) => about === 'program');
    assert.ok(said?.evidence.endsWith(`there is no program ${set}.`), said?.evidence);
    assert.match(said?.advice ?? '', /gt config runtime\.codex\.command/);
  });

  test('a tmux that the host would refuse is a problem where a rig wants to live in it, and only there', async (t) => {
    const terminal = openTerminal(t);
    const tmux = join(terminal.folder, 'bin/tmux');
    writeFileSync(tmux, '#!/bin/sh\necho tmux 2.9a\n', { mode: 0o755 });
    await terminal.must('gt', 'install', terminal.town);
    await rigWith(terminal, 'backend', 'sim');
    const found = async () => {
      const { stdout } = await terminal.gt('runtime', 'doctor', '--json');
      const { ready, machine } = JSON.parse(stdout) as DoctorResult;
      return { ready, ...machine.find(({ about }) => about === 'tmux') };
    };
    const unwanted = await found();
    assert.deepEqual([unwanted.ready, unwanted.state], [true, 'ok']);
    assert.match(unwanted.evidence ?? '', /too old/);
    await terminal.must('gt', 'rig', 'config', 'backend', 'session', 'tmux');
    const { evidence, advice, ...wanted } = await found();
    assert.deepEqual([wanted.ready, wanted.state], [false, 'problem']);
    assert.match(evidence ?? '', /bin\/tmux is too old: it is tmux 2\.9a\. backend would live in it\.$/);
    assert.match(advice ?? '', /^Update tmux to 3\.2 or newer/);
  });

  test('what cannot be read is refused', async (t) => {
    const terminal = openTerminal(t);
    const file = join(terminal.folder, 'params.json');
    const { environment } = terminal;
    for (const params of [
      '[]',
      '{',
      '{"own":1}',
      '{"rigs":[{}]}',
      '{"own":[{"id":"x","command":"a\\u001b"}]}',
      '{"runtime":7}',
      '{"commands":{"codex":7}}',
      '{"commands":{"codex":"codex"}}',
    ]) {
      writeFileSync(file, params);
      const words = [serverProgram, 'runtime-doctor', '--params', file];
      const { code, stderr } = await runProgram('node', words, { cwd: terminal.folder, environment });
      assert.equal(code, 1, `${params} ${stderr}`);
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(stderr, /\u001b|^\s+at /m);
    }
  });
});
