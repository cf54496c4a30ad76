import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { instruction } from '../../server/runtimes/contractBead.ts';
import { commit, git } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import { launcherProgram, standIn, type StandIn } from './standIn.ts';

const bead = { id: 'be-auth', title: 'Refactor auth middleware' };

interface Playing {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** The simulated agent as the town starts it: the launcher's program, in a worktree, with `gt` and `git` on PATH. */
function play(context: TestContext, place: StandIn, ...args: string[]): Playing {
  const child = spawn(process.execPath, [launcherProgram, 'sim', '--pace', '0', ...args], {
    cwd: place.worktree,
    env: place.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  context.after(() => child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (more) => (text += more));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  return { child, output: () => text, ended };
}

const log = (place: StandIn): string[] => git(place.worktree, 'log', '--format=%s|%an', 'main').split('\n');
const isClean = (place: StandIn): boolean => git(place.worktree, 'status', '--porcelain') === '';

async function endsWith(playing: Playing, code: number): Promise<void> {
  const end = await playing.ended;
  assert.deepEqual(end, { code, signal: null }, playing.output());
}

test('finish: one commit that names the bead, by the polecat, then done', async (t) => {
  const place = standIn(t, bead, { 'src/routes.ts': 'export const routes = [];\n', 'README.md': 'Hello\n' });
  await endsWith(play(t, place), 0);
  assert.deepEqual(log(place), ['be-auth: Refactor auth middleware|nux', 'First|Ann Author']);
  assert.deepEqual(place.calls(), [['done']]);
  assert.ok(isClean(place));
  assert.match(
    git(place.worktree, 'show', 'HEAD:src/auth.ts'),
    /be-auth: Refactor auth middleware\nexport function auth/,
  );
});

test('finish again, after an earlier attempt: there is something to commit, and it still fits', async (t) => {
  const place = standIn(t, bead, { 'app/model.py': 'x = 1\n' });
  await endsWith(play(t, place), 0);
  await endsWith(play(t, place), 0);
  assert.match(git(place.worktree, 'show', 'HEAD:app/auth.py'), /def auth\(value\)[^]*def auth_2\(value\)/);
});

test('contract: the word of the bead in the file that it names, a note on the bead, then done', async (t) => {
  const description = instruction('be-auth', 'word42');
  const place = standIn(t, { ...bead, description, labels: ['sim:contract'] }, { 'a.js': '' });
  await endsWith(play(t, place), 0);
  assert.equal(git(place.worktree, 'show', 'HEAD:contract.txt'), 'word42');
  assert.deepEqual(log(place), ['be-auth: keep the contract|nux', 'First|Ann Author']);
  assert.deepEqual(place.calls(), [['update', 'be-auth', '--notes', 'contract kept'], ['done']]);
  const plain = standIn(t, {
    ...bead,
    description: 'Any file named ../x.txt will do.',
    labels: ['sim:contract'],
  });
  await endsWith(play(t, plain), 0);
  assert.match(git(plain.worktree, 'show', '--stat', 'HEAD'), /docs\/auth\.md/, 'what it always writes');
});

test('what it shows is readable: the bead, the file, the commit', async (t) => {
  const place = standIn(t, bead);
  const playing = play(t, place);
  await endsWith(playing, 0);
  const [, ...lines] = playing.output().split('\n');
  assert.match(
    lines.join('\n'),
    /I am backend\/nux, and this is be-auth: Refactor auth middleware\nReading the code: 1 file, branch main\nWriting docs\/auth\.md \(\d+ lines\)\nCommitted [0-9a-f]{7,}  be-auth: Refactor auth middleware\n\$ gt done\n  Submitted\./,
  );
});

test('thorough writes notes in a second commit, visual draws', async (t) => {
  const thorough = standIn(t, bead, { 'a.js': '' });
  await endsWith(play(t, thorough, '--variant', 'thorough'), 0);
  assert.equal(log(thorough).length, 3);
  assert.ok(existsSync(join(thorough.worktree, 'docs/auth.md')));
  const visual = standIn(t, bead, { 'a.css': '' });
  await endsWith(play(t, visual, '--variant', 'visual'), 0);
  assert.match(git(visual.worktree, 'show', 'HEAD:preview/auth.svg'), /Refactor auth middleware/);
});

test("the bead's label goes before the argument", async (t) => {
  const place = standIn(t, { ...bead, labels: ['urgent', 'sim:forget-done'] });
  await endsWith(play(t, place, '--behaviour', 'stall'), 0);
  assert.deepEqual(place.calls(), []);
});

test('ask: escalates with a question, waits for a line, then finishes', async (t) => {
  const place = standIn(t, { ...bead, labels: ['sim:ask'] });
  const playing = play(t, place);
  await eventually('it asks', () => playing.output().includes('? be-auth: should the limit'));
  assert.deepEqual(place.calls(), [
    ['done', '--status', 'escalated', '--message', 'be-auth: should the limit be per user or per key?'],
  ]);
  playing.child.stdin?.write('per user\n');
  await endsWith(playing, 0);
  assert.match(playing.output(), /Understood: per user/);
  assert.deepEqual(place.calls().at(-1), ['done']);
});

test('ask, with nobody who could answer, waits until it is ended', async (t) => {
  const place = standIn(t, { ...bead, labels: ['sim:ask'] });
  const playing = play(t, place);
  playing.child.stdin?.end();
  await eventually('it asks', () => playing.output().includes('? be-auth'));
  playing.child.kill('SIGTERM');
  assert.deepEqual(await playing.ended, { code: null, signal: 'SIGTERM' });
});

test('stall: sits there until a signal', async (t) => {
  const place = standIn(t, { ...bead, labels: ['sim:stall'] });
  const playing = play(t, place);
  await eventually('it thinks', () => playing.output().includes('Thinking'));
  playing.child.kill('SIGINT');
  assert.deepEqual(await playing.ended, { code: null, signal: 'SIGINT' });
  assert.deepEqual(place.calls(), []);
});

test('crash: half of the work is committed, the rest is lying about, exit code 3', async (t) => {
  const place = standIn(t, bead);
  await endsWith(play(t, place, '--behaviour', 'crash'), 3);
  assert.equal(log(place)[0], 'be-auth: first half|nux');
  assert.ok(!isClean(place));
  assert.deepEqual(place.calls(), []);
});

test('crash-signal: the same, killed', async (t) => {
  const playing = play(t, standIn(t, bead), '--behaviour', 'crash-signal');
  assert.deepEqual(await playing.ended, { code: null, signal: 'SIGKILL' });
});

test('conflict: its change does not merge with another of the same line', async (t) => {
  const place = standIn(t, { ...bead, labels: ['sim:conflict'] }, { 'README.md': 'Title\nText\n' });
  git(place.worktree, 'switch', '--quiet', '-c', 'work');
  await endsWith(play(t, place), 0);
  git(place.worktree, 'switch', '--quiet', 'main');
  commit(place.worktree, { 'README.md': 'Another title\nText\n' }, 'Meanwhile');
  assert.throws(() => git(place.worktree, 'merge', '--no-edit', 'work'));
  assert.match(git(place.worktree, 'status', '--porcelain'), /^UU README.md$/m);
});

test('conflict: resumed after it, the target is taken in, and it merges', async (t) => {
  const labelled = { ...bead, labels: ['sim:conflict'] };
  const place = standIn(t, labelled, { 'README.md': 'Title\nText\n' });
  git(place.worktree, 'switch', '--quiet', '-c', 'work');
  await endsWith(play(t, place), 0);
  git(place.worktree, 'switch', '--quiet', 'main');
  commit(place.worktree, { 'README.md': 'Another title\nText\n', 'more.md': 'More\n' }, 'Meanwhile');
  git(place.worktree, 'switch', '--quiet', 'work');
  const mergeRequest = { state: 'conflict', target: 'main' };
  const hook = { agent: 'backend/nux', rig: 'backend', bead: labelled, mergeRequest };
  writeFileSync(join(place.environment['STAND_IN'] ?? '', 'hook.json'), JSON.stringify(hook));
  await endsWith(play(t, place), 0);
  git(place.worktree, 'merge-base', '--is-ancestor', 'main', 'work');
  assert.equal(git(place.worktree, 'show', 'work:README.md'), 'Refactor auth middleware (be-auth)\nText');
  assert.equal(place.calls().length, 2);
});

test('a bead that is to put right what could not land: the commit that it names is taken in', async (t) => {
  const ref = 'refs/gastown/tips/mr-0123abcd';
  const description = `To put it right: git merge ${ref} on a branch of your own, and call gt done.`;
  const place = standIn(t, { ...bead, description }, { 'README.md': 'Title\nText\n' });
  git(place.worktree, 'switch', '--quiet', '-c', 'theirs');
  const tip = commit(
    place.worktree,
    { 'README.md': 'Their title\nText\n', 'theirs.md': 'Theirs\n' },
    'Theirs',
  );
  git(place.worktree, 'update-ref', ref, tip);
  git(place.worktree, 'switch', '--quiet', 'main');
  commit(place.worktree, { 'README.md': 'Another title\nText\n' }, 'Meanwhile');
  await endsWith(play(t, place), 0);
  git(place.worktree, 'merge-base', '--is-ancestor', tip, 'main');
  assert.equal(git(place.worktree, 'show', 'main:README.md'), 'Another title\nText');
  assert.equal(git(place.worktree, 'show', 'main:theirs.md'), 'Theirs');
});

test('forget-commit: done is refused, the refusal is shown, exit code 1', async (t) => {
  const place = standIn(t, bead);
  const playing = play(t, place, '--behaviour', 'forget-commit');
  await endsWith(playing, 1);
  assert.match(playing.output(), /Uncommitted work: \?\? docs\//);
  assert.equal(log(place).length, 1);
});

test('forget-done: committed, exit code 0, and done was never called', async (t) => {
  const place = standIn(t, bead);
  await endsWith(play(t, place, '--behaviour', 'forget-done'), 0);
  assert.equal(log(place).length, 2);
  assert.deepEqual(place.calls(), []);
});

test('an empty hook is no work, and no failure', async (t) => {
  const place = standIn(t, undefined);
  await endsWith(play(t, place), 0);
  assert.deepEqual(place.calls(), []);
});

test('a polecat whose hook is empty looks again, and begins once there is a bead on it', async (t) => {
  const place = standIn(t, undefined);
  place.environment['GT_ROLE'] = 'polecat';
  const playing = play(t, place);
  await eventually('it waits', () => playing.output().includes('I wait for work.'));
  assert.deepEqual(place.calls(), []);
  const hook = { agent: 'backend/nux', rig: 'backend', bead };
  writeFileSync(join(place.environment['STAND_IN'] ?? '', 'hook.json'), JSON.stringify(hook));
  await endsWith(playing, 0);
  assert.deepEqual(place.calls(), [['done']]);
});

test('as crew or mayor it waits for a person, and touches nothing', async (t) => {
  for (const role of ['crew', 'mayor']) {
    const place = standIn(t, bead);
    place.environment['GT_ROLE'] = role;
    const playing = play(t, place);
    await eventually('it waits', () => playing.output().includes(`A simulated ${role} waits`));
    playing.child.kill('SIGTERM');
    await playing.ended;
    assert.deepEqual([place.calls(), log(place).length], [[], 1]);
  }
});

test('hostile titles and ids do nothing but be text', async (t) => {
  const title = '$(touch pwn)`touch pwn`;touch pwn "\'&|%PATH%\n*/ --> \u001B]0;x\u0007';
  const place = standIn(t, { id: '../../be-$(touch pwn)', title }, { 'a.css': 'b {}\n' });
  const playing = play(t, place);
  await endsWith(playing, 0);
  assert.ok(!existsSync(join(place.worktree, 'pwn')));
  assert.ok(isClean(place));
  assert.deepEqual(git(place.worktree, 'ls-files').split('\n'), ['a.css', 'work.css']);
  assert.equal(git(place.worktree, 'show', 'HEAD:work.css').split('*/').length, 2, 'the comment ends once');
  assert.ok(!playing.output().includes('\u001B'));
});

test('wrong use is exit code 2, with what could be used', async (t) => {
  const place = standIn(t, bead);
  for (const [args, says] of [
    [['--behaviour', 'dance'], /cannot "dance"\. It can: finish, ask, stall/],
    [['--speed', '1'], /Unknown argument/],
    [['--variant', 'slow'], /--variant is one of quick, thorough, visual/],
    [['--pace'], /--pace needs a value/],
  ] as const) {
    const playing = play(t, place, ...args);
    await endsWith(playing, 2);
    assert.match(playing.output(), says);
  }
});
