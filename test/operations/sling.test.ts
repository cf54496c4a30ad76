import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { git } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { refusal, TestTown } from './support.ts';
import { tracesOf } from './traces.ts';

test('what cannot be slung is refused with its reason, and nothing changes', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const open = await town.bead('Open work');
  const closed = await town.bead('Closed work');
  await town.ask('bead/close', { bead: closed });
  const held = await town.bead('Held work');
  await town.ask('bead/update', { bead: held, claim: true, actor: 'ann' });
  const waiting = await town.bead('Waiting work');
  await town.ask('dependency/add', { bead: waiting, dependsOn: open });
  const deferred = await town.bead('Deferred work');
  await town.ask('bead/update', { bead: deferred, status: 'deferred' });
  const epic = await town.bead('Much work', 'backend', { type: 'epic' });
  const { bead: ours } = await town.ask('bead/create', { title: 'Work of the town' });
  const before = tracesOf(town);
  const cases = [
    [closed, 'closed', /is closed/],
    [held, 'held', /claimed by ann/],
    [waiting, 'blocked', new RegExp(`waits for ${open}`)],
    [deferred, 'deferred', /is deferred/],
    [epic, 'invalid', /epic/],
    [ours.id, 'not-found', /the town's own/],
    ['be-nothing', 'not-found', /no issue found/],
    ['', 'not-found', /no issue found/],
  ] as const;
  for (const [bead, code, said] of cases) {
    const answer = await town.refusedSling(bead);
    assert.deepEqual([bead, answer.code], [bead, code]);
    assert.match(answer.message, said);
  }
  assert.equal((await town.refusedSling(open, { rig: 'nowhere' })).code, 'not-found');
  assert.equal((await town.refusedSling(open, { runtime: 'nobody' })).code, 'not-found');
  assert.equal((await town.refusedSling(open, { runtime: 'human', host: 'process' })).code, 'no-host');
  const missing = await town.refusedSling(open, { runtime: 'augment' });
  assert.equal(missing.code, 'missing-program');
  assert.match(missing.next ?? '', /--runtime NAME/, 'it was this sling that named the runtime');
  assert.deepEqual(tracesOf(town), before);

  for (const state of ['parked', 'docked']) {
    await town.configure('backend', 'state', state);
    assert.match((await town.refusedSling(open)).message, new RegExp(`is ${state}`));
  }
});

test('one bead of several that is refused stops none of the others', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await town.addRig({ name: 'infra' });
  const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work', 'infra')];
  const { slung, refused } = await town.ask('work/sling', { beads: [first, 'be-nothing', second, first] });
  assert.deepEqual(
    slung.map(({ bead, rig }) => [bead, rig]),
    [
      [first, 'backend'],
      [second, 'infra'],
    ],
  );
  assert.deepEqual(
    refused.map(({ bead }) => bead),
    ['be-nothing'],
  );
  assert.deepEqual(problemsOf(town), []);
});

test('a dry run says what would be, and changes nothing', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig({ kind: 'url' });
  const bead = await town.bead('Auth work');
  const before = tracesOf(town);
  const { slung } = await town.ask('work/sling', { beads: [bead], dryRun: true });
  assert.equal(slung[0]?.runtimeLabel, 'Simulated agent');
  assert.equal(slung[0]?.session, undefined);
  assert.deepEqual(tracesOf(town), before);
});

test('a bead that is slung already is refused with its holder, to whomever', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const again = await town.refusedSling(agent.bead);
  assert.equal(again.code, 'held');
  assert.match(again.message, new RegExp(agent.id));
  assert.equal((again.facts as { holder?: string }).holder, agent.id);
  const answers = await Promise.all(
    ['backend', undefined].map((rig) => town.refusedSling(agent.bead, rig === undefined ? {} : { rig })),
  );
  assert.ok(answers.every(({ code }) => code === 'held'));
});

test('of fifty who sling one bead at once, one does', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const bead = await town.bead('Auth work');
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => town.ask('work/sling', { beads: [bead] })),
  );
  const slung = answers.flatMap((answer) => answer.slung);
  assert.equal(slung.length, 1);
  const codes = new Set(answers.flatMap((answer) => answer.refused.map((each) => each.refusal.code)));
  assert.deepEqual([...codes], ['held']);
  assert.deepEqual(problemsOf(town), []);
});

for (const kind of ['path', 'url'] as const) {
  test(`24 beads slung at once into a rig over a ${kind} get 24 worktrees, and no stray branch`, async (t) => {
    const town = await TestTown.open(t, { waits: { startMs: 120_000 } });
    const rig = await town.addRig({ kind, settings: { maxPolecats: ['100'] } });
    await town.ask('town/configure', { key: 'maxSessions', words: ['100'] });
    const beads = await Promise.all(
      Array.from({ length: 24 }, (_, index) => town.bead(`Part ${index}`, rig.name, { id: `be-p${index}` })),
    );
    const { slung, refused } = await town.ask('work/sling', { beads });
    assert.deepEqual(refused, []);
    assert.equal(new Set(slung.map(({ agent }) => agent)).size, 24);
    assert.equal(new Set(slung.map(({ worktree }) => worktree)).size, 24);
    assert.equal(readdirSync(join(town.parts.paths.town, rig.name, 'polecats')).length, 24);
    const { gitDirectory } = town.view.get('rigs', rig.name) ?? assert.fail('no rig');
    const branches = git(gitDirectory, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/polecat');
    assert.deepEqual(branches.split('\n').toSorted(), slung.map(({ branch }) => branch ?? '').toSorted());
    assert.ok(slung.every(({ worktree }) => existsSync(join(worktree, 'README.md'))));
    assert.deepEqual(problemsOf(town), []);
  });
}

test('no more are slung at once than the rig and the town have room for', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig({ settings: { maxPolecats: ['2'] } });
  await town.addRig({ name: 'infra' });
  await town.ask('town/configure', { key: 'maxSessions', words: ['3'] });
  const beads = [
    ...(await Promise.all(
      [1, 2, 3].map((index) => town.bead(`Part ${index}`, 'backend', { id: `be-p${index}` })),
    )),
    ...(await Promise.all(
      [1, 2, 3].map((index) => town.bead(`Part ${index}`, 'infra', { id: `in-p${index}` })),
    )),
  ];
  const { slung, refused } = await town.ask('work/sling', { beads });
  assert.equal(slung.length, 3, JSON.stringify(refused));
  assert.ok(slung.filter(({ rig }) => rig === 'backend').length <= 2);
  assert.deepEqual([...new Set(refused.map((each) => each.refusal.code))], ['capacity']);
  assert.deepEqual(problemsOf(town), []);

  const agent = slung[0]?.agent ?? '';
  const { session } = town.view.get('agents', agent) ?? assert.fail('no polecat');
  await town.host.exit(session ?? '', { end: 'failed', code: 1 });
  // Infra has room for all of its own; where they were quicker than the others, backend has none yet.
  const next = refused.find(({ bead }) => bead.startsWith('in-')) ?? refused[0];
  await town.sling(next?.bead ?? '');
  const full = await refusal('capacity', town.ask('session/run', { agent }));
  assert.match(full.message, /3 of 3 sessions/);
});

test('a rig that is removed, or a bead that is closed, while it is slung is noticed', async (t) => {
  let meanwhile: (() => Promise<unknown>) | undefined;
  const town = await TestTown.open(t, {
    git: (real) => ({
      ...real,
      async requireBranch(rig, branch) {
        await meanwhile?.();
        return await real.requireBranch(rig, branch);
      },
    }),
  });
  await town.addRig();
  const bead = await town.bead('Auth work');
  meanwhile = () => town.ask('bead/close', { bead });
  assert.equal((await town.refusedSling(bead)).code, 'closed');
  const other = await town.bead('Other work');
  meanwhile = async () => {
    if (town.view.get('rigs', 'backend')) await town.ask('rig/remove', { rig: 'backend', deleteClone: true });
  };
  assert.equal((await town.refusedSling(other)).code, 'not-found');
  assert.deepEqual(problemsOf(town), []);
});

test('sessions live where it is asked, else where the rig says, else where the runtime says', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await town.ask('runtime/add', { preset: { id: 'resident', extends: 'sim', session: 'tmux' } });
  await town.configure('backend', 'runtime', 'resident');
  const bead = await town.bead('Auth work');
  const lives = async (host?: 'auto' | 'process'): Promise<string | undefined> => {
    const wish = { beads: [bead], dryRun: true, ...(host === undefined ? {} : { host }) };
    return (await town.ask('work/sling', wish)).slung[0]?.host;
  };
  assert.equal(await lives(), 'tmux');
  assert.equal((await town.ask('rig/get', { rig: 'backend' })).sessionHost, 'tmux');
  assert.equal(await lives('process'), 'process');
  assert.equal(await lives('auto'), 'process', 'who asks for auto leaves it to the town');
  await town.configure('backend', 'session', 'editor');
  assert.equal(await lives(), 'editor');
  assert.equal((await town.ask('rig/get', { rig: 'backend' })).sessionHost, 'editor');
});
