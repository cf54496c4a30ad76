import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../server/domain/finding.ts';
import type { RuntimePreset } from '../../server/domain/runtime.ts';
import {
  diagnose,
  diagnoseMachine,
  isReady,
  type MachineFacts,
  type RuntimeFacts,
} from '../../server/runtimes/doctor.ts';
import { findPreset } from '../../server/runtimes/presets.ts';
import { knownProgram } from '../../server/runtimes/programs.ts';

const preset = (name: string): RuntimePreset => findPreset(name, []) ?? assert.fail(name);

const healthy: MachineFacts = {
  isRoot: false,
  saysSandbox: false,
  hasDisplay: true,
  loginShellKeepsPath: true,
  node: '22.14.0',
  tmux: { version: 'tmux 3.3a' },
  git: { version: '2.39.5' },
  identity: { name: 'Ann', email: 'ann@example.org' },
};

const program = { path: '/usr/bin/x', isNodeScript: true, ageDays: 3 };

function facts(name: string, more: Partial<RuntimeFacts> = {}): RuntimeFacts {
  return { preset: preset(name), program, version: '1.2.3', account: 'X_API_KEY', rigs: [], ...more };
}

function about(findings: readonly Finding[], matter: string): Finding | undefined {
  return findings.find((each) => each.about === matter);
}

/** What is not ok, as `about state`. */
const wrong = (given: RuntimeFacts, machine: Partial<MachineFacts> = {}): string[] =>
  diagnose(given, { ...healthy, ...machine })
    .filter(({ state }) => state !== 'ok')
    .map(({ about: matter, state, advice }) => {
      assert.ok(advice, `${matter} says what to do`);
      return `${matter} ${state}`;
    });

describe('the doctor of runtimes', () => {
  test('has nothing to say against one that is there and a machine that is whole', () => {
    for (const name of ['claude', 'gemini', 'codex', 'augment'])
      assert.deepEqual(wrong(facts(name)), [], name);
    const { program: _, version: __, ...bare } = facts('sim');
    assert.deepEqual(wrong(bare), []);
    assert.ok(isReady(diagnoseMachine(healthy, [])));
  });

  test('a program that is missing is a problem with the way to get it', () => {
    const { program: _, version: __, ...missing } = facts('claude');
    assert.deepEqual(wrong(missing), ['program problem']);
    assert.match(
      about(diagnose(missing, healthy), 'program')?.advice ?? '',
      /npm install -g @anthropic-ai\/claude-code/,
    );
    assert.ok(!isReady(diagnose(missing, healthy)));
  });

  test('the version is shown with the age; old and mute ones are told', () => {
    assert.equal(
      about(diagnose(facts('codex'), healthy), 'version')?.evidence,
      '1.2.3; its file is 3 days old.',
    );
    assert.deepEqual(wrong(facts('codex', { program: { ...program, ageDays: 400 } })), ['version warning']);
    const { version: _, ...mute } = facts('codex');
    assert.deepEqual(wrong(mute), ['version warning']);
  });

  test('what is told of a program is what its preset says', () => {
    const mine = { ...preset('claude'), command: '/opt/mine', install: 'mine.sh', signIn: 'mine login' };
    const { program: _, version: __, account: ___, ...missing } = facts('claude', { preset: mine });
    assert.match(about(diagnose(missing, healthy), 'program')?.advice ?? '', /mine\.sh/);
    assert.match(about(diagnose(missing, healthy), 'account')?.advice ?? '', /mine login/);
    assert.deepEqual(wrong({ ...missing, program, account: 'X' }), ['version warning'], 'it was asked');
    const { versionArguments: ____, ...unasked } = mine;
    assert.deepEqual(wrong({ ...missing, preset: unasked, program, account: 'X' }), []);
  });

  test('no sign of an account is a warning, since keychains are not looked into', () => {
    const { account: _, ...stranger } = facts('codex');
    assert.deepEqual(wrong(stranger), ['account warning']);
    assert.match(about(diagnose(stranger, healthy), 'account')?.advice ?? '', /codex login/);
    assert.ok(isReady(diagnose(stranger, healthy)));
  });

  test("root and Claude's bypass do not go together, which is a problem only where a rig wants it", () => {
    assert.deepEqual(wrong(facts('claude'), { isRoot: true }), [], 'its preset has other words for root');
    assert.deepEqual(wrong(facts('codex'), { isRoot: true }), []);
    const own = preset('claude');
    const bypassing = {
      ...own,
      approval: { ...own.approval, auto: ['--dangerously-skip-permissions'] },
    };
    const claude = (more: Partial<RuntimeFacts> = {}) => facts('claude', { preset: bypassing, ...more });
    assert.deepEqual(wrong(claude(), { isRoot: true }), ['root warning']);
    assert.deepEqual(wrong(claude(), { isRoot: true, saysSandbox: true }), []);
    const rigs = [{ name: 'backend', approval: 'auto' }];
    assert.deepEqual(wrong(claude({ rigs }), { isRoot: true }), ['root problem']);
    assert.deepEqual(wrong(claude({ rigs })), []);
  });

  test('login shells that set PATH anew, for runtimes that use them', () => {
    const resets = { loginShellKeepsPath: false };
    assert.deepEqual(wrong(facts('claude'), resets), []);
    assert.deepEqual(wrong(facts('augment'), resets), [], 'its preset has --shell sh');
    const plain = { ...preset('codex'), arguments: [], oneShot: ['exec'] };
    assert.deepEqual(wrong(facts('codex', { preset: plain }), resets), ['PATH warning']);
    const set = { ...plain, arguments: ['-c', 'allow_login_shell=false'] };
    assert.deepEqual(wrong(facts('codex', { preset: set }), resets), []);
  });

  test('an alias, Node, a display and a sandbox that cannot commit', () => {
    assert.deepEqual(wrong(facts('claude', { alias: '~/.claude/local/claude' })), ['alias warning']);
    const { node: _, ...nodeless } = healthy;
    const without = diagnose(facts('gemini'), nodeless);
    assert.equal(about(without, 'node')?.state, 'problem');
    assert.deepEqual(wrong(facts('gemini'), { node: '18.19.0' }), ['node problem']);
    assert.deepEqual(
      wrong(facts('gemini', { program: { ...program, isNodeScript: false } }), { node: '18.19.0' }),
      [],
    );
    const seen = facts('cursor', { preset: { ...preset('cursor'), evidence: 'run' } });
    const isNeeded = seen.preset.needs.display ? ['display problem'] : [];
    assert.deepEqual(wrong(seen, { hasDisplay: false }), isNeeded);
    const tied = {
      ...preset('codex'),
      capabilities: { ...preset('codex').capabilities, commitsInWorktree: false },
    };
    const rigs = (isolation: string) => [{ name: 'backend', isolation }];
    assert.deepEqual(wrong(facts('codex', { preset: tied, rigs: rigs('worktree') })), ['isolation problem']);
    for (const isolation of ['auto', 'clone'])
      assert.deepEqual(wrong(facts('codex', { preset: tied, rigs: rigs(isolation) })), []);
  });

  test('what was not tried with the program says so', () => {
    assert.ok(
      wrong(facts('codex', { preset: { ...preset('codex'), evidence: 'read' } })).includes('preset warning'),
    );
  });

  test('the machine: git, who commits, and tmux where a rig wants it', () => {
    const of = (more: Partial<MachineFacts>, session = 'auto'): string[] =>
      diagnoseMachine({ ...healthy, ...more }, [{ name: 'backend', session }])
        .filter(({ state }) => state !== 'ok')
        .map(({ about: matter, state }) => `${matter} ${state}`);
    assert.deepEqual(of({ git: { problem: 'git was not found on PATH.' } }), ['git problem']);
    assert.deepEqual(of({ identity: { name: 'Ann' } }), ['git identity warning']);
    const bare = { ...healthy, tmux: { problem: 'tmux is not installed.' } };
    assert.deepEqual(
      diagnoseMachine(bare, []).map(({ state }) => state),
      ['ok', 'ok', 'ok'],
    );
    assert.equal(
      about(diagnoseMachine(bare, [{ name: 'backend', session: 'tmux' }]), 'tmux')?.state,
      'problem',
    );
  });

  test('a program is known by its name, wherever it lies and whatever ends it', () => {
    for (const command of ['claude', '/opt/x/claude', 'C:\\npm\\claude.cmd', 'claude.exe'])
      assert.equal(knownProgram(command), knownProgram('claude'), command);
    for (const command of ['claude2', 'constructor', '', '{self}'])
      assert.equal(knownProgram(command), undefined);
  });
});
