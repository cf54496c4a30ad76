import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { RigName } from '../../server/domain/ids.ts';
import type { GoodPlugin } from '../../server/domain/plugin.ts';
import { createPluginFolders } from '../../server/plugins/pluginFolders.ts';
import { type PluginFolder, readPlugins } from '../../server/plugins/read.ts';
import { page, script, writePlugin } from '../support/plugins.ts';
import { tempFolder } from '../support/repository.ts';

async function read(t: TestContext, files: Readonly<Record<string, string>>): Promise<PluginFolder> {
  const folder = tempFolder(t);
  for (const [name, text] of Object.entries(files)) writePlugin(folder, name, text);
  return await readPlugins({ folder, rig: 'backend' as RigName });
}

async function one(t: TestContext, files: Readonly<Record<string, string>>): Promise<GoodPlugin> {
  const { found, bad } = await read(t, files);
  assert.deepEqual(bad, []);
  assert.equal(found.length, 1);
  const [only] = found;
  assert.ok(only);
  return only.plugin;
}

/** What is said of the one file that is none. */
async function problem(t: TestContext, name: string, text: string): Promise<string> {
  const { found, bad } = await read(t, { [name]: text });
  assert.deepEqual(found, []);
  assert.equal(bad.length, 1, JSON.stringify(bad));
  return `${bad[0]?.line ?? '-'}: ${bad[0]?.problem ?? ''}`;
}

test('no folder, and an empty one, hold no plugins', async (t) => {
  const folder = tempFolder(t);
  assert.deepEqual((await readPlugins({ folder: join(folder, 'none') })).found, []);
  assert.deepEqual((await readPlugins({ folder })).bad, []);
});

test('a script is a plugin of the stage it lies in, with or without a number', async (t) => {
  const { found, bad } = await read(t, {
    'pre-merge/20-types.sh': script(''),
    'pre-merge/10-lint.sh': script(''),
    'post-merge/notify-slack.sh': script(''),
    'on-spawn/.swp': 'of an editor',
  });
  assert.deepEqual(bad, []);
  assert.deepEqual(
    found.map(({ plugin }) => [plugin.id, plugin.kind === 'script' ? plugin.stage : '']),
    [
      ['backend:post-merge/notify-slack.sh', 'post-merge'],
      ['backend:pre-merge/10-lint.sh', 'pre-merge'],
      ['backend:pre-merge/20-types.sh', 'pre-merge'],
    ],
  );
});

test('a quality gate says what it runs; a text is cut into words, and none of them is for a shell', async (t) => {
  const plugin = await one(t, {
    'quality-gates/coverage.toml': `name = "coverage-check"
description = "Ensure that coverage stays"
stage = "pre-merge"
command = "npx tsc --noEmit 'a b'"
fail_action = "warn"
timeout = "120s"
retry = 1
threshold = 80
`,
  });
  assert.equal(plugin.kind, 'command');
  const { command, onFail, timeoutMs, retries, threshold, title, name } = plugin;
  assert.deepEqual(
    { command, onFail, timeoutMs, retries, threshold, title, name },
    {
      command: ['npx', 'tsc', '--noEmit', 'a b'],
      onFail: 'warn',
      timeoutMs: 120_000,
      retries: 1,
      threshold: 80,
      title: 'coverage-check',
      name: 'quality-gates/coverage.toml',
    },
  );
  const { onFail: usual, timeoutMs: limit } = (await one(t, {
    'quality-gates/lint.toml': 'command = ["npm", "run", "lint; rm -rf $HOME"]',
  })) as Extract<GoodPlugin, { kind: 'command' }>;
  assert.deepEqual([usual, limit], ['reject', 60_000]);
});

const badGates: Readonly<Record<string, readonly [string, RegExp]>> = {
  'a pipe': ['command = "npm test | tee log"', /^1: command holds "\|", which only a shell/],
  'a variable': ['stage = "pre-merge"\ncommand = "echo $HOME"', /^2: command holds "\$"/],
  'an open quote': [`command = "a 'b"`, /^1: command holds "'"/],
  'no command': ['name = "x"', /command is missing/],
  'an unknown key': ['command = "a"\nshell = true', /^2: shell is not known here/],
  'a stage of nobody': ['command = "a"\nstage = "pre-push"', /^2: stage must be one of pre-merge/],
  'no TOML': ['command = "a"\nthis is none', /^2: /],
  'no time': ['command = "a"\n\ntimeout = "soon"', /^3: timeout must be seconds/],
  'too many tries': ['command = "a"\nretry = 50', /^2: retry must be at most 5/],
  'a program of nothing': ['command = ["", "a"]', /^1: command must name a program/],
};

for (const [what, [text, says]] of Object.entries(badGates)) {
  test(`a quality gate with ${what} is listed with its line, and skipped`, async (t) => {
    assert.match(await problem(t, 'quality-gates/x.toml', text), says);
  });
}

test('a periodic plugin: all its gates, run.sh or instructions', async (t) => {
  const gateOf = async (gate: string): Promise<unknown> => {
    const plugin = await one(t, { 'sweep/plugin.md': page(`name = "sweep"\n[gate]\n${gate}`) });
    assert.equal(plugin.kind, 'periodic');
    assert.equal(plugin.execution, 'agent');
    return plugin.gate;
  };
  assert.deepEqual(await gateOf('type = "cooldown"'), { type: 'cooldown', durationMs: 3_600_000 });
  assert.deepEqual(await gateOf('type = "cooldown"\nduration = "1h30m"'), {
    type: 'cooldown',
    durationMs: 5_400_000,
  });
  assert.deepEqual(await gateOf('type = "cron"\nschedule = "0 9 * * 1-5"\ntimezone = "Europe/Berlin"'), {
    type: 'cron',
    schedule: '0 9 * * 1-5',
    timezone: 'Europe/Berlin',
  });
  assert.deepEqual(await gateOf('type = "condition"\ncheck = "./check.sh now"'), {
    type: 'condition',
    check: ['./check.sh', 'now'],
    durationMs: 3_600_000,
  });
  assert.deepEqual(await gateOf('type = "event"\non = "land"\nduration = 60'), {
    type: 'event',
    on: ['land'],
    durationMs: 60_000,
  });
  assert.deepEqual(await gateOf('type = "manual"'), { type: 'manual' });

  const full = await one(t, {
    'sheriff/plugin.md': page(
      `name = "github-sheriff"
description = "Watch pull requests"
version = 2
[tracking]
labels = ["area:ci"]
digest = true
[execution]
timeout = "5m"
notify_on_failure = false
severity = "high"`,
    ),
    'sheriff/run.sh': script(''),
    'sheriff/lib/words.txt': 'beside it\n',
  });
  assert.equal(full.kind, 'periodic');
  assert.deepEqual(
    [full.title, full.execution, full.timeoutMs, full.notify, full.severity, full.labels, full.gate.type],
    ['github-sheriff', 'script', 300_000, false, 'high', ['area:ci'], 'manual'],
  );
});

const badPages: Readonly<Record<string, readonly [string, RegExp]>> = {
  'no matter': ['# Sweep', /^1: it does not begin with a line \+\+\+/],
  'no end': ['+++\nname = "sweep"', /there is no second line \+\+\+/],
  'no name': [page('description = "x"'), /name is missing/],
  'an error in its third line': [page('name = "sweep"\n[gate'), /^3: /],
  'no schedule': [
    page('name = "sweep"\n[gate]\ntype = "cron"\nschedule = "every day"'),
    /^5: gate.schedule is no schedule/,
  ],
  'what wraps agents': [
    page('name = "s"\n[execution]\ntype = "exec-wrapper"'),
    /^4: execution.type must be agent or script/,
  ],
  'a script that is not there': [page('name = "s"\n[execution]\ntype = "script"'), /there is no run.sh/],
  'its own doing as event': [
    page('name = "s"\n[gate]\ntype = "event"\non = "plugin/run"'),
    /what plugins do themselves/,
  ],
};

for (const [what, [text, says]] of Object.entries(badPages)) {
  test(`a plugin.md with ${what} is listed, and skipped`, async (t) => {
    assert.match(await problem(t, 'sweep/plugin.md', text), says);
  });
}

test('every byte counts: of the script, of the page, and of what lies beside it, its executable bit too', async (t) => {
  const folder = tempFolder(t);
  const hashes = async (): Promise<string> =>
    (await readPlugins({ folder })).found.map(({ plugin }) => plugin.hash).join();
  const seen = new Set<string>();
  const isNew = async (): Promise<void> => {
    const now = await hashes();
    assert.ok(!seen.has(now));
    seen.add(now);
  };
  const lint = writePlugin(folder, 'pre-merge/lint.sh', script('1'));
  await isNew();
  writePlugin(folder, 'pre-merge/lint.sh', script('2'));
  await isNew();
  chmodSync(lint, 0o644);
  await isNew();
  writePlugin(folder, 'sweep/plugin.md', page('name = "sweep"'));
  await isNew();
  writePlugin(folder, 'sweep/plugin.md', page('name = "sweep"', 'Look elsewhere.'));
  await isNew();
  writePlugin(folder, 'sweep/words.txt', 'a');
  await isNew();
  writePlugin(folder, 'sweep/words.txt', 'b');
  await isNew();
});

test('links are followed nowhere: of a script, of a stage, of a plugin, within one, of the whole folder', async (t) => {
  const folder = tempFolder(t);
  const elsewhere = tempFolder(t);
  const target = writePlugin(elsewhere, 'evil.sh', script(''));
  writePlugin(elsewhere, 'sweep/plugin.md', page('name = "sweep"'));
  mkdirSync(join(folder, 'pre-merge'));
  mkdirSync(join(folder, 'inner'));
  symlinkSync(target, join(folder, 'pre-merge', '10-evil.sh'));
  symlinkSync(elsewhere, join(folder, 'post-merge'));
  symlinkSync(join(elsewhere, 'sweep'), join(folder, 'sweep'));
  writeFileSync(join(folder, 'inner', 'plugin.md'), page('name = "inner"'));
  symlinkSync(target, join(folder, 'inner', 'run.sh'));
  const { found, bad } = await readPlugins({ folder });
  assert.deepEqual(found, []);
  assert.deepEqual(
    bad.map(({ name }) => name),
    ['inner', 'post-merge', 'pre-merge/10-evil.sh', 'sweep'],
  );
  for (const { problem: said } of bad) assert.match(said, /is a link|is no folder/);
  symlinkSync(elsewhere, join(elsewhere, 'plugins'));
  assert.equal((await readPlugins({ folder: join(elsewhere, 'plugins') })).found.length, 0);
});

test('a file that nothing can start says how to make it one', async (t) => {
  const folder = tempFolder(t);
  const file = writePlugin(folder, 'pre-merge/10 lint.sh'.replace(' ', '-'), 'echo hello\n', 0o644);
  const { found, bad } = await readPlugins({ folder });
  assert.deepEqual(found, []);
  assert.match(
    bad[0]?.problem ?? '',
    new RegExp(`names no interpreter in its first line: chmod \\+x ${file}$`),
  );
  chmodSync(file, 0o755);
  assert.equal((await readPlugins({ folder })).found.length, 1);
});

const hostile = [
  '$(touch pwn).sh',
  '`touch pwn`.sh',
  ';touch pwn;.sh',
  '-rf.sh',
  'a b.sh',
  'a\nb.sh',
  'a\u001b[2Jb.sh',
  'a\u202eb.sh',
  '"quoted".sh',
  '%PATH%.sh',
  'ü.sh',
  'a'.repeat(120),
];

test('hostile names are listed harmlessly, and never run', async (t) => {
  const folder = tempFolder(t);
  for (const name of hostile) {
    writePlugin(folder, join('pre-merge', name), script(''));
    writePlugin(folder, join(name, 'plugin.md'), page('name = "x"'));
  }
  writePlugin(folder, 'sweep/plugin.md', page('name = "sweep"'));
  writePlugin(folder, 'sweep/$(x)', '');
  const { found, bad } = await readPlugins({ folder });
  assert.deepEqual(found, []);
  assert.equal(bad.length, hostile.length * 2 + 1);
  // oxlint-disable-next-line no-control-regex
  for (const { name } of bad) assert.doesNotMatch(name, /[\u0000-\u001f\u202e]/u);
});

test('what is run is what was hashed, whatever has taken its place; nobody else may enter where it lies', async (t) => {
  const folder = tempFolder(t);
  const copies = join(folder, 'copies');
  const place = join(folder, 'plugins');
  writePlugin(place, 'sweep/plugin.md', page('name = "sweep"'));
  writePlugin(place, 'sweep/run.sh', script('good'), 0o644);
  writePlugin(place, 'sweep/lib/words.txt', 'words', 0o644);
  const [found] = (await readPlugins({ folder: place })).found;
  assert.ok(found);
  writePlugin(place, 'sweep/run.sh', script('evil'));
  const copied = await createPluginFolders(copies).copy(found.files);
  assert.equal(readFileSync(copied.fileOf('run.sh'), 'utf8'), script('good'));
  assert.equal(readFileSync(copied.fileOf('lib/words.txt'), 'utf8'), 'words');
  const modes = [copied.directory, copied.fileOf('run.sh'), copied.fileOf('lib/words.txt')];
  assert.deepEqual(
    modes.map((file) => statSync(file).mode & 0o777),
    [0o700, 0o700, 0o600],
  );
  await copied.remove();
  assert.deepEqual(readdirSync(copies), []);
});
