import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { testedSteps, type CheckedStep } from '../../server/protocol/runtimeTest.ts';
import { eventually } from '../support/wait.ts';
import { agentPreset, type AgentWord } from './agentScript.ts';
import { addRuntime, quickRuntime } from './rigs.ts';
import { endAfter, openTerminal, processesOf, runProgram, serverProgram, type Terminal } from './terminal.ts';

interface Result {
  readonly runtime: string;
  readonly compatible: boolean;
  readonly steps: readonly CheckedStep[];
}

const contract = ['hook', 'commit', 'update', 'done'];

/** The outcomes of the four that decide. */
const outcomes = ({ steps }: Result): Record<string, string> =>
  Object.fromEntries(steps.filter(({ decides }) => decides).map(({ step, outcome }) => [step, outcome]));

function stepOf({ steps }: Result, name: string): CheckedStep {
  return steps.find(({ step }) => step === name) ?? assert.fail(`there is no step ${name}`);
}

/** Nothing of it runs, lies about, or is known as a town. */
function checkNothingLeft(terminal: Terminal, towns = 0): void {
  assert.deepEqual(processesOf(terminal.folder), []);
  const temporary = readdirSync(terminal.environment['TMPDIR'] ?? '');
  assert.deepEqual(
    temporary.filter((name) => name !== `gastown-${process.getuid?.()}`),
    [],
  );
  const known = join(terminal.folder, 'home/.local/state/gastown/towns');
  assert.equal(existsSync(known) ? readdirSync(known).length : 0, towns);
}

/** As the server's program is called by whoever has the preset: its events, and how it ended. */
async function testPreset(
  terminal: Terminal,
  preset: Readonly<Record<string, unknown>> & { readonly id: string },
  ...words: string[]
): Promise<{ readonly code: number | null; readonly stderr: string; readonly result: Result }> {
  const file = join(terminal.folder, 'preset.json');
  writeFileSync(file, JSON.stringify(preset));
  const args = [serverProgram, 'runtime-test', preset.id, '--preset', file, ...words];
  const { environment } = terminal;
  const { code, stdout, stderr } = await runProgram('node', args, { cwd: terminal.folder, environment });
  const events = stdout
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { event: string }]));
  return { code, stderr, result: events.find(({ event }) => event === 'result') as unknown as Result };
}

describe('gt runtime test', { concurrency: 2 }, () => {
  test('the simulated agent keeps the contract, without a town, and nothing is left of it', async (t) => {
    const terminal = openTerminal(t);
    const { code, stdout, stderr } = await terminal.gt('runtime', 'test', 'simulated', '--json');
    assert.deepEqual([stderr, code], ['', 0]);
    const result = JSON.parse(stdout) as Result;
    assert.deepEqual(Object.keys(result), ['runtime', 'compatible', 'steps']);
    assert.deepEqual([result.runtime, result.compatible], ['sim', true]);
    assert.deepEqual(
      result.steps.map(({ step }) => step),
      testedSteps,
    );
    for (const step of result.steps) {
      const { advice: _, ...rest } = step;
      assert.deepEqual(Object.keys(rest), ['step', 'decides', 'outcome', 'evidence', 'seconds']);
      assert.equal(step.decides, contract.includes(step.step));
      assert.notEqual(step.outcome, 'failed', JSON.stringify(step));
    }
    assert.match(
      stepOf(result, 'hook').evidence,
      /by contract\/\w+ at \d\d:\d\d:\d\d UTC: co-keep went from hooked to in_progress/,
    );
    assert.match(
      stepOf(result, 'commit').evidence,
      /[0-9a-f]{7} on polecat\/\w+\/co-keep-\w+, .*holds the word/,
    );
    assert.match(stepOf(result, 'update').evidence, /^bead\/update by contract\/\w+ at/);
    assert.match(stepOf(result, 'done').evidence, /^done by contract\/\w+ at .* landed on main/);
    for (const name of ['failure-seen', 'clean-stop']) assert.equal(stepOf(result, name).outcome, 'passed');
    checkNothingLeft(terminal);
  });

  test('a runtime of the own town is read by people on 80 columns, step by step in order', async (t) => {
    const terminal = openTerminal(t);
    await terminal.must('gt', 'install', terminal.town);
    await addRuntime(terminal, quickRuntime);
    const { code, stdout, stderr } = await terminal.gt('runtime', 'test', quickRuntime.id);
    assert.deepEqual([stderr, code], ['', 0]);
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f]/, 'plain lines');
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80 || !line.includes(' ', 30), line);
    assert.match(stdout, /^Testing At once in a town of its own, within 60 s\.\n/);
    const order = ['reads its hook', 'commits on its branch', 'updates its bead', 'says that it is done'].map(
      (words) => stdout.indexOf(`passed  ${words}`),
    );
    assert.ok(
      order.every((at, index) => at > (order[index - 1] ?? 0)),
      stdout,
    );
    assert.match(stdout, /\nAt once: 4 of 4 of the contract hold\.\nIt is a runtime of the town\.\n$/);
    const listed = await terminal.json<{ rigs: unknown[] }>('gt', 'rig', 'list');
    assert.deepEqual(listed.rigs, [], 'nothing was made in the own town');
  });

  const p = 'passed';
  const f = 'failed';
  const s = 'skipped';
  const habits: Record<string, { words: AgentWord[]; outcomes: string[]; says: RegExp; advice: RegExp }> = {
    'forgets to commit': {
      words: ['hook', 'write', 'update', 'done'],
      outcomes: [p, f, p, s],
      says: /There is no commit on polecat\/.* Left uncommitted: contract\.txt/,
      advice: /git add and git commit/,
    },
    'commits on another branch': {
      words: ['hook', 'branch', 'write', 'commit', 'update', 'done'],
      outcomes: [p, f, p, s],
      says: /There is no commit on polecat\/.*, but on elsewhere\./,
      advice: /switch no branches/,
    },
    'commits as somebody else': {
      words: ['hook', 'write', 'commit-as-other', 'update', 'done'],
      outcomes: [p, f, p, p],
      says: /is written by Else <else@example\.org>, and contract\/\w+ is/,
      advice: /GIT_AUTHOR_/,
    },
    'never calls done': {
      words: ['hook', 'write', 'commit', 'update'],
      outcomes: [p, p, p, f],
      says: /No gt done of contract\/\w+ was seen\. own exited with code 0 without gt done\./,
      advice: /must run gt done/,
    },
    'closes its bead instead of updating it': {
      words: ['hook', 'write', 'commit', 'close', 'done'],
      outcomes: [p, p, f, p],
      says: /No bd update of co-keep/,
      advice: /bd update co-keep --notes/,
    },
    'does not read its hook': {
      words: [],
      outcomes: [f, f, f, s],
      says: /No gt hook or gt prime/,
      advice: /first act must be gt hook/,
    },
    crashes: {
      words: ['hook', 'write', 'crash'],
      outcomes: [p, f, s, s],
      says: /There is no commit on .* own exited with code 7 without gt done\. It last said: \$ gt hook/,
      advice: /commit/,
    },
    hangs: {
      words: ['hook', 'hang'],
      outcomes: [p, f, s, s],
      says: /Nothing more came within 4 s\./,
      advice: /commit/,
    },
  };

  for (const [habit, { words, outcomes: expected, says, advice }] of Object.entries(habits)) {
    test(`a runtime that ${habit} fails in that step, with advice`, async (t) => {
      const terminal = openTerminal(t);
      const preset = agentPreset(terminal.folder, 'own', words);
      const late = habit === 'hangs' ? ['--deadline', '4'] : [];
      const { code, stderr, result } = await testPreset(terminal, preset, ...late);
      assert.deepEqual([stderr, code], ['', 1]);
      const seen = outcomes(result);
      assert.deepEqual(
        seen,
        Object.fromEntries(contract.map((step, at) => [step, expected[at]])),
        JSON.stringify(result),
      );
      const failedStep = contract[expected.indexOf(f)] ?? '';
      const step = stepOf(result, failedStep);
      assert.match(step.evidence, says);
      assert.match(step.advice ?? '', advice);
      checkNothingLeft(terminal);
    });
  }

  test('one that keeps it and takes its prompt as an argument passes', async (t) => {
    const terminal = openTerminal(t);
    const words: AgentWord[] = ['hook', 'write', 'commit', 'update', 'done'];
    const { code, result } = await testPreset(terminal, agentPreset(terminal.folder, 'own', words));
    assert.deepEqual([code, result.compatible], [0, true], JSON.stringify(result));
    assert.equal(stepOf(result, 'prompt-argument').outcome, 'passed');
    checkNothingLeft(terminal);
  });

  test('what the town would start is tested: what lies in a known place, or what a setting names', async (t) => {
    const terminal = openTerminal(t);
    const words: AgentWord[] = ['hook', 'write', 'commit', 'update', 'done'];
    const { command, ...preset } = agentPreset(terminal.folder, 'own', words);
    const hidden = { ...preset, command: 'no-such-agent' };
    const placed = await testPreset(terminal, { ...hidden, places: ['/nowhere/agent', command] });
    assert.deepEqual([placed.code, stepOf(placed.result, 'found').evidence], [0, command]);

    await terminal.must('gt', 'install', terminal.town);
    await addRuntime(terminal, hidden);
    await terminal.must('gt', 'config', 'runtime.own.command', String(command));
    const set = await terminal.gt('runtime', 'test', 'own', '--json');
    assert.deepEqual([set.stderr, set.code], ['', 0], set.stdout);
    assert.equal(stepOf(JSON.parse(set.stdout) as Result, 'found').evidence, command);
  });

  test('a runtime with an account is looked at, and not started without --live', async (t) => {
    const terminal = openTerminal(t);
    const started = join(terminal.folder, 'started');
    const claude = join(terminal.folder, 'bin/claude');
    const lines = [
      '#!/bin/sh',
      'if [ "$1" = --version ]; then echo "2.1.330 (Claude Code)"; exit; fi',
      `: > "${started}"`,
    ];
    writeFileSync(claude, lines.join('\n'));
    chmodSync(claude, 0o755);
    mkdirSync(join(terminal.folder, 'home/.claude'));
    writeFileSync(join(terminal.folder, 'home/.claude/.credentials.json'), '{}');
    const { code, stdout } = await terminal.gt('runtime', 'test', 'claude', '--json');
    assert.equal(code, 1);
    const result = JSON.parse(stdout) as Result;
    assert.deepEqual(outcomes(result), Object.fromEntries(contract.map((step) => [step, s])));
    assert.match(stepOf(result, 'hook').evidence, /your own account, which only --live uses/);
    assert.equal(stepOf(result, 'version').evidence, '2.1.330');
    assert.match(stepOf(result, 'signed-in').evidence, /\.credentials\.json is there/);
    assert.match(
      stepOf(result, 'prompt-argument').evidence,
      /^Would start: \/.*\/bin\/claude --print .* PROMPT$/,
    );
    assert.ok(!existsSync(started));
    checkNothingLeft(terminal);

    const refused = await terminal.gt('runtime', 'test', 'claude', '--live', '--json');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /your own account/);
    assert.match(refused.stderr, /--yes/);
    assert.ok(!existsSync(started), 'not before somebody said yes');

    const live = await terminal.gt('runtime', 'test', 'claude', '--live', '--yes', '--deadline', '20');
    assert.equal(live.code, 1);
    assert.match(live.stderr, /^This starts claude .* with your own account, which may cost\.\n/);
    assert.match(live.stdout, /with your own account, within 20 s/);
    assert.ok(existsSync(started));
    checkNothingLeft(terminal);
  });

  test('a missing program is said in the first step, and nothing is started', async (t) => {
    const terminal = openTerminal(t);
    const { code, result } = await testPreset(terminal, { id: 'own', command: 'no-such-agent', oneShot: [] });
    assert.equal(code, 1);
    assert.deepEqual(outcomes(result), Object.fromEntries(contract.map((step) => [step, s])));
    assert.match(stepOf(result, 'found').evidence, /no "no-such-agent" on the PATH/);
    assert.match(stepOf(result, 'found').advice ?? '', /^Install it/);
    checkNothingLeft(terminal);
  });

  test('what cannot be is refused, with the next step, and leaves nothing', async (t) => {
    const terminal = openTerminal(t);
    const unknown = await terminal.gt('runtime', 'test', 'clod');
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /clod/);
    const person = await terminal.gt('runtime', 'test', 'human');
    assert.equal(person.code, 1);
    assert.match(person.stderr, /needs a terminal[^]*Next: .*VS Code/);
    for (const preset of [
      { id: 'own', command: 'x', shell: 'rm -rf /' },
      { id: 'own', command: 'sh\u001B[2J' },
      { id: 'sim', command: 'sh' },
      { id: '../own', command: 'sh' },
      { id: 'own', command: 'sh', oneShot: 'sh -c x' },
    ]) {
      const { code, stderr, result } = await testPreset(terminal, preset);
      assert.deepEqual([code, result], [1, undefined], stderr);
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(stderr, /\u001b|^\s+at /m);
    }
    for (const words of [[], ['sim', '--nonsense'], ['sim', '--deadline', '0'], ['sim', '--preset']]) {
      const args = [serverProgram, 'runtime-test', ...words];
      const { environment } = terminal;
      assert.equal(
        (await runProgram('node', args, { cwd: terminal.folder, environment })).code,
        2,
        words.join(' '),
      );
    }
    checkNothingLeft(terminal);
  });

  for (const runtime of ['human', 'sim']) {
    test(`${runtime} in the terminal of an editor that asked`, async (t) => {
      const terminal = openTerminal(t);
      const register = join(import.meta.dirname, '../support/register.mjs');
      const program = join(import.meta.dirname, 'editorStandIn.ts');
      const { code, stdout, stderr } = await runProgram('node', ['--import', register, program, runtime], {
        cwd: terminal.folder,
        environment: terminal.environment,
      });
      assert.equal(code, 0, stdout + stderr);
      const events = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { event: string });
      const result = events.at(-1) as unknown as Result;
      assert.ok(result.compatible);
      assert.equal(stepOf(result, 'terminal').outcome, 'passed');
      assert.match(stepOf(result, 'terminal').evidence, /\(editor\)/);
      const isNoted = events.some(({ event }) => event === 'note');
      assert.equal(isNoted, runtime === 'human', 'a person is told what to do, a program is not');
      if (runtime === 'human') assert.equal(stepOf(result, 'failure-seen').outcome, 'skipped');
      await eventually('nothing runs', () => processesOf(terminal.folder).length === 0, 30_000);
    });
  }

  for (const how of ['an interrupt', 'a signal from outside'] as const) {
    test(`${how} ends it, and nothing of it is left`, async (t) => {
      const terminal = openTerminal(t);
      await terminal.must('gt', 'install', terminal.town);
      await addRuntime(terminal, agentPreset(terminal.folder, 'own', ['hook', 'hang']));
      const child = spawn('gt', ['runtime', 'test', 'own'], {
        cwd: terminal.folder,
        env: terminal.environment,
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      endAfter(t, child);
      const ended = once(child, 'close');
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      await eventually('it has begun', () => said.includes('passed  reads its hook'), 60_000);
      // Like a terminal, which sends it to the whole group; or like whoever started it.
      if (how === 'an interrupt') process.kill(-(child.pid ?? assert.fail('it runs')), 'SIGINT');
      else child.kill('SIGTERM');
      await ended;
      assert.equal(child.exitCode, 130);
      await terminal.must('gt', 'down');
      await eventually('nothing runs', () => processesOf(terminal.folder).length === 0, 30_000);
      checkNothingLeft(terminal, 1);
    });
  }
});
