import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { writeShims } from '../../server/sessions/shims.ts';
import { temporaryFolder } from '../support/folder.ts';

const words = [
  'plain',
  'two words',
  `it's "quoted"`,
  '',
  '$(touch x)`id`;&|',
  '*',
  '\\back\\',
  'line\nbreak',
  '-n',
  'ünï',
];

test('a shim passes every argument exactly, from a path with blanks and quotes', (t) => {
  const folder = join(temporaryFolder(t), `it's a "folder" $HOME`);
  const bin = join(folder, 'bin');
  const program = join(folder, 'gt.cjs');
  writeShims({ folder: bin, node: process.execPath, programs: { gt: program, bd: program } });
  writeFileSync(
    program,
    `const leaked = process.env.ELECTRON_RUN_AS_NODE; process.stdout.write(JSON.stringify([leaked, ...process.argv.slice(2)]));`,
  );
  for (const name of ['gt', 'bd']) {
    const output = execFileSync(name, words, {
      env: { PATH: [bin, process.env['PATH']].join(delimiter) },
      encoding: 'utf8',
    });
    assert.deepEqual(JSON.parse(output), ['1', ...words]);
  }
});

test('a shim gives the exit code on, and its program is the process itself', (t) => {
  const folder = temporaryFolder(t);
  const program = join(folder, 'gt.cjs');
  writeFileSync(program, 'process.exit(7)');
  writeShims({ folder, node: process.execPath, programs: { gt: program } });
  assert.throws(() => execFileSync(join(folder, 'gt')), { status: 7 });
  assert.match(readFileSync(join(folder, 'gt'), 'utf8'), /^exec /m);
});

test('writing again replaces them and leaves nothing beside them', (t) => {
  const folder = temporaryFolder(t);
  writeShims({ folder, node: '/old/node', programs: { gt: '/old/gt.cjs' } });
  writeShims({ folder, node: '/new/node', programs: { gt: '/new/gt.cjs' } });
  assert.deepEqual(readdirSync(folder), ['gt']);
  assert.match(readFileSync(join(folder, 'gt'), 'utf8'), /'\/new\/node' '\/new\/gt.cjs' "\$@"/);
  assert.equal(statSync(join(folder, 'gt')).mode & 0o777, 0o755);
});

test('on Windows there is a .cmd beside the shell script', (t) => {
  const folder = temporaryFolder(t);
  writeShims({ folder, node: 'C:\\100%\\node.exe', programs: { gt: 'C:\\x\\gt.cjs' }, platform: 'win32' });
  assert.deepEqual(readdirSync(folder), ['gt', 'gt.cmd']);
  assert.match(
    readFileSync(join(folder, 'gt.cmd'), 'utf8'),
    /"C:\\100%%\\node\.exe" "C:\\x\\gt\.cjs" %\*\r\n/,
  );
});
