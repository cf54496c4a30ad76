import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { townPaths } from '../../server/protocol/address.ts';
import { sessionFiles } from '../../server/sessions/sessionFile.ts';
import { git } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import {
  addHookedRuntime,
  type HookedForm,
  hookedForms,
  hookedRun,
  type HookedRun,
} from './hookedRuntime.ts';
import { connect, polecatOf, sessionOf } from './liveTown.ts';
import { installWithRig, landingOf, submitted } from './rigs.ts';
import { openTerminal, runProgram, which, type Terminal } from './terminal.ts';

const hostile = 'it\'s $HOME `touch pwned` a"b';

/** What reaches the model, of what a hook printed. */
function toModel(form: HookedForm, stdout: string): string {
  if (form === 'claude' || form === 'codex') return stdout;
  const said = JSON.parse(stdout) as {
    additionalContext?: string;
    hookSpecificOutput?: { additionalContext: string };
  };
  return (form === 'gemini' ? said.hookSpecificOutput?.additionalContext : said.additionalContext) ?? '';
}

const ofEvent = ({ said }: HookedRun, event: string): string[] =>
  said.filter((each) => each.event === event).map(({ stdout }) => stdout);

describe('the lifecycle hooks of runtimes, in a town whose path is hostile', { concurrency: 2 }, () => {
  for (const form of hookedForms) {
    test(`${form}: primed at the start, reminded at its stop, and landed with nothing of ours in it`, async (t) => {
      const terminal = openTerminal(t, hostile);
      const repository = await installWithRig(terminal);
      const exclude = join(repository, '.git/info/exclude');
      const before = readFileSync(exclude, 'utf8');
      await addHookedRuntime(terminal, form);
      const { id } = await terminal.json<{ id: string }>(
        'bd',
        'create',
        'Refactor `touch pwned` $(touch pwned)',
        '--rig',
        'backend',
        '--step',
        'Read it',
      );
      await terminal.must('gt', 'sling', id, '--runtime', `as-${form}`);
      await submitted(terminal, id);
      const run = hookedRun(terminal, form);
      assert.deepEqual(
        run.said.filter(({ code }) => code !== 0),
        [],
      );
      const [start = ''] = ofEvent(run, 'start');
      assert.match(toModel(form, start), /# Role[^]*Steps: 0\/1[^]*# Contract: hook, commits, done/);
      assert.match(run.prompt, /in your context already/);
      assert.equal(run.status, '');
      const [reminded = '', after] = ofEvent(run, 'stop');
      assert.equal((JSON.parse(reminded) as { decision: string }).decision, 'block');
      assert.match(reminded, /gt done/);
      assert.equal(after, '');

      const client = await connect(t, terminal);
      const polecat = (await polecatOf(client, id)) ?? assert.fail('no polecat');
      const session = await sessionOf(client, polecat.id);
      assert.equal(session.runtimeSession, `own-${form}`);
      const files = sessionFiles(townPaths(terminal.town).sessions, session.id);
      if (form === 'claude' || form === 'copilot')
        assert.equal(statSync(files.privateFolder).mode & 0o777, 0o700);
      await terminal.must('gt', 'mq', 'merge', id);
      assert.equal((await landingOf(terminal, id)).state, 'verified');
      const landed = git(repository, 'ls-tree', '-r', '--name-only', 'main').split('\n');
      assert.deepEqual(landed, ['README.md', `work-${form}.txt`]);
      assert.equal(git(repository, 'status', '--porcelain', '--untracked-files=all'), '');
      assert.equal(readFileSync(exclude, 'utf8'), before);
      await eventually(
        'the polecat and all that was its own are gone',
        async () =>
          (await polecatOf(client, id)) === undefined &&
          !existsSync(polecat.worktree) &&
          !existsSync(files.privateFolder),
        30_000,
      );
      assert.ok(!existsSync(join(terminal.folder, 'pwned')));
    });
  }
});

describe('gt prime --hook as a process', { concurrency: 2 }, () => {
  /** In a session of a town that is nowhere. */
  function lost(t: Parameters<typeof openTerminal>[0]): {
    terminal: Terminal;
    environment: Record<string, string>;
  } {
    const terminal = openTerminal(t);
    const file = join(terminal.folder, 'session.json');
    const town = join(terminal.folder, 'gone');
    mkdirSync(join(town, '.gastown'), { recursive: true });
    writeFileSync(file, JSON.stringify({ town, session: 's-1', agent: 'backend/nux', token: 'x' }));
    return { terminal, environment: { ...terminal.environment, GT_SESSION: file } };
  }

  test('says in each form that the town cannot be reached, and ends with 0', async (t) => {
    const { terminal, environment } = lost(t);
    for (const form of hookedForms) {
      const ran = await runProgram('gt', ['prime', '--hook', form], { cwd: terminal.folder, environment });
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(
        toModel(form, ran.stdout),
        /The town cannot be reached[^]*Do not run gt done\.[^]*gt prime/,
      );
    }
    const plain = await runProgram('gt', ['prime'], { cwd: terminal.folder, environment });
    assert.deepEqual([plain.code, plain.stdout], [70, '']);
    const event = await runProgram('gt', ['event', 'stop', '--hook', 'claude'], {
      cwd: terminal.folder,
      environment,
    });
    assert.deepEqual([event.code, event.stdout], [0, '']);
  });

  test('waits for no input that does not come, and reads none that is too much', async (t) => {
    const { terminal, environment } = lost(t);
    const inputs: Record<string, Buffer | undefined> = {
      'a pipe that nobody closes': undefined,
      garbage: Buffer.from('\u0000}{garbage'),
      'twenty megabytes': Buffer.alloc(20 * 1024 * 1024, 'x'),
    };
    for (const [name, input] of Object.entries(inputs)) {
      const child = spawn('gt', ['prime', '--hook', 'text'], {
        cwd: terminal.folder,
        env: environment,
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      let stdout = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      // It has gone before it had all of it.
      child.stdin.on('error', () => undefined);
      if (input) child.stdin.end(input);
      await once(child, 'close');
      assert.equal(child.exitCode, 0, name);
      assert.match(stdout, /The town cannot be reached/, name);
    }
  });

  test('does not wait on a terminal', async (t) => {
    const { terminal, environment } = lost(t);
    const script = which('script') ?? assert.fail('There is no script on the PATH of these tests.');
    const output = join(terminal.folder, 'typescript');
    const ran = await runProgram(script, ['-qefc', 'gt prime --hook text', output], {
      cwd: terminal.folder,
      environment,
    });
    assert.equal(ran.code, 0);
    assert.match(readFileSync(output, 'utf8'), /The town cannot be reached/);
  });
});
