import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { CrewMember, Seance } from '../../server/protocol/seance.ts';
import { commit, createRepository, git } from '../support/repository.ts';
import type { Ran } from '../support/runNode.ts';
import { becomes, connect, inside, must, polecatOf, sessionOf } from './liveTown.ts';
import { addRuntime, createBead, installWithRig, landingOf, submitted } from './rigs.ts';
import { openTerminal, runProgram } from './terminal.ts';

/** A runtime that sits there, so that the test can be its agent. */
const idle = {
  id: 'idle',
  label: 'Idle',
  command: 'node',
  arguments: ['--eval', 'setInterval(() => {}, 1000)'],
  oneShot: ['--eval', 'setInterval(() => {}, 1000)'],
  prompt: { kind: 'none' },
};

describe('agents of every role', { concurrency: 2 }, () => {
  test('gt seance start --runtime gemini --rig infra, as it stands: it waits, gets a bead, and lands it', async (t) => {
    const terminal = openTerminal(t);
    await terminal.must('gt', 'install', terminal.town);
    const repository = join(terminal.folder, 'infra');
    createRepository(repository);
    const gemini = join(terminal.environment['PATH'] ?? '', 'gemini');
    writeFileSync(gemini, '#!/usr/bin/env node\nsetInterval(() => {}, 1000);\n');
    chmodSync(gemini, 0o755);
    await terminal.must('gt', 'rig', 'create', 'infra', '--runtime', 'sim', '--repo', repository);

    const dry = await terminal.must(
      'gt',
      'seance',
      'start',
      '--runtime',
      'gemini',
      '--rig',
      'infra',
      '--dry-run',
    );
    assert.match(dry, /Would start infra\/… with Gemini CLI \(process\)\./);
    assert.deepEqual((await terminal.json<{ polecats: [] }>('gt', 'polecat', 'list')).polecats, []);

    const said = await terminal.must('gt', 'seance', 'start', '--runtime', 'gemini', '--rig', 'infra');
    assert.match(said, /^Started infra\/\w+ with Gemini CLI \(process\) as s-\w+\.\n {2}Hook: {5}empty\n/);
    const agent = /infra\/[a-z]+/.exec(said)?.[0] ?? '';
    const client = await connect(t, terminal);
    const session = await sessionOf(client, agent);
    assert.equal(session.state, 'running');
    const here = inside(terminal, session.id, session.launch.directory);
    assert.match(await must(here('gt', 'hook')), /Nothing is on the hook/);
    assert.equal((await here('gt', 'done')).code, 1);
    assert.match(await terminal.must('gt', 'polecat', 'list'), /waits for a bead/);

    const { id } = await terminal.json<{ id: string }>(
      'bd',
      'create',
      '--rig',
      'infra',
      '--title',
      'Auth work',
    );
    await terminal.must('gt', 'sling', id, agent, '--args', 'mind the gap');
    assert.match(await must(here('gt', 'hook')), /Said: +mind the gap/);
    assert.match(await must(here('gt', 'prime')), /^\| mind the gap$/m);
    commit(session.launch.directory, { 'auth.tf': 'work\n' });
    await must(here('gt', 'done'));
    await terminal.must('gt', 'mq', 'merge', id);
    assert.equal((await landingOf(terminal, id)).state, 'verified');
    const listed = await terminal.must('gt', 'seance');
    assert.match(listed, new RegExp(`${session.id} +${agent} +Gemini CLI`));
    assert.match(await terminal.must('gt', 'seance', 'show', session.id.slice(3)), /Cannot be asked: /);
    const mute = await terminal.gt('seance', '-t', session.id);
    assert.deepEqual([mute.code, mute.stdout], [1, '']);
  });

  test('the mayor plans and slings, and changes nothing that is for people', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    await addRuntime(terminal, idle);
    assert.match(await terminal.must('gt', 'mayor'), /The mayor is not running\.\nNext: gt mayor start/);
    const { session = '' } = await terminal.json<Seance>('gt', 'mayor', 'start', '--runtime', 'idle');
    assert.match(await terminal.must('gt', 'mayor', 'status'), /The mayor is running\./);
    const attached = terminal.must('gt', 'mayor', 'attach');
    const mayor = inside(terminal, session, terminal.town);
    assert.match(await must(mayor('gt', 'prime')), /^backend: At once, active, 0 working/m);

    const made = JSON.parse(
      await must(mayor('bd', 'create', '--rig', 'backend', '--title', 'Auth work', '--json')),
    ) as { id: string };
    await must(mayor('bd', 'update', made.id, '--priority', '1'));
    await must(mayor('gt', 'convoy', 'create', 'Auth', made.id));
    await must(mayor('gt', 'sling', made.id));
    await submitted(terminal, made.id);
    const forbidden: readonly (readonly string[])[] = [
      ['mq', 'merge', made.id],
      ['rig', 'config', 'backend', 'merge', 'auto'],
      ['config', 'max-sessions', '3'],
      ['runtime', 'remove', 'idle'],
      ['polecat', 'remove', made.id],
      ['session', 'stop', 'mayor'],
      ['seance', 'start', '--rig', 'backend'],
      ['crew', 'add', 'backend', 'dave'],
      ['rig', 'remove', 'backend'],
    ];
    for (const words of forbidden) {
      const { code, stderr } = await mayor('gt', ...words);
      assert.equal(code, 1, words.join(' '));
      assert.match(stderr, /is for people/, words.join(' '));
    }
    await terminal.must('gt', 'mayor', 'stop');
    // Whoever looked at it is let go with the session.
    await attached;
    // Its token is still there, but it coordinates no more.
    assert.match(
      (await mayor('gt', 'convoy', 'create', 'More', made.id)).stderr,
      /is for people and the mayor/,
    );
  });

  test('crew: a worktree that lasts, a hook that its folder knows, and the name of the person on commits', async (t) => {
    const terminal = openTerminal(t);
    const repository = await installWithRig(terminal);
    await addRuntime(terminal, idle);
    const infra = join(terminal.folder, 'infra');
    createRepository(infra);
    await terminal.must('gt', 'rig', 'create', 'infra', '--runtime', 'idle', '--repo', infra);
    const crew = await terminal.json<CrewMember>('gt', 'crew', 'add', 'backend', 'dave', '--runtime', 'idle');
    const id = await createBead(terminal, 'Auth work');
    const there = (program: 'gt' | 'bd', ...words: string[]): Promise<Ran> =>
      runProgram(program, words, { cwd: crew.directory, environment: terminal.environment });
    assert.match(
      await must(there('gt', 'hook', id)),
      new RegExp(`${id} is on the hook of backend/crew/dave`),
    );
    assert.deepEqual(JSON.parse(await must(there('gt', 'hook', 'show', '--json'))), {
      agent: 'backend/crew/dave',
      bead_id: id,
      title: 'Auth work',
      status: 'hooked',
    });
    assert.match(await must(there('gt', 'hook')), /Hook of backend\/crew\/dave/);
    const guest = JSON.parse(await must(there('gt', 'worktree', 'infra', '--json'))) as CrewMember;
    assert.equal(guest.agent, 'infra/crew/backend-dave');

    const { session = '' } = await terminal.json<Seance>('gt', 'crew', 'start', 'backend', 'dave');
    const own = inside(terminal, session, crew.directory);
    assert.match(await must(own('gt', 'prime')), /You are backend\/crew\/dave, crew of the rig backend/);
    assert.match((await own('gt', 'done')).stderr, /gt done is for polecats/);
    commit(crew.directory, { 'auth.txt': 'work\n' }, 'Check every token');
    await must(own('bd', 'close', id));
    assert.deepEqual(JSON.parse(await must(own('gt', 'hook', 'show', '--json'))), {
      agent: 'backend/crew/dave',
      status: 'empty',
    });
    assert.match(await terminal.must('gt', 'crew', 'list'), /backend\/crew\/dave +crew\/dave +idle +s-/);
    await terminal.must('gt', 'crew', 'stop', 'dave');
    const refused = await terminal.gt('crew', 'remove', 'dave');
    assert.match(refused.stderr, /1 commit of backend\/crew\/dave is not on main/);
    assert.ok(existsSync(crew.directory));
    const { archive } = await terminal.json<{ archive: string }>('gt', 'crew', 'remove', 'dave', '--force');
    assert.ok(!existsSync(crew.directory));
    assert.equal(git(repository, 'log', '-1', '--format=%s', `${archive}^1`), 'Check every token');
  });

  test('a bead begun by one runtime is handed off to another, which lands it', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    await addRuntime(terminal, idle);
    const id = await createBead(terminal, 'Auth work');
    await terminal.must('gt', 'sling', id, '--runtime', 'idle');
    const client = await connect(t, terminal);
    const { id: agent, worktree, branch } = await becomes(client, id, 'working');
    const begun = commit(worktree, { 'begun.txt': 'begun\n' });
    const first = await sessionOf(client, agent);
    const note = '$(touch pwned) `id`';
    const said = await terminal.must(
      'gt',
      'session',
      'handoff',
      agent,
      '--runtime',
      'sim-at-once',
      '--note',
      note,
    );
    assert.match(said, new RegExp(`^Handed off ${agent} to sim-at-once`));
    await submitted(terminal, id);
    const polecat = await polecatOf(client, id);
    assert.deepEqual(
      [polecat?.worktree, polecat?.branch, polecat?.runtime],
      [worktree, branch, 'sim-at-once'],
    );
    assert.match((await client.request('bead/get', { bead: id })).bead.notes ?? '', /\$\(touch pwned\)/);
    assert.ok(!existsSync(join(worktree, 'pwned')));
    await terminal.must('gt', 'mq', 'merge', id);
    git(join(terminal.folder, 'backend'), 'merge-base', '--is-ancestor', begun, 'main');
    const past = await terminal.json<{ sessions: { session: string; runtime: string }[] }>('gt', 'seance');
    assert.deepEqual(
      past.sessions.map(({ runtime }) => runtime),
      ['sim-at-once', 'idle'],
    );
    assert.equal(past.sessions[1]?.session, first.id);
    const resumed = await terminal.gt('session', 'resume', agent);
    assert.deepEqual([resumed.code, resumed.stdout], [1, '']);
    assert.match(resumed.stderr, new RegExp(`^gt: There is no agent "${agent}"\\.`));
  });
});
