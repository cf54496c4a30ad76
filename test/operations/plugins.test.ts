import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { attentionOf } from '../../server/domain/attention.ts';
import type { PluginId } from '../../server/domain/plugin.ts';
import { pluginTroubles, runsOf } from '../../server/domain/pluginRuns.ts';
import type { PluginView } from '../../server/protocol/plugin.ts';
import { script, writePlugin } from '../support/plugins.ts';
import { problemsOf } from './invariants.ts';
import { filesAt, refusal, targetOf, type TestRig, TestTown } from './support.ts';

interface Stage {
  readonly town: TestTown;
  readonly rig: TestRig;
  /** Of the rig, and of the town. */
  readonly folder: string;
  readonly townFolder: string;
  /** What the plugins of the test wrote down. */
  readonly said: () => string[];
  /** The text of a script that writes itself down. */
  readonly saying: (word: string, code?: string) => string;
}

async function staged(t: TestContext, options: Parameters<typeof TestTown.open>[1] = {}): Promise<Stage> {
  const town = await TestTown.open(t, options);
  const rig = await town.addRig();
  const { paths } = town.parts;
  const book = join(town.folder, 'book');
  writeFileSync(book, '');
  return {
    town,
    rig,
    folder: join(paths.town, 'backend', 'plugins'),
    townFolder: join(paths.town, 'plugins'),
    said: () => readFileSync(book, 'utf8').split('\n').filter(Boolean),
    saying: (word, code = '') =>
      script(
        `require('fs').appendFileSync(${JSON.stringify(book)}, ${JSON.stringify(word)} + ' ' + process.argv.slice(2).join(' ').trim() + '\\n');${code}`,
      ),
  };
}

async function approve(town: TestTown, plugin: string): Promise<PluginView> {
  const { id, hash = '' } = await town.ask('plugin/get', { plugin });
  return await town.ask('plugin/approve', { plugin: id, hash });
}

const troublesOf = (town: TestTown): string[] =>
  pluginTroubles(town.view).map(({ plugin, result }) => `${plugin} ${result}`);

test('before a merge: in order, until one says no; its output is kept and nothing lands', async (t) => {
  const { town, rig, folder, townFolder, said, saying } = await staged(t);
  writePlugin(
    folder,
    'pre-merge/20-types.sh',
    saying('types', "console.log('two types are wrong'); process.exit(3)"),
  );
  writePlugin(folder, 'pre-merge/30-late.sh', saying('late'));
  writePlugin(townFolder, 'pre-merge/10-lint.sh', saying('lint'));
  for (const name of ['types', 'late', 'lint']) await approve(town, name);
  const agent = await town.worker();
  const request = await agent.submit();
  const before = targetOf(rig);
  const rejected = await town.merge(request);
  assert.equal(rejected.state, 'rejected');
  assert.match(
    rejected.reason ?? '',
    /pre-merge\/20-types\.sh.* failed with exit code 3: two types are wrong/,
  );
  assert.deepEqual(rejected.checkOutput, ['two types are wrong']);
  assert.equal(targetOf(rig), before);
  const { branch } = agent.polecat;
  // What says no is asked once more.
  assert.deepEqual(said(), [`lint ${branch} main`, `types ${branch} main`, `types ${branch} main`]);

  writePlugin(folder, 'pre-merge/20-types.sh', saying('fixed'));
  await approve(town, 'types');
  assert.equal((await town.merge(request)).state, 'verified');
  assert.deepEqual(said().slice(3), [`lint ${branch} main`, `fixed ${branch} main`, `late ${branch} main`]);
  const runs = runsOf(town.view, 'backend:pre-merge/20-types.sh' as PluginId);
  assert.deepEqual(
    runs.map(({ result, code, bead }) => [result, code, bead]),
    [
      ['approved', undefined, undefined],
      ['failure', 3, agent.bead],
      ['approved', undefined, undefined],
      ['success', 0, agent.bead],
    ],
  );
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
  assert.deepEqual(readdirSync(join(town.parts.paths.state, 'plugins')), []);
});

test('what nobody approved runs nowhere, holds up nothing, and is told of', async (t) => {
  const { town, rig, folder, said, saying } = await staged(t);
  writePlugin(folder, 'pre-merge/10-lint.sh', saying('lint', 'process.exit(1)'));
  writePlugin(folder, 'on-spawn/setup.sh', saying('setup'));
  const agent = await town.worker();
  assert.equal((await town.merge(await agent.submit())).state, 'verified');
  await town.settle();
  assert.deepEqual(said(), []);
  assert.deepEqual(troublesOf(town), [
    'backend:on-spawn/setup.sh unapproved',
    'backend:pre-merge/10-lint.sh unapproved',
  ]);
  const asks = attentionOf(town.view, town.parts.store.view.get('town', 'town')?.createdAt ?? ('' as never));
  assert.deepEqual(
    asks.map(({ kind, subject, state, action }) => [kind, subject, state, action.command]),
    [
      ['plugin', 'backend:on-spawn/setup.sh', 'unapproved', 'gt plugin show backend:on-spawn/setup.sh'],
      ['plugin', 'backend:pre-merge/10-lint.sh', 'unapproved', 'gt plugin show backend:pre-merge/10-lint.sh'],
    ],
  );
  const { warnings } = await town.ask('rig/get', { rig: 'backend' });
  assert.match(
    warnings.join(),
    /not run as they are: on-spawn\/setup\.sh, pre-merge\/10-lint\.sh\. See gt plugin list/,
  );
  assert.deepEqual(
    (await town.ask('plugin/list', {})).map(({ id, state }) => [id, state]),
    [
      ['backend:on-spawn/setup.sh', 'unapproved'],
      ['backend:pre-merge/10-lint.sh', 'unapproved'],
    ],
  );
  // Once it has gone, nobody is asked about it.
  rmSync(join(folder, 'on-spawn'), { recursive: true });
  await approve(town, 'lint');
  await town.worker('Cache work');
  assert.deepEqual(troublesOf(town), []);
  assert.equal(filesAt(rig).length, 2);
});

for (const [what, change] of Object.entries({
  changed: (folder: string) => writePlugin(folder, 'pre-merge/10-lint.sh', script('process.exit(0)')),
  'taken away': (folder: string) => rmSync(join(folder, 'pre-merge'), { recursive: true }),
  'made no script': (folder: string) => writePlugin(folder, 'pre-merge/10-lint.sh', 'exit 0\n', 0o644),
})) {
  test(`a gate that was approved and then ${what} lets nothing past, until a person says so`, async (t) => {
    const { town, rig, folder, saying } = await staged(t);
    writePlugin(folder, 'pre-merge/10-lint.sh', saying('lint', 'process.exit(1)'));
    await approve(town, 'lint');
    const agent = await town.worker();
    const request = await agent.submit();
    change(folder);
    const before = targetOf(rig);
    const { details } = await refusal('unapproved', town.merge(request));
    assert.match(details.next ?? '', /^gt plugin (?:approve|revoke) backend:pre-merge\/10-lint\.sh$/);
    assert.equal(targetOf(rig), before);
    assert.deepEqual(troublesOf(town), ['backend:pre-merge/10-lint.sh unapproved']);
    await town.ask('plugin/revoke', { plugin: 'lint' });
    assert.deepEqual(troublesOf(town), []);
    assert.equal((await town.merge(request)).state, 'verified');
    await town.settle();
    assert.deepEqual(problemsOf(town), []);
  });
}

test('a gate of the town is not replaced by one that somebody put into the rig', async (t) => {
  const { town, folder, townFolder, said, saying } = await staged(t);
  writePlugin(townFolder, 'pre-merge/10-lint.sh', saying('town', 'process.exit(1)'));
  await approve(town, 'lint');
  writePlugin(folder, 'pre-merge/10-lint.sh', saying('rig'));
  const agent = await town.worker();
  const request = await agent.submit();
  assert.equal((await town.merge(request)).state, 'rejected');
  const { hash = '' } = await town.ask('plugin/get', { plugin: 'backend:pre-merge/10-lint.sh' });
  await town.ask('plugin/approve', { plugin: 'backend:pre-merge/10-lint.sh', hash });
  assert.equal((await town.merge(request)).state, 'verified');
  assert.deepEqual(
    said().map((line) => line.split(' ')[0]),
    ['town', 'town', 'rig'],
  );
});

test('a landing of a rig that lands by itself waits for the approval, and goes on after it', async (t) => {
  const { town, rig, folder, saying } = await staged(t);
  await town.configure('backend', 'merge', 'auto');
  writePlugin(folder, 'pre-merge/10-lint.sh', saying('lint'));
  await approve(town, 'lint');
  writePlugin(folder, 'pre-merge/10-lint.sh', saying('lint again'));
  const agent = await town.worker();
  const request = await agent.submit();
  await town.settle();
  assert.match(town.view.get('mergeRequests', request)?.reason ?? '', /could not be landed yet: The plugin/);
  await approve(town, 'lint');
  await town.settle();
  assert.equal(town.view.get('mergeRequests', request)?.state, 'verified');
  assert.equal(filesAt(rig).length, 2);
});

test('quality gates: warn and notify let it land, the threshold counts, a flaky one is tried again', async (t) => {
  const { town, folder, said, saying } = await staged(t);
  const node = JSON.stringify(process.execPath);
  const gate = (code: string, more: string): string =>
    `command = [${node}, "-e", ${JSON.stringify(code)}]\n${more}\n`;
  writePlugin(folder, 'quality-gates/10-style.toml', gate('process.exit(1)', 'fail_action = "warn"'));
  writePlugin(folder, 'quality-gates/20-words.toml', gate('process.exit(1)', 'fail_action = "notify"'));
  const flag = join(town.folder, 'flag');
  const flaky = `const f = require('fs'), x = f.existsSync('${flag}'); f.writeFileSync('${flag}', ''); process.exit(x ? 0 : 1)`;
  writePlugin(folder, 'quality-gates/30-flaky.toml', gate(flaky, 'retry = 1'));
  writePlugin(
    folder,
    'quality-gates/40-cover.toml',
    gate("console.log('Statements: 79.5 %')", 'threshold = 80'),
  );
  writePlugin(folder, 'pre-merge/50-last.sh', saying('last'));
  for (const name of ['style', 'words', 'flaky', 'cover', 'last']) await approve(town, name);
  const agent = await town.worker();
  const request = await agent.submit();
  const rejected = await town.merge(request);
  assert.match(rejected.reason ?? '', /40-cover\.toml.* reached 79\.5; at least 80 is asked for/);
  assert.deepEqual(troublesOf(town), ['backend:quality-gates/20-words.toml failure']);
  assert.deepEqual(said(), []);
  writePlugin(
    folder,
    'quality-gates/40-cover.toml',
    gate("console.log('Statements: 79.5 %')", 'threshold = 79'),
  );
  await approve(town, 'cover');
  assert.equal((await town.merge(request)).state, 'verified');
  assert.equal(said().length, 1);
});

test('a script or gate that fails once in a while costs nobody their landing; what is not there is not tried again', async (t) => {
  const { town, folder } = await staged(t);
  const flaky = (name: string): string => {
    const flag = join(town.folder, name);
    return `const f = require('fs'), x = f.existsSync('${flag}'); f.writeFileSync('${flag}', ''); process.exit(x ? 0 : 1)`;
  };
  const argv = JSON.stringify([process.execPath, '-e', flaky('gate')]);
  writePlugin(folder, 'pre-merge/10-script.sh', script(flaky('script')));
  writePlugin(folder, 'quality-gates/20-gate.toml', `command = ${argv}\n`);
  writePlugin(
    folder,
    'quality-gates/30-missing.toml',
    'command = ["no-such-program"]\nfail_action = "warn"\n',
  );
  for (const name of ['script', 'gate', 'missing']) await approve(town, name);
  const agent = await town.worker();
  const landed = await town.merge(await agent.submit());
  assert.equal(landed.state, 'verified', landed.reason);
  assert.deepEqual(
    landed.gates?.map(({ name, outcome, tries }) => `${name} ${outcome} ${tries}`),
    [
      'pre-merge/10-script.sh passed 2',
      'quality-gates/20-gate.toml passed 2',
      'quality-gates/30-missing.toml failed 1',
    ],
  );
});

test('a plugin runs on what is to land, with its facts in the environment, and hostile text is one argument', async (t) => {
  const { town, folder } = await staged(t);
  const report = join(town.folder, 'report.json');
  const code = `const { env, argv, cwd } = process; require('fs').writeFileSync('${report}', JSON.stringify({
    files: require('fs').readdirSync('.').filter((f) => f !== '.git'), rig: env.RIG_NAME, path: env.RIG_PATH, branch: env.BRANCH_NAME,
    bead: env.BEAD_ID, args: argv.slice(2), own: argv[1] }))`;
  writePlugin(folder, 'pre-merge/report.sh', script(code));
  await approve(town, 'report');
  const agent = await town.worker('$(touch /tmp/pwn)`touch /tmp/pwn`;touch /tmp/pwn "\'&|%PATH%');
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  assert.equal((await town.merge(request)).state, 'verified');
  const told = JSON.parse(readFileSync(report, 'utf8')) as Record<string, unknown>;
  const { own, ...rest } = told;
  assert.deepEqual(rest, {
    files: ['README.md', 'auth.txt'],
    rig: 'backend',
    path: join(town.parts.paths.town, 'backend'),
    branch: agent.polecat.branch,
    bead: agent.bead,
    args: [agent.polecat.branch, 'main'],
  });
  // It is the copy that ran, and it is gone.
  assert.ok(String(own).startsWith(join(town.parts.paths.state, 'plugins')));
  assert.ok(!existsSync(String(own)));
  assert.ok(!existsSync('/tmp/pwn'));
});

test('each is looked at again right before it runs: one that another has replaced does not', async (t) => {
  const { town, folder, said, saying } = await staged(t);
  const second = join(folder, 'pre-merge', '20-second.sh');
  const evil = JSON.stringify(saying('evil'));
  writePlugin(folder, 'pre-merge/20-second.sh', saying('second'));
  const replacing = `require('fs').writeFileSync(${JSON.stringify(second)}, ${evil})`;
  writePlugin(folder, 'pre-merge/10-first.sh', saying('first', replacing));
  for (const name of ['first', 'second']) await approve(town, name);
  const agent = await town.worker();
  const request = await agent.submit();
  await refusal('unapproved', town.merge(request));
  assert.deepEqual(
    said().map((line) => line.split(' ')[0]),
    ['first'],
  );
  assert.deepEqual(problemsOf(town), []);
});

test('the other stages: a polecat is made, removed, merged; one that fails breaks nothing and is a warning', async (t) => {
  const { town, folder, said, saying } = await staged(t);
  writePlugin(folder, 'on-spawn/setup.sh', saying('spawn', "console.log('no network'); process.exit(1)"));
  writePlugin(folder, 'on-nuke/free.sh', saying('nuke', 'process.exit(1)'));
  writePlugin(folder, 'post-merge/notify.sh', saying('merged', 'process.exit(1)'));
  for (const name of ['setup', 'free', 'notify']) await approve(town, name);
  const bead = await town.bead('Auth work');
  const agent = await town.sling(bead);
  assert.match(agent.slung.warnings.join(), /on-spawn\/setup\.sh.* failed with exit code 1: no network/);
  assert.equal(agent.polecat.state, 'working');
  const { branch } = agent.polecat;
  const landed = await town.merge(await agent.submit());
  assert.equal(landed.state, 'verified');
  await town.settle();
  assert.deepEqual(said().toSorted(), [
    `merged ${branch} ${landed.landed}`,
    `nuke ${agent.id} ${bead}`,
    `spawn ${agent.id} ${bead}`,
  ]);
  assert.equal(troublesOf(town).length, 3);
  const { bead: other, id } = await town.worker('Cache work');
  await town.ask('work/unsling', { bead: other });
  assert.ok(said().includes(`nuke ${id} ${other}`));
});

test('a hand-over runs what belongs to it', async (t) => {
  const { town, folder, said, saying } = await staged(t);
  writePlugin(folder, 'on-cycle/count.sh', saying('cycle'));
  await approve(town, 'count');
  const agent = await town.worker();
  await town.ask('session/handoff', { agent: agent.id, runtime: 'human', host: 'editor' });
  await town.settle();
  assert.deepEqual(said(), [`cycle ${agent.id} human`]);
});

test('an approval is of what was seen, by a person, and names one plugin', async (t) => {
  const { town, folder, townFolder, saying } = await staged(t);
  writePlugin(folder, 'pre-merge/10-lint.sh', saying('rig'));
  writePlugin(townFolder, 'pre-merge/10-lint.sh', saying('town'));
  const several = await refusal('invalid', town.ask('plugin/get', { plugin: 'lint' }));
  assert.match(several.message, /hq:pre-merge\/10-lint\.sh, backend:pre-merge\/10-lint\.sh/);
  const seen = await town.ask('plugin/get', { plugin: 'lint', rig: 'backend' });
  assert.equal(seen.id, 'backend:pre-merge/10-lint.sh');
  assert.equal(seen.when, 'before a merge');
  assert.match(seen.files[0]?.head.join('\n') ?? '', /appendFileSync/);
  writePlugin(folder, 'pre-merge/10-lint.sh', saying('another'));
  const { details } = await refusal(
    'stale',
    town.ask('plugin/approve', { plugin: seen.id, hash: seen.hash ?? '' }),
  );
  assert.notEqual(details.facts?.['hash'], seen.hash);
  await refusal('not-found', town.ask('plugin/approve', { plugin: 'nothing', hash: 'x' }));
  await refusal('not-found', town.ask('plugin/revoke', { plugin: seen.id }));
});

test('of each plugin the last fifty runs are kept', async (t) => {
  const { town, folder, saying } = await staged(t);
  writePlugin(folder, 'sweep/plugin.md', '+++\nname = "sweep"\n+++\n');
  writePlugin(folder, 'sweep/run.sh', saying('sweep'));
  await approve(town, 'sweep');
  for (let run = 0; run < 52; run += 1) await town.ask('plugin/run', { plugin: 'sweep' });
  const { runs } = await town.ask('plugin/history', { plugin: 'sweep', limit: 1000 });
  assert.equal(runs.length, 50);
  assert.ok(runs.every(({ result }) => result === 'success'));
});
