import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { root } from './architecture/tree.ts';
import { runNode } from './support/runNode.ts';

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A house with our build and the given sources. */
function house(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gastown-build-'));
  folders.push(folder);
  cpSync(join(root, 'esbuild.mjs'), join(folder, 'esbuild.mjs'));
  cpSync(join(root, 'scripts/lazyBundle.mjs'), join(folder, 'scripts/lazyBundle.mjs'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const [path, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const program = {
  'server/cli/gt.ts': [
    "import { say } from './say.ts';",
    "say('start');",
    "if (process.argv[2] !== 'hook') await0();",
    "function await0(): void { import('./rest.ts').then(({ rest }) => rest()); }",
  ].join('\n'),
  'server/cli/rest.ts': [
    "import { Command } from 'commander';",
    "import { LowSync, MemorySync } from 'lowdb';",
    "import { say, Said } from './say.ts';",
    "say('rest is loaded');",
    'export const rest = (): void => {',
    "  say(`${typeof Command} ${typeof new LowSync(new MemorySync(), {}).read} ${say('again') instanceof Said}`);",
    '};',
  ].join('\n'),
  'server/cli/say.ts': [
    'export class Said {}',
    'export const say = (text: string): Said => { process.stdout.write(`${text}\\n`); return new Said(); };',
  ].join('\n'),
};

for (const flags of [[], ['--dev']]) {
  test(`gt is one executable file that loads the rest on need ${flags.join('')}`, async () => {
    const folder = house(program);
    const built = await runNode(['esbuild.mjs', ...flags, 'gt'], { cwd: folder });
    assert.equal(built.code, 0, built.stderr);
    const bundle = join(folder, 'dist/gt.cjs');
    assert.match(readFileSync(bundle, 'utf8'), /^#!\/usr\/bin\/env node\n/);
    assert.equal(statSync(bundle).mode & 0o111, process.platform === 'win32' ? 0 : 0o111);
    rmSync(join(folder, 'node_modules'));

    assert.equal((await runNode([bundle, 'hook'], { cwd: folder })).stdout, 'start\n');
    assert.equal(
      (await runNode([bundle], { cwd: folder })).stdout,
      'start\nrest is loaded\nagain\nfunction function true\n',
    );
  });
}

test('source maps are for development only, and a metafile says what is in the bundle', async () => {
  const folder = house(program);
  await runNode(['esbuild.mjs', '--dev', 'gt'], { cwd: folder });
  assert.ok(exists(join(folder, 'dist/gt.cjs.map')));
  await runNode(['esbuild.mjs', 'gt'], { cwd: folder });
  assert.ok(!exists(join(folder, 'dist/gt.cjs.map')));
  assert.match(readFileSync(join(folder, 'out/meta/gt.json'), 'utf8'), /server\/cli\/rest\.ts/);
});

const failing: Record<string, { files: Record<string, string>; args: string[]; says: RegExp; code: number }> =
  {
    'an entry that does not exist': {
      files: program,
      args: ['gt', 'bd'],
      says: /server\/cli\/bd\.ts/,
      code: 1,
    },
    'a module that does not exist': {
      files: { 'server/cli/gt.ts': "import './nowhere.ts';" },
      args: ['gt'],
      says: /nowhere\.ts/,
      code: 1,
    },
    'a warning': {
      files: { 'server/main.ts': 'export const here = import.meta.url;' },
      args: ['server'],
      says: /import\.meta/,
      code: 1,
    },
    'the same warning in a bundle that loads lazily': {
      files: { 'server/cli/gt.ts': 'process.stdout.write(import.meta.url);' },
      args: ['gt'],
      says: /import\.meta/,
      code: 1,
    },
    'a folder that cannot be written': {
      files: { ...program, dist: 'a file' },
      args: ['gt'],
      says: /not written/,
      code: 1,
    },
    'an unknown bundle': { files: program, args: ['gtt'], says: /unknown bundle gtt/, code: 2 },
    'an unknown option': { files: program, args: ['--minify'], says: /unknown option --minify/, code: 2 },
  };

for (const [name, { files, args, says, code }] of Object.entries(failing)) {
  test(`the build fails on ${name}`, async () => {
    const built = await runNode(['esbuild.mjs', ...args], { cwd: house(files) });
    assert.match(built.stderr, says);
    assert.equal(built.code, code);
  });
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
