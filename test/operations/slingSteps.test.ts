import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import type { Git } from '../../server/git/git.ts';
import type { Store } from '../../server/store/store.ts';
import { problemsOf } from './invariants.ts';
import type { TownOptions } from './openTown.ts';
import { TestTown } from './support.ts';
import { tracesOf } from './traces.ts';

const fault = new Error('the disk is on fire');

/** Of one test, since each needs a town, and most of a town is in order again after it. */
interface Broken {
  checkpoint?: string;
  transaction?: string;
  git?: keyof Git;
  file?: boolean;
}

/** Every place between the steps of a sling that the sources name. */
function checkpoints(): string[] {
  const folder = join(import.meta.dirname, '../../server/operations');
  const text = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const names = [...text.join('\n').matchAll(/checkpoint\('((?:sling|session):[a-z]+)'\)/g)];
  return names.map(([, name]) => name ?? '');
}

test('whatever step of a sling fails, every step before it is undone', (t) =>
  failAtEach(t, 'worktree', 'addWorktree'));

test('and so it is where the polecat gets a clone', (t) => failAtEach(t, 'clone', 'addClone'));

test('and so it is where it works in the checkout of the user', (t) =>
  failAtEach(t, 'in-place', 'enterCheckout'));

type Isolation = 'worktree' | 'clone' | 'in-place';

async function failAtEach(t: TestContext, isolation: Isolation, make: keyof Git): Promise<void> {
  const broken: Broken = {};
  const town = await TestTown.open(t, breakable(broken));
  const { name } = await town.addRig();
  const setting = { key: 'isolation', words: [isolation], confirmed: true };
  await town.ask('rig/configure', { rig: name, ...setting });
  const bead = await town.bead('Refactor auth middleware');
  const steps: Broken[] = [
    ...checkpoints().map((checkpoint) => ({ checkpoint })),
    ...['sling', 'convoy/auto', 'session/create', 'session/take', 'session/started', 'sling/started'].map(
      (transaction) => ({ transaction }),
    ),
    { git: make },
    { git: 'requireBranch' },
    { file: true },
  ];
  assert.ok(steps.length > 12, `only ${steps.length} steps`);
  const before = tracesOf(town);
  for (const step of steps) {
    Object.assign(broken, step);
    const { code, message } = await town.refusedSling(bead);
    for (const key of Object.keys(broken)) delete broken[key as keyof Broken];
    assert.equal(code, 'failed', message);
    assert.match(message, /the disk is on fire/);
    assert.deepEqual(tracesOf(town), before, `after ${JSON.stringify(step)}`);
    assert.equal(town.view.count('sessionsByState', 'starting'), 0);
    assert.equal(town.view.count('sessionsByState', 'running'), 0);
  }
  // And nothing of it is in the way of the next.
  const agent = await town.sling(bead);
  assert.equal(agent.polecat.state, 'working');
}

test('whatever step of a start fails, of crew, of a polecat that waits or of the mayor, every step before it is undone', async (t) => {
  const broken: Broken = {};
  const town = await TestTown.open(t, breakable(broken));
  await town.addRig();
  const { agent: crew } = await town.ask('crew/add', { rig: 'backend', name: 'dave', runtime: 'sim' });
  const { agent: waits, session } = await town.ask('seance/start', { rig: 'backend' });
  await town.host.exit(session ?? '', { end: 'failed', code: 1 });
  // The witness writes down what it saw of the end.
  await town.settle();
  const bead = await town.bead('Refactor auth middleware');
  const steps: Broken[] = [
    ...['start:hooked', 'start:session', 'session:created'].map((checkpoint) => ({ checkpoint })),
    ...['sling', 'session/take', 'session/started', 'sling/started'].map((transaction) => ({ transaction })),
    { file: true },
  ];
  const before = tracesOf(town);
  for (const target of [crew, waits, 'mayor']) {
    for (const step of steps) {
      Object.assign(broken, step);
      const { code } = await town.refusedSling(bead, { target, runtime: 'sim' });
      for (const key of Object.keys(broken)) delete broken[key as keyof Broken];
      assert.equal(code, 'failed');
      assert.deepEqual(tracesOf(town), before, `${target} after ${JSON.stringify(step)}`);
      assert.equal(town.view.count('sessionsByState', 'running'), 0);
    }
  }
  await town.sling(bead, { target: crew });
});

test('whatever step of a new workplace fails, every step before it is undone', async (t) => {
  const broken: Broken = {};
  const town = await TestTown.open(t, breakable(broken));
  await town.addRig();
  const steps: Broken[] = [
    { checkpoint: 'crew:reserved' },
    { checkpoint: 'crew:worktree' },
    { transaction: 'crew/add' },
    { transaction: 'crew/added' },
    { git: 'addWorktree' },
    { git: 'requireBranch' },
  ];
  const before = tracesOf(town);
  for (const step of steps) {
    Object.assign(broken, step);
    await assert.rejects(town.ask('crew/add', { rig: 'backend', name: 'dave' }), fault);
    for (const key of Object.keys(broken)) delete broken[key as keyof Broken];
    assert.deepEqual(tracesOf(town), before, JSON.stringify(step));
  }
  await town.ask('crew/add', { rig: 'backend', name: 'dave' });
});

test('a launcher that never speaks, a host that says no and a program that is missing undo a sling as well', async (t) => {
  const town = await TestTown.open(t, { waits: { startMs: 300 } });
  await town.addRig();
  const bead = await town.bead('Refactor auth middleware');
  const before = tracesOf(town);
  const fates = [
    ['sleeps', 'failed', /did not start within/],
    ['refuses', 'no-host', /No window opens a terminal/],
    ['takes', 'failed', /did not start within/],
    ['cannot-start', 'missing-program', /There is no program to start/],
  ] as const;
  for (const [fate, code, said] of fates) {
    town.host.fate = fate;
    const answer = await town.refusedSling(bead);
    assert.deepEqual([fate, answer.code], [fate, code]);
    assert.match(answer.message, said);
    await town.host.endAll();
    assert.deepEqual(tracesOf(town), before, fate);
  }
});

test('a launcher that ends at once fails its sling at once, with what it said last', async (t) => {
  const town = await TestTown.open(t, {
    waits: { startMs: 600_000 },
    sessions: (fake) => ({
      ...fake,
      open: () => Promise.resolve({ ended: Promise.resolve('ended with exit code 70') }),
      lastLines: () => ['Error: cannot find the module', 'Node.js v0'],
    }),
  });
  await town.addRig();
  const answer = await town.refusedSling(await town.bead('Refactor auth middleware'));
  assert.match(answer.message, /ended with exit code 70 before anything ran: Node\.js v0/);
  assert.deepEqual(answer.facts, { lastLines: ['Error: cannot find the module', 'Node.js v0'] });
});

test('work that has begun outlives the failure of its sling', async (t) => {
  const broken: Broken = {};
  const town = await TestTown.open(t, breakable(broken));
  const rig = await town.addRig();
  const bead = await town.bead('Refactor auth middleware');
  broken.checkpoint = 'sling:session';
  town.host.onLaunch = ({ session }) => {
    const { worktree } = town.view.get('agents', session.agent) ?? assert.fail('no polecat');
    town.write(worktree, { 'auth.txt': 'begun\n' });
  };
  const { code } = await town.refusedSling(bead);
  assert.equal(code, 'failed');
  const [polecat] = [...town.view.find('agentsByRig', rig.name)];
  assert.equal(polecat?.state, 'interrupted');
  assert.match(polecat.reason ?? '', /Work has begun/);
  assert.equal(readFileSync(join(polecat.worktree, 'auth.txt'), 'utf8'), 'begun\n');
  assert.deepEqual([...town.view.all('intents')], []);

  delete broken.checkpoint;
  town.host.onLaunch = undefined;
  await town.ask('session/run', { agent: polecat.id });
  assert.equal(town.view.get('agents', polecat.id)?.state, 'working');
});

function breakable(broken: Broken): TownOptions {
  return {
    checkpoint: (step) => (step === broken.checkpoint ? Promise.reject(fault) : Promise.resolve()),
    store: (real) => {
      const transact: Store['transact'] = (meta, work) =>
        meta.verb === broken.transaction ? Promise.reject(fault) : real.transact(meta, work);
      return withTransact(real, transact);
    },
    git: (real) =>
      new Proxy(real, {
        get: (target, name: keyof Git) => (name === broken.git ? () => Promise.reject(fault) : target[name]),
      }),
    sessions: (fake) => ({
      ...fake,
      writePrompt(session, text) {
        if (broken.file === true) throw fault;
        return fake.writePrompt(session, text);
      },
    }),
  };
}

function withTransact(real: Store, transact: Store['transact']): Store {
  return new Proxy(real, {
    get(target, key) {
      if (key === 'transact') return transact;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

test('where nothing can be written down any more, what was begun stays, and is resumed after a restart', async (t) => {
  const lost = new Set(['session/started', 'session/abandon', 'sling/undoing', 'sling/undo', 'sling/kept']);
  const town = await TestTown.open(t, {
    store: (real) =>
      withTransact(real, (meta, work) =>
        lost.has(meta.verb) ? Promise.reject(fault) : real.transact(meta, work),
      ),
  });
  await town.addRig();
  const bead = await town.bead('Refactor auth middleware');
  await town.refusedSling(bead);
  const [before] = town.view.all('agents');
  assert.ok(before && 'worktree' in before);
  assert.ok(existsSync(join(before.worktree, 'README.md')), 'the folder is left');

  await town.reopen();
  await town.settle();
  const [polecat] = town.view.all('agents');
  assert.deepEqual([polecat?.id, polecat?.state], [before.id, 'interrupted']);
  await town.ask('session/run', { agent: before.id });
  assert.deepEqual(problemsOf(town), []);
});

test('a refusal among the steps keeps its own code', async (t) => {
  const town = await TestTown.open(t, {
    checkpoint: (step) =>
      step === 'sling:worktree' ? Promise.reject(new Refusal('git', 'git is tired.')) : Promise.resolve(),
  });
  await town.addRig();
  const answer = await town.refusedSling(await town.bead('Refactor auth middleware'));
  assert.deepEqual([answer.code, answer.message], ['git', 'git is tired.']);
});
