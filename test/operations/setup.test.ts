import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LaunchSpec } from '../../server/domain/session.ts';
import { commit, git } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, refusal, TestTown } from './support.ts';

const launchOf = (town: TestTown, agent: Agent): LaunchSpec =>
  town.view.get('sessions', agent.polecat.session ?? '')?.launch ?? assert.fail('no session');

const script = '#!/bin/sh\nexit 0\n';

async function withSetup(town: TestTown, ...words: string[]): Promise<string> {
  const rig = await town.addRig({ files: { 'scripts/setup.sh': script, a: '1\n' } });
  await town.ask('rig/configure', { rig: rig.name, key: 'setup', words, confirmed: true });
  return rig.repository;
}

test('approval auto wants a person to confirm it, is in the launch, and is shown ever after', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const change = { rig: 'backend', key: 'approval', words: ['auto'] };
  const { message, details } = await refusal('unapproved', town.ask('rig/configure', change));
  assert.match(message, /Simulated agent acts without asking anybody\. It may run whatever you may run\./);
  assert.deepEqual(details.facts, { confirm: 'approval' });
  assert.equal(town.view.get('rigs', 'backend')?.settings.approval, undefined);
  const { warnings } = await town.ask('rig/configure', { ...change, confirmed: true });
  assert.match(warnings.join(), /With approval auto, Simulated agent acts without asking/);
  const [listed] = await town.ask('rig/list', {});
  assert.match(listed?.warnings.join() ?? '', /approval auto/);
  await town.ask('rig/configure', change);
  await town.configure('backend', 'approval', 'ask');
  assert.deepEqual((await town.ask('rig/get', { rig: 'backend' })).warnings, []);
});

test('the approval of the rig chooses the arguments of its runtime', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const approval = { ask: ['--ask'], auto: ['--auto'] };
  await town.ask('runtime/add', { preset: { id: 'asking', extends: 'sim', approval } });
  await town.configure('backend', 'runtime', 'asking');
  assert.ok(launchOf(town, await town.worker('Auth work')).arguments.includes('--ask'));
  await town.ask('rig/configure', { rig: 'backend', key: 'approval', words: ['auto'], confirmed: true });
  const { arguments: words } = launchOf(town, await town.worker('Cache work'));
  assert.ok(words.includes('--auto') && !words.includes('--ask'));
});

test('whoever lets a runtime act unasked as the superuser is told what is different then', async (t) => {
  const town = await TestTown.open(t, { asRoot: true });
  await town.addRig();
  const preset = { id: 'asking', extends: 'sim', asRoot: 'As root it gets a list of tools.' };
  await town.ask('runtime/add', { preset });
  await town.configure('backend', 'runtime', 'asking');
  const warned = async (bead: string): Promise<boolean> => {
    const { slung } = await town.ask('work/sling', { beads: [bead], dryRun: true });
    return slung[0]?.warnings.includes(preset.asRoot) === true;
  };
  const bead = await town.bead('Auth work');
  assert.equal(await warned(bead), false);
  await town.ask('rig/configure', { rig: 'backend', key: 'approval', words: ['auto'], confirmed: true });
  assert.equal(await warned(bead), true);
});

test('a setup command is shown and confirmed, with what it names in the repository', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig({ files: { 'scripts/setup.sh': script } });
  const change = { rig: 'backend', key: 'setup', words: ['sh', './scripts/setup.sh', 'a b'] };
  const { message, details } = await refusal('unapproved', town.ask('rig/configure', change));
  assert.equal(details.next, 'gt rig config --yes backend setup sh ./scripts/setup.sh "a b"');
  assert.match(
    message,
    /unasked: sh \.\/scripts\/setup\.sh "a b" \(with what is now in scripts\/setup\.sh\)$/,
  );
  assert.equal(town.view.get('rigs', 'backend')?.settings.setup, undefined);
  const { warnings } = await town.ask('rig/configure', { ...change, confirmed: true });
  assert.deepEqual(warnings, []);
  const before = launchOf(town, await town.worker()).before;
  assert.deepEqual(
    before?.map(({ argv, label }) => [argv, label]),
    [[change.words, 'setup']],
  );
});

test('a program of the repository is started where the workplace has it', async (t) => {
  const town = await TestTown.open(t);
  await withSetup(town, './scripts/setup.sh', '--quick');
  const agent = await town.worker();
  assert.deepEqual(launchOf(town, agent).before?.[0]?.argv, [
    `${agent.worktree}/scripts/setup.sh`,
    '--quick',
  ]);
});

test('what it names has changed: it is asked for again, and nothing is left of the sling', async (t) => {
  const town = await TestTown.open(t);
  const repository = await withSetup(town, './scripts/setup.sh');
  commit(repository, { a: '2\n' });
  await town.worker('Auth work');
  commit(repository, { 'scripts/setup.sh': '#!/bin/sh\nrm -rf /\n' });
  const [warning] = (await town.ask('rig/get', { rig: 'backend' })).warnings;
  assert.match(warning ?? '', /not approved as it is now: gt rig approve backend/);
  const bead = await town.bead('Cache work');
  const { code, message, facts } = await town.refusedSling(bead);
  assert.deepEqual([code, town.status(bead)], ['unapproved', 'open']);
  assert.match(message, /has changed since it was approved: \.\/scripts\/setup\.sh/);
  const { hash, keys } = facts as { hash: string; keys: { key: string }[] };
  assert.deepEqual(
    keys.map(({ key }) => key),
    ['setup'],
  );
  await refusal('stale', town.ask('rig/approve', { rig: 'backend', hash: 'of something else' }));
  await town.ask('rig/approve', { rig: 'backend', hash });
  await town.sling(bead);
  assert.deepEqual(problemsOf(town), []);
});

test('configuration and setup are approved together as they are shown, or each alone', async (t) => {
  const town = await TestTown.open(t);
  const repository = await withSetup(town, './scripts/setup.sh');
  commit(repository, { 'scripts/setup.sh': `${script}# changed\n` });
  git(repository, 'config', 'core.editor', 'evil');
  const { details } = await refusal('stale', town.ask('rig/approve', { rig: 'backend', hash: 'x' }));
  const { hash, keys } = details.facts as { hash: string; keys: { key: string }[] };
  assert.deepEqual(
    keys.map(({ key }) => key),
    ['core.editor', 'setup'],
  );
  const { rig } = await town.ask('rig/approve', { rig: 'backend', hash });
  assert.ok(rig.approvedConfiguration && rig.approvedSetup);
  await town.worker();
});

test('a setup that was done is not done again; one that failed is', async (t) => {
  const town = await TestTown.open(t);
  await withSetup(town, 'true');
  const agent = await town.worker();
  assert.ok(launchOf(town, agent).before);
  await agent.exit({ end: 'failed', code: 1 });
  await town.ask('session/run', { agent: agent.id });
  assert.equal(launchOf(town, agent).before, undefined);

  town.host.before = 'setup';
  const other = await town.worker('Cache work');
  assert.equal(town.view.get('sessions', other.polecat.session ?? '')?.before, 'setup');
  assert.deepEqual([other.polecat.state, other.polecat.reason], ['working', 'Its setup runs.']);
  const reason = 'The setup failed (exit code 1): true';
  await other.exit({ end: 'failed', code: 1, reason });
  assert.deepEqual([other.polecat.state, other.polecat.reason], ['failed', reason]);
  town.host.before = undefined;
  await town.ask('session/run', { agent: other.id });
  assert.ok(launchOf(town, other).before);
});

test('a setup that failed goes on in its workplace also after it has changed on the target', async (t) => {
  const town = await TestTown.open(t);
  const repository = await withSetup(town, './scripts/setup.sh');
  town.host.before = 'setup';
  const agent = await town.worker();
  const { before } = launchOf(town, agent);
  await agent.exit({ end: 'failed', code: 1 });
  commit(repository, { 'scripts/setup.sh': `${script}# better\n` });
  await town.ask('session/run', { agent: agent.id });
  assert.deepEqual(launchOf(town, agent).before, before);
  await agent.exit({ end: 'failed', code: 1 });
  // Another command was not approved there.
  const change = { rig: 'backend', key: 'setup', words: ['true'] };
  await town.ask('rig/configure', { ...change, confirmed: true });
  await town.ask('session/run', { agent: agent.id });
  assert.deepEqual(launchOf(town, agent).before?.[0]?.argv, ['true']);
});

test('once the runtime runs, nothing says any more that the setup does', async (t) => {
  const town = await TestTown.open(t);
  await withSetup(town, 'true');
  town.host.before = 'setup';
  const agent = await town.worker();
  const { caller, pid } = town.host.launchedOf(agent.polecat.session ?? '');
  await town.ask('session/started', { pid: pid + 1 }, caller);
  const session = town.view.get('sessions', agent.polecat.session ?? '');
  assert.deepEqual([session?.before, session?.pid], [undefined, pid + 1]);
  assert.deepEqual([agent.polecat.state, agent.polecat.reason], ['working', undefined]);
});

test('a town that comes back to a setup that runs still takes it for one', async (t) => {
  const town = await TestTown.open(t);
  await withSetup(town, 'true');
  town.host.before = 'setup';
  const agent = await town.worker();
  const { session } = agent.polecat;
  const before = town.view.get('sessions', session ?? '') ?? assert.fail('no session');
  town.host.crash(before.id);
  await town.settle();
  assert.equal(agent.polecat.state, 'interrupted');
  await town.host.comeBack(before);
  const after = town.view.get('sessions', before.id);
  assert.deepEqual([after?.state, after?.before], ['running', 'setup']);
});

test('a session has a spool, and knows it', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const { spool, environment } = launchOf(town, await town.worker());
  assert.ok(spool);
  assert.equal(environment['GT_SPOOL'], spool);
});
