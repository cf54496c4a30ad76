import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { commit, git, tip, write } from '../support/repository.ts';
import { callerOf } from './fakeHost.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, filesAt, refusal, type RigWish, targetOf, type TestRig, TestTown } from './support.ts';

const head = (rig: TestRig): string => git(rig.repository, 'rev-parse', '--abbrev-ref', 'HEAD');

const changed = (rig: TestRig): string => git(rig.repository, 'status', '--porcelain');

const ownBranches = (rig: TestRig): string =>
  git(rig.repository, 'for-each-ref', '--format=%(refname)', 'refs/heads/polecat');

async function place(t: TestContext, wish: RigWish = {}): Promise<{ town: TestTown; rig: TestRig }> {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ files: { '.gitignore': '.env\n', 'README.md': 'Hello\n' }, ...wish });
  await inPlace(town);
  return { town, rig };
}

async function inPlace(town: TestTown, rig = 'backend'): Promise<void> {
  await town.ask('rig/configure', { rig, key: 'isolation', words: ['in-place'], confirmed: true });
}

async function land(town: TestTown, agent: Agent): Promise<void> {
  await town.merge(await agent.submit());
  await town.settle();
  assert.ok(agent.isGone);
}

test('in place wants a person to confirm it, and is shown ever after', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const change = { rig: 'backend', key: 'isolation', words: ['in-place'] };
  const { message, details } = await refusal('unapproved', town.ask('rig/configure', change));
  assert.ok(message.includes(`work in your own checkout, ${rig.repository}: edit nothing there`), message);
  assert.deepEqual(details.facts, { confirm: 'isolation' });
  assert.equal(details.next, 'gt rig config backend isolation in-place --yes');
  assert.equal(town.view.get('rigs', 'backend')?.settings.isolation, undefined);
  const { warnings } = await town.ask('rig/configure', { ...change, confirmed: true });
  assert.match(warnings.join(), /your own checkout/);
  assert.match((await town.ask('rig/get', { rig: 'backend' })).warnings.join(), /your own checkout/);
  await town.ask('rig/configure', change);
  await town.configure('backend', 'isolation', 'auto');
  assert.deepEqual((await town.ask('rig/get', { rig: 'backend' })).warnings, []);
});

test('what a polecat would be told names the checkout', async (t) => {
  const { town, rig } = await place(t);
  await town.configure('backend', 'runtime', 'claude-code');
  const { prompt } = await town.ask('rig/prompt', { rig: 'backend' });
  assert.ok(prompt?.includes(`Work only in ${rig.repository}, `), prompt);
});

test('in place is refused where there are no files of the user', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig({ kind: 'url' });
  const change = { key: 'isolation', words: ['in-place'], confirmed: true };
  await refusal('invalid', town.ask('rig/configure', { rig: 'backend', ...change }));
  const bare = join(town.folder, 'backend.git');
  await town.ask('rig/create', { name: 'bare', repository: bare, runtime: 'sim', branch: 'main' });
  const { details } = await refusal('invalid', town.ask('rig/configure', { rig: 'bare', ...change }));
  assert.match(details.next ?? '', /isolation clone/);
});

test('it works in the checkout, on a branch of its own, without setup, and what lands is there afterwards', async (t) => {
  const { town, rig } = await place(t);
  write(rig.repository, { '.env': 'KEY=1\n' });
  await town.ask('rig/configure', { rig: 'backend', key: 'setup', words: ['npm', 'ci'], confirmed: true });
  const agent = await town.worker();
  const { polecat } = agent;
  assert.deepEqual(
    [polecat.worktree, polecat.isolation, polecat.home, head(rig)],
    [rig.repository, 'in-place', 'main', polecat.branch],
  );
  assert.match(agent.slung.warnings.join(), /your own checkout.*until main is back/);
  const { launch } = town.view.get('sessions', polecat.session ?? '') ?? assert.fail('no session');
  assert.deepEqual([launch.directory, launch.before], [rig.repository, undefined]);
  assert.deepEqual(problemsOf(town), []);

  const made = agent.commit({ 'auth.txt': 'work\n' });
  assert.equal((await town.ask('polecat/get', { agent: agent.id })).commits, 1);
  assert.equal((await town.ask('polecat/changes', { agent: agent.id })).tip, made);
  assert.match((await town.ask('work/prime', {}, agent.caller)).text, /Commits:  1 since then/);
  write(rig.repository, { 'more.txt': '1\n' });
  await refusal('uncommitted', agent.done());
  const { mergeRequest } = await agent.done({ commit: true });
  assert.notEqual(targetOf(rig), mergeRequest?.tip);
  await town.merge(mergeRequest?.id ?? '');
  await town.settle();
  assert.ok(agent.isGone);
  assert.deepEqual([head(rig), changed(rig), ownBranches(rig)], ['main', '', '']);
  assert.equal(tip(rig.repository), targetOf(rig));
  assert.equal(readFileSync(join(rig.repository, 'auth.txt'), 'utf8'), 'work\n');
  assert.equal(readFileSync(join(rig.repository, '.env'), 'utf8'), 'KEY=1\n');
  assert.deepEqual(problemsOf(town), []);
});

test('it lands on a branch that is checked out nowhere, and the branch of the user stays as it was', async (t) => {
  const { town, rig } = await place(t, { away: true });
  const mine = commit(rig.repository, { 'mine.txt': '1\n' });
  const agent = await town.worker();
  assert.equal(agent.polecat.home, 'elsewhere');
  assert.ok(!existsSync(join(rig.repository, 'mine.txt')));
  await land(town, agent);
  assert.deepEqual([head(rig), tip(rig.repository), changed(rig)], ['elsewhere', mine, '']);
  assert.ok(filesAt(rig).includes('be-auth.txt') && existsSync(join(rig.repository, 'mine.txt')));
  assert.deepEqual(problemsOf(town), []);
});

test('it lands on a branch that is checked out in another folder', async (t) => {
  const { town, rig } = await place(t, { away: true });
  const other = join(town.folder, 'other');
  git(rig.repository, 'worktree', 'add', '--quiet', other, 'main');
  await land(town, await town.worker());
  assert.ok(existsSync(join(other, 'be-auth.txt')));
  assert.deepEqual([head(rig), changed(rig), ownBranches(rig)], ['elsewhere', '', '']);
});

test('it lands where the user went back to the target by themselves', async (t) => {
  const { town, rig } = await place(t);
  const agent = await town.worker();
  const request = await agent.submit();
  git(rig.repository, 'switch', '--quiet', 'main');
  write(rig.repository, { 'theirs.txt': '1\n' });
  await town.merge(request);
  await town.settle();
  assert.ok(agent.isGone);
  assert.deepEqual([head(rig), changed(rig), ownBranches(rig)], ['main', '?? theirs.txt', '']);
  const archives = git(rig.repository, 'for-each-ref', '--format=%(refname)', 'refs/gastown/archive');
  assert.notEqual(archives, '');
  for (const archive of archives.split('\n'))
    assert.ok(!filesAt(rig, archive).includes('theirs.txt'), `${archive} has what is the user's`);
  assert.ok(existsSync(join(rig.repository, 'be-auth.txt')));
});

type Spoil = (repository: string, town: TestTown) => unknown;

const obstacles: readonly (readonly [string, string, RegExp, Spoil])[] = [
  ['an untracked file', 'uncommitted', /: new\.txt\./, (top) => write(top, { 'new.txt': '1\n' })],
  ['a changed file', 'uncommitted', /: README\.md\./, (top) => write(top, { 'README.md': '1\n' })],
  ['a detached HEAD', 'checkout', /No branch/, (top) => git(top, 'switch', '--quiet', '--detach')],
  [
    'the branch of a polecat',
    'in-use',
    /branch of a polecat/,
    (top) => git(top, 'switch', '--quiet', '-c', 'polecat/old/x'),
  ],
  [
    'a branch with a name that a terminal would trip over',
    'invalid',
    /cannot be a branch here/,
    (top) => git(top, 'switch', '--quiet', '-c', 'x;touch$IFS/tmp/owned'),
  ],
  [
    'a merge under way',
    'checkout',
    /A merge is under way/,
    (top) => writeFileSync(join(top, '.git/MERGE_HEAD'), `${tip(top)}\n`),
  ],
  ['another polecat', 'capacity', /backend\/\w+ works in .* already/, (_, town) => town.worker('Cache work')],
];
for (const [what, code, said, spoil] of obstacles)
  test(`a sling in place is refused over ${what}, and changes nothing`, async (t) => {
    const { town, rig } = await place(t);
    await spoil(rig.repository, town);
    const before = [head(rig), changed(rig), ownBranches(rig), tip(rig.repository)];
    const agents = town.view.count('agentsByRig', 'backend');
    const bead = await town.bead('Refactor auth middleware');
    for (const dryRun of [true, false]) {
      const answer = await town.refusedSling(bead, { dryRun });
      assert.equal(answer.code, code, answer.message);
      assert.match(answer.message, said);
      assert.notEqual(answer.next, undefined);
    }
    assert.deepEqual([head(rig), changed(rig), ownBranches(rig), tip(rig.repository)], before);
    assert.equal(town.view.count('agentsByRig', 'backend'), agents);
  });

test('of two slings at once one has the checkout, also over two rigs of one repository', async (t) => {
  const { town, rig } = await place(t);
  const repository = rig.repository;
  await town.ask('rig/create', { name: 'twin', repository, runtime: 'sim', branch: 'main' });
  await inPlace(town, 'twin');
  const beads = [
    await town.bead('Auth work'),
    await town.bead('Cache work'),
    await town.bead('More', 'twin'),
  ];
  const answers = await Promise.all(beads.map((bead) => town.ask('work/sling', { beads: [bead] })));
  const slung = answers.flatMap((answer) => answer.slung);
  assert.equal(slung.length, 1);
  assert.equal(head(rig), slung[0]?.branch);
  assert.deepEqual(
    answers.flatMap(({ refused }) => refused.map(({ refusal: data }) => data?.code)),
    ['capacity', 'capacity'],
  );
  assert.equal(ownBranches(rig), `refs/heads/${slung[0]?.branch}`);
});

test('taken off its hook, its work is archived and the checkout is back', async (t) => {
  const { town, rig } = await place(t);
  const agent = await town.worker();
  const made = agent.commit({ 'auth.txt': 'work\n' });
  const { archive } = await town.ask('work/unsling', { bead: agent.bead });
  assert.equal(tip(rig.repository, `${archive}^1`), made);
  assert.deepEqual([head(rig), changed(rig), ownBranches(rig)], ['main', '', '']);
  assert.ok(!existsSync(join(rig.repository, 'auth.txt')));
  assert.deepEqual(problemsOf(town), []);
  await land(town, await town.worker('Cache work'));
});

test('with uncommitted work, it is archived too, and everything in the checkout stays as it is', async (t) => {
  const { town, rig } = await place(t);
  const agent = await town.worker();
  const { branch } = agent.polecat;
  const made = agent.commit({ 'auth.txt': 'work\n' });
  write(rig.repository, { 'untracked.txt': '1\n', '.env': 'KEY=1\n', 'README.md': 'staged\n' });
  git(rig.repository, 'add', 'README.md');
  write(rig.repository, { 'README.md': 'changed\n' });
  const { archive, warnings } = await town.ask('work/unsling', { bead: agent.bead });
  assert.equal(tip(rig.repository, `${archive}^1`), made);
  assert.equal(git(rig.repository, 'show', `${archive}:untracked.txt`), '1');
  assert.equal(git(rig.repository, 'show', `${archive}^2:README.md`), 'staged');
  assert.ok(agent.isGone);
  assert.deepEqual([head(rig), changed(rig)], [branch, 'MM README.md\n?? untracked.txt']);
  assert.equal(readFileSync(join(rig.repository, '.env'), 'utf8'), 'KEY=1\n');
  assert.equal(tip(rig.repository, `refs/heads/${branch}`), made);
  assert.match(String(warnings), /stay as they are: there is uncommitted work in it/);
  assert.equal((await town.refusedSling(agent.bead)).code, 'in-use');
});

test('where the user has checked out another branch, both stay, and it is not resumed there', async (t) => {
  const { town, rig } = await place(t);
  const agent = await town.worker();
  const { branch } = agent.polecat;
  const made = agent.commit({ 'auth.txt': 'work\n' });
  await agent.exit({ end: 'failed', code: 1 });
  git(rig.repository, 'switch', '--quiet', '-c', 'mine', 'main');
  const { details } = await refusal('wrong-place', town.ask('session/run', { agent: agent.id }));
  assert.equal(details.next, `Check it out there first: git switch ${branch}`);
  write(rig.repository, { 'mine.txt': '1\n' });
  const { warnings } = await town.ask('polecat/remove', { agent: agent.id, force: true });
  assert.ok(agent.isGone);
  assert.deepEqual([head(rig), changed(rig)], ['mine', '?? mine.txt']);
  assert.equal(tip(rig.repository, `refs/heads/${branch}`), made);
  assert.match(String(warnings), /stay as they are: mine is checked out there/);
});

test('work that has begun outlives the failure of its sling, in the checkout', async (t) => {
  let fails = true;
  const checkpoint = (step: string): Promise<void> =>
    fails && step === 'sling:session' ? Promise.reject(new Error('the disk is on fire')) : Promise.resolve();
  const town = await TestTown.open(t, { checkpoint });
  const rig = await town.addRig();
  await inPlace(town);
  town.host.onLaunch = () => write(rig.repository, { 'auth.txt': 'begun\n' });
  const bead = await town.bead('Refactor auth middleware');
  assert.equal((await town.refusedSling(bead)).code, 'failed');
  const [polecat] = [...town.view.find('agentsByRig', 'backend')];
  assert.equal(polecat?.state, 'interrupted');
  assert.match(polecat.reason ?? '', /Work has begun/);
  assert.deepEqual([head(rig), changed(rig)], [polecat.branch, '?? auth.txt']);
  fails = false;
  town.host.onLaunch = undefined;
  await town.ask('session/run', { agent: polecat.id });
  assert.equal(town.view.get('agents', polecat.id)?.state, 'working');
});

test('a seance in place has the checkout too, and gives it back', async (t) => {
  const { town, rig } = await place(t);
  const would = await town.ask('seance/start', { rig: 'backend', dryRun: true });
  assert.equal(would.directory, rig.repository);
  assert.equal(head(rig), 'main');
  const { agent, session } = await town.ask('seance/start', { rig: 'backend' });
  assert.match(head(rig), /^polecat\//);
  const { message } = await refusal('capacity', town.ask('seance/start', { rig: 'backend' }));
  assert.match(message, /works in .* already/);
  await town.host.exit(session ?? '', { end: 'failed', code: 1 });
  await town.ask('polecat/remove', { agent, force: false });
  assert.deepEqual([head(rig), changed(rig), ownBranches(rig)], ['main', '', '']);
  assert.deepEqual(problemsOf(town), []);
});

test('work in a checkout that stands on another branch is not handed off, and goes on', async (t) => {
  const { town, rig } = await place(t);
  const agent = await town.worker();
  const { branch, session } = agent.polecat;
  git(rig.repository, 'switch', '--quiet', '-c', 'mine', 'main');
  const handoff = (): Promise<unknown> => town.ask('session/handoff', { agent: agent.id, runtime: 'sim' });
  const { details, message } = await refusal('wrong-place', handoff());
  assert.equal(details.next, `Check it out there first: git switch ${branch}`);
  assert.doesNotMatch(message, /has been ended/);
  assert.equal(town.view.get('sessions', session ?? '')?.state, 'running');
  assert.equal(agent.polecat.state, 'working');
  git(rig.repository, 'switch', '--quiet', branch);
  await handoff();
});

test('whoever has the checkout, the next step that is told is one that can be done', async (t) => {
  const { town, rig } = await place(t);
  const agent = await town.worker();
  const other = await town.bead('Cache work');
  const next = async (): Promise<string> => (await town.refusedSling(other)).next ?? '';
  assert.match(await next(), new RegExp(`: gt unsling ${agent.bead}$`));
  const request = await agent.submit({ 'README.md': 'Mine\n' });
  assert.match(await next(), new RegExp(`: gt mq show ${agent.bead}$`));
  const aside = join(town.folder, 'aside');
  git(rig.repository, 'worktree', 'add', '--quiet', aside, 'main');
  commit(aside, { 'README.md': 'Theirs\n' });
  assert.equal((await town.merge(request)).state, 'conflict');
  assert.match(await next(), new RegExp(`: gt unsling ${agent.bead}$`));
  git(rig.repository, 'worktree', 'remove', aside);
  await town.ask('work/unsling', { bead: agent.bead });

  const seance = await town.ask('seance/start', { rig: 'backend' });
  assert.match(await next(), new RegExp(`: gt polecat remove ${seance.agent}$`));
});

test('from one that has ended in place, its bead is taken back first, unless its next holder needs no place', async (t) => {
  const { town } = await place(t);
  await town.ask('crew/add', { rig: 'backend', name: 'dave', runtime: 'sim' });
  const agent = await town.worker();
  await agent.exit({ end: 'failed', code: 1 });
  for (const target of ['backend/crew/dave', 'mayor'])
    assert.match(
      (await town.refusedSling(agent.bead, { target })).next ?? '',
      /; --force takes the bead away/,
    );
  const { next = '' } = await town.refusedSling(agent.bead);
  assert.equal(
    next,
    `gt session run ${agent.id} goes on; gt unsling ${agent.bead} takes the bead away and archives its work.`,
  );
  assert.equal((await town.refusedSling(agent.bead, { force: true })).code, 'capacity');
  await town.ask('work/unsling', { bead: agent.bead });
  await town.sling(agent.bead);
});

test('beads that are queued for one checkout are begun one after the other, and none of them fails for having to wait', async (t) => {
  const { town, rig } = await place(t);
  const { repository } = rig;
  await town.ask('rig/create', { name: 'twin', repository, runtime: 'sim', branch: 'main' });
  await inPlace(town, 'twin');
  const beads = [
    await town.bead('Auth work'),
    await town.bead('Cache work'),
    await town.bead('Page work', 'twin'),
  ];
  const { convoy } = await town.ask('convoy/create', { title: 'All', beads });
  await town.ask('convoy/launch', { convoy: convoy.id });
  for (const left of [2, 1, 0]) {
    await town.settle();
    const waiting = [...town.view.all('dispatches')];
    assert.deepEqual(
      waiting.map(({ state, failures }) => `${state} ${failures}`),
      Array.from({ length: left }, () => 'waiting 0'),
    );
    const [polecat] = town.view.all('agents');
    assert.ok(polecat?.session);
    const { id: agent, session, worktree } = polecat;
    for (const { id } of waiting) {
      const said = await town.ask('bead/explain', { bead: id });
      assert.equal(said.reason, 'capacity');
      assert.match(said.sentence, new RegExp(`${agent} works in .* already`));
    }
    const by = callerOf({ role: 'session', by: agent, agent, session });
    await town.ask('work/done', { directory: worktree, noChanges: true }, by);
    await town.host.exit(session, { end: 'done' });
  }
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
  assert.equal(town.view.get('convoys', convoy.id)?.state, 'landed');
  const [next, after] = [await town.bead('Docs work'), await town.bead('Login work')];
  await town.sling(next);
  const { queued } = await town.ask('work/sling', { beads: [after], queue: true });
  assert.deepEqual(
    queued?.map(({ bead }) => bead),
    [after],
  );
});

test('what is left of a checkout after a landing is written down with the bead', async (t) => {
  const { town, rig } = await place(t);
  const agent = await town.worker();
  await town.ask('bead/update', { bead: agent.bead, notes: 'mine' });
  const { branch } = agent.polecat;
  const request = await agent.submit();
  write(rig.repository, { 'theirs.txt': '1\n' });
  await town.merge(request);
  await town.settle();
  assert.ok(agent.isGone);
  assert.deepEqual([head(rig), changed(rig)], [branch, '?? theirs.txt']);
  const bead = town.view.get('beads', agent.bead);
  assert.equal(bead?.status, 'closed');
  const [mine, left = ''] = bead.notes?.split('\n') ?? [];
  assert.equal(mine, 'mine');
  assert.ok(left.startsWith(`${rig.repository} and ${branch} stay as they are: `), left);
});
