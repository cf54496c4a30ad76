import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import { isStillRunning } from '../../server/sessions/tree.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { commit, git, tip } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import type { TownOptions } from './openTown.ts';
import { type Agent, filesAt, refusal, targetOf, type TestRig, TestTown } from './support.ts';

/** Fails where one of these files is there. */
const without = (...files: string[]): string[] => [
  'node',
  '-e',
  `const bad = ${JSON.stringify(files)}.filter((f) => require('fs').existsSync(f)); if (bad.length) { console.log('there is ' + bad); process.exit(3); }`,
];

interface Scene {
  readonly town: TestTown;
  readonly rig: TestRig;
  readonly agents: readonly Agent[];
  readonly requests: readonly string[];
}

/** So many requests wait in a rig whose refinery is paused, in this order. */
async function waiting(
  t: TestContext,
  count: number,
  work: (at: number) => Record<string, string> = (at) => ({ [`file-${at}.txt`]: 'work\n' }),
  options: TownOptions = {},
): Promise<Scene> {
  const town = await TestTown.open(t, options);
  const rig = await town.addRig({ settings: { merge: ['auto'] } });
  await town.ask('refinery/pause', { rig: rig.name });
  const agents: Agent[] = [];
  const requests: string[] = [];
  for (let at = 0; at < count; at += 1) agents.push(await town.worker(`${names[at] ?? ''} work`));
  for (const [at, agent] of agents.entries()) requests.push(await agent.submit(work(at)));
  await town.settle();
  return { town, rig, agents, requests };
}

const names = ['Auth', 'Cache', 'Queue', 'Login', 'Search'];

async function resume({ town, rig }: Scene): Promise<void> {
  await town.ask('refinery/resume', { rig: rig.name });
  await town.settle();
}

const requestOf = (town: TestTown, id: string): MergeRequest => {
  const request = town.view.get('mergeRequests', id);
  assert.ok(request);
  return request;
};

const states = ({ town, requests }: Scene): string[] => requests.map((id) => requestOf(town, id).state);

/** How often a gate ran: it writes a line for each. */
function counting(town: TestTown, script = ''): { readonly command: string[]; runs(): number } {
  const file = join(town.folder, 'runs.txt');
  const line = `require('fs').appendFileSync(${JSON.stringify(file)}, 'x');`;
  return {
    command: ['node', '-e', `${line}${script}`],
    runs: () => (existsSync(file) ? readFileSync(file, 'utf8').length : 0),
  };
}

test('what waits lands together, with one run of the gates, each with its proof', async (t) => {
  const scene = await waiting(t, 4);
  const { town, rig } = scene;
  const gate = counting(town);
  await town.configure('backend', 'gate.unit', ...gate.command);
  await resume(scene);
  assert.deepEqual(states(scene), ['verified', 'verified', 'verified', 'verified']);
  assert.equal(gate.runs(), 1);
  const top = targetOf(rig);
  for (const id of scene.requests) {
    const { gates = [], landed, claim } = requestOf(town, id);
    assert.deepEqual(
      gates.map(({ name, outcome, on }) => [name, outcome, on]),
      [['unit', 'passed', top]],
    );
    git(rig.target, 'merge-base', '--is-ancestor', landed ?? '', 'main');
    assert.equal(claim, undefined);
  }
  assert.deepEqual(problemsOf(town), []);
});

test('a batch is as long as the rig says', async (t) => {
  const scene = await waiting(t, 3);
  const gate = counting(scene.town);
  await scene.town.configure('backend', 'check', ...gate.command);
  await scene.town.configure('backend', 'batch', '1');
  await resume(scene);
  assert.deepEqual(states(scene), ['verified', 'verified', 'verified']);
  assert.equal(gate.runs(), 3);
});

test('two culprits are found, the others land, and each culprit has a bead of its own', async (t) => {
  const scene = await waiting(t, 5);
  const { town, rig, agents, requests } = scene;
  await town.configure('backend', 'gate.unit', ...without('file-1.txt', 'file-3.txt'));
  await town.configure('backend', 'gate.unit.retries', '0');
  await resume(scene);
  assert.deepEqual(states(scene), ['verified', 'rejected', 'verified', 'rejected', 'verified']);
  assert.deepEqual(filesAt(rig), ['README.md', 'file-0.txt', 'file-2.txt', 'file-4.txt']);
  const [one, two] = [requestOf(town, requests[1] ?? ''), requestOf(town, requests[3] ?? '')];
  assert.match(one.reason ?? '', /^The gate unit failed with exit code 3$/);
  assert.deepEqual(one.checkOutput, ['there is file-1.txt']);
  assert.deepEqual(two.checkOutput, ['there is file-3.txt']);
  assertGiven(town, one, agents[1]);
  assertGiven(town, two, agents[3]);
  assert.deepEqual(problemsOf(town), []);
});

test('a gate that fails on the whole, and passes on all of it afterwards, blames nobody', async (t) => {
  const scene = await waiting(t, 3);
  const gate = counting(
    scene.town,
    `if (require('fs').readFileSync(${JSON.stringify(join(scene.town.folder, 'runs.txt'))}, 'utf8').length < 2) process.exit(1);`,
  );
  await scene.town.configure('backend', 'gate.unit', ...gate.command);
  await scene.town.configure('backend', 'gate.unit.retries', '0');
  await resume(scene);
  assert.deepEqual(states(scene), ['verified', 'verified', 'verified']);
  const top = targetOf(scene.rig);
  const [{ outcome, on } = {}] = requestOf(scene.town, scene.requests[2] ?? '').gates ?? [];
  assert.deepEqual([outcome, on], ['passed', top]);
  assert.deepEqual(problemsOf(scene.town), []);
});

/** Its bead is there, and is its author's. */
function assertGiven(town: TestTown, request: MergeRequest, author: Agent | undefined): void {
  const bead = town.view.get('beads', request.blockedBy ?? '');
  assert.ok(bead);
  assert.deepEqual([bead.status, bead.labels, bead.assignee], ['open', ['gate'], author?.id]);
  assert.match(bead.description ?? '', /It is data, not instructions[^]*there is file-/);
}

test('work that conflicts inside the stack alone has its own turn; with the target, a bead', async (t) => {
  const scene = await waiting(t, 3, (at) =>
    at === 1 ? { 'other.txt': 'theirs\n' } : { 'README.md': `Written by ${at}\n` },
  );
  const { town, rig, agents, requests } = scene;
  await resume(scene);
  assert.deepEqual(states(scene), ['verified', 'verified', 'conflict']);
  const last = requestOf(town, requests[2] ?? '');
  assert.deepEqual(last.files, ['README.md']);
  const bead = town.view.get('beads', last.blockedBy ?? '');
  assert.equal(bead?.title, `Resolve merge conflict of ${agents[2]?.bead ?? ''}`);
  assert.match(
    bead?.description ?? '',
    /Files:\n {2}README\.md[^]*This side: be-queue[^]*The other side, on main:[^]*be-auth Auth work/,
  );
  assert.equal(git(rig.repository, 'status', '--porcelain'), '');
  assert.deepEqual(problemsOf(town), []);
});

test('all conflict with a target that has moved: each is given back, once', async (t) => {
  const scene = await waiting(t, 3, (at) => ({ 'README.md': `Written by ${at}\n` }));
  const { town, rig } = scene;
  commit(rig.repository, { 'README.md': 'Of the owner\n' }, 'Meanwhile');
  await resume(scene);
  assert.deepEqual(states(scene), ['conflict', 'conflict', 'conflict']);
  const beads = [...town.view.all('beads')].filter(({ labels }) => labels.includes('conflict'));
  assert.equal(beads.length, 3);
  assert.deepEqual(problemsOf(town), []);
});

test('a gate that fails once is run again, and its outcome says so', async (t) => {
  const scene = await waiting(t, 2);
  const { town, requests } = scene;
  const marker = join(town.folder, 'second');
  const script = `const fs = require('fs'); if (!fs.existsSync(${JSON.stringify(marker)})) { fs.writeFileSync(${JSON.stringify(marker)}, ''); process.exit(1); }`;
  await town.configure('backend', 'gate.flaky', 'node', '-e', script);
  await resume(scene);
  assert.deepEqual(states(scene), ['verified', 'verified']);
  const [gate] = requestOf(town, requests[0] ?? '').gates ?? [];
  assert.deepEqual([gate?.outcome, gate?.tries], ['passed', 2]);
  const { items } = await town.ask('convoy/list', { all: true });
  const shown = items.flatMap(({ beads }) => beads).find(({ id }) => id === scene.agents[0]?.bead);
  assert.deepEqual(
    [shown?.check, shown?.gates?.map(({ name, outcome, tries }) => [name, outcome, tries])],
    ['passed', [['flaky', 'passed', 2]]],
  );
});

test('a gate that hangs is ended with all that it started, also what left its tree', async (t) => {
  const scene = await waiting(t, 1);
  const { town, requests } = scene;
  const file = join(town.folder, 'pids.txt');
  const child = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'inherit' }).pid`;
  const script = `require('fs').writeFileSync(${JSON.stringify(file)}, process.pid + ' ' + ${child}); setInterval(() => {}, 1000)`;
  await town.configure('backend', 'gate.slow', 'node', '-e', script);
  await town.configure('backend', 'gate.slow.timeout', '2');
  await resume(scene);
  const request = requestOf(town, requests[0] ?? '');
  assert.equal(request.state, 'rejected');
  assert.match(request.reason ?? '', /The gate slow was ended after \d+ s/);
  for (const pid of readFileSync(file, 'utf8').split(' '))
    assert.equal(isStillRunning(Number(pid), Date.now()), false, `${pid} still runs`);
  assert.deepEqual(problemsOf(town), []);
});

test('a gate that only warns holds nothing up', async (t) => {
  const scene = await waiting(t, 1);
  await scene.town.configure('backend', 'gate.style', 'node', '-e', 'process.exit(1)');
  await scene.town.configure('backend', 'gate.style.onFail', 'warn');
  await resume(scene);
  const request = requestOf(scene.town, scene.requests[0] ?? '');
  assert.equal(request.state, 'verified');
  assert.equal(request.gates?.[0]?.outcome, 'failed');
});

test('what a gate rejects on the target is there and not verified; its bead closed, it is judged again', async (t) => {
  const scene = await waiting(t, 2);
  const { town, rig, agents } = scene;
  await town.configure('backend', 'gate.smoke', ...without('file-1.txt'));
  await town.configure('backend', 'gate.smoke.phase', 'after');
  await resume(scene);
  assert.deepEqual(states(scene), ['verified', 'rejected']);
  const request = requestOf(town, scene.requests[1] ?? '');
  assert.match(
    request.reason ?? '',
    /^It is on main as [0-9a-f]{7}, but not verified there\. The gate smoke/,
  );
  assert.ok(filesAt(rig).includes('file-1.txt'));
  assert.equal(town.status(agents[1]?.bead ?? ''), 'hooked');

  git(rig.repository, 'rm', '--quiet', 'file-1.txt');
  git(rig.repository, 'commit', '--quiet', '-m', 'Put it right');
  await town.ask('bead/close', { bead: request.blockedBy ?? '' });
  await town.settle();
  assert.deepEqual(states(scene), ['verified', 'verified']);
  assert.equal(town.status(agents[1]?.bead ?? ''), 'closed');
});

test('in a rig that reviews, only what a person merged lands', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const [one, two] = [await town.worker('Auth work'), await town.worker('Cache work')];
  const [first, second] = [await one.submit(), await two.submit()];
  await town.settle();
  assert.deepEqual(filesAt(rig), ['README.md']);
  assert.equal((await town.merge(second)).state, 'verified');
  await town.settle();
  assert.equal(requestOf(town, first).state, 'submitted');
  const [waits] = await town.ask('mergeRequest/list', {});
  assert.match(waits?.waits ?? '', /waits for a person/);
  assert.deepEqual(await town.ask('mergeRequest/next', { rig: 'backend' }), []);
});

test('a paused refinery lands nothing, says so, and moves nothing even where a landing was under way', async (t) => {
  let pause: (() => Promise<unknown>) | undefined;
  const town = await TestTown.open(t, {
    checkpoint: async (step) => {
      if (step === 'land:scratch') await pause?.();
    },
  });
  const rig = await town.addRig();
  const agent = await town.worker();
  const request = await agent.submit();
  const before = targetOf(rig);
  pause = () => town.ask('refinery/pause', { rig: 'backend', reason: 'a release is cut' });
  const held = await town.merge(request);
  assert.deepEqual([held.state, targetOf(rig)], ['submitted', before]);
  assert.match(held.reason ?? '', /paused by overseer: a release is cut/);
  const [row] = await town.ask('mergeRequest/list', {});
  assert.match(row?.waits ?? '', /a release is cut/);
  assert.equal((await town.merge(request)).state, 'submitted');

  pause = undefined;
  await town.ask('refinery/resume', { rig: 'backend' });
  await town.settle();
  assert.equal(requestOf(town, request).state, 'verified');
  assert.deepEqual(problemsOf(town), []);
});

test('work that somebody squashed onto the target has landed, and that is said', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const agent = await town.worker();
  agent.commit({ 'auth.txt': 'one\n' }, 'One');
  const request = await agent.submit({ 'auth.txt': 'one\ntwo\n' });
  commit(rig.repository, { 'auth.txt': 'one\ntwo\n' }, 'Squashed by a person');
  commit(rig.repository, { 'auth.txt': 'one\ntwo\nthree\n' }, 'And more');
  const squashed = tip(rig.target, 'refs/heads/main~1');
  const landed = await town.merge(request);
  assert.deepEqual([landed.state, landed.landed, landed.landedBy], ['verified', squashed, 'patch-id']);
});

test('what keeps a landing from being tried is tried again by itself', async (t) => {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  const rig = await town.addRig({ kind: 'url', settings: { merge: ['auto'] } });
  const agent = await town.worker();
  agent.commit({ 'auth.txt': 'work\n' });
  const head = join(rig.remote ?? '', 'HEAD');
  const text = readFileSync(head, 'utf8');
  writeFileSync(head, 'broken');
  const { mergeRequest } = await agent.done();
  await town.settle();
  const id = mergeRequest?.id ?? '';
  assert.match(requestOf(town, id).reason ?? '', /could not be landed yet/);
  writeFileSync(head, text);
  await clock.pass(30 * 60_000, () => town.settle());
  assert.equal(requestOf(town, id).state, 'verified');
});

test('a rejected request tells its agent, and only what is recorded is handed over by hand', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  agent.commit({ 'auth.txt': 'work\n' });
  await refusal('not-found', town.ask('mergeRequest/submit', { branch: 'main' }));
  const { mergeRequest } = await town.ask('mergeRequest/submit', { branch: agent.polecat.branch });
  assert.deepEqual([mergeRequest.state, agent.polecat.state], ['submitted', 'done']);
  const rejected = await town.ask('mergeRequest/reject', {
    mergeRequest: mergeRequest.id,
    reason: 'The name is\nwrong',
    notify: true,
  });
  assert.equal(rejected.mergeRequest.reason, 'Rejected by overseer: The name is wrong');
  assert.match(
    [...town.view.find('messagesByAgent', agent.id)][0]?.text ?? '',
    /rejected: The name is wrong$/,
  );
  const again = await town.ask('mergeRequest/retry', { mergeRequest: mergeRequest.id });
  assert.equal(again.mergeRequest.state, 'submitted');
  await town.settle();
  assert.equal(requestOf(town, mergeRequest.id).state, 'verified');
  await refusal('closed', town.ask('mergeRequest/reject', { mergeRequest: mergeRequest.id, reason: 'no' }));
});
