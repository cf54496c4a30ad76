import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ran } from '../support/runNode.ts';
import { lines } from './support.ts';
import { installGt } from './installedGt.ts';

const installed = installGt();

function gt(
  words: readonly string[],
  program: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const prelude =
    'const emit = (value) => console.log(JSON.stringify(value)); const args = process.argv.slice(2);\n';
  return installed(words, prelude + program, environment);
}

const row = (id: string, rig: string, state: string, commit = ''): object => ({
  id,
  rig,
  runtime: 'sim-quick',
  state,
  commit,
});

const verified = [
  row('be-auth', 'backend', 'verified', 'a1b2c3d4e5'),
  row('ml-extract', 'ml-pipeline', 'verified', '9f8e7d6c5b'),
];

const emits = (...events: object[]): string =>
  events.map((event) => `emit(${JSON.stringify(event)});`).join('\n');

const landed = { event: 'result', convoy: 'Auth System Overhaul', landed: true, beads: verified };

describe('gt demo', { concurrency: 2 }, () => {
  test('draws plain lines, and the table at the end', async () => {
    const said = await gt(
      ['demo'],
      emits(
        { event: 'step', text: 'A town, empty.' },
        { event: 'row', ...row('be-auth', 'backend', 'working') },
        { event: 'row', ...row('be-auth', 'backend', 'working') },
        { event: 'row', ...row('be-auth', 'backend', 'verified', 'a1b2c3d4e5') },
        landed,
      ),
    );
    assert.equal(
      said.stdout,
      lines(`
        A town, empty.
          be-auth: working (sim-quick)
          be-auth: verified a1b2c3d (sim-quick)

        Auth System Overhaul   2 of 2 landed
          BEAD        RIG          RUNTIME    STATE       COMMIT
          be-auth     backend      sim-quick  verified    a1b2c3d
          ml-extract  ml-pipeline  sim-quick  verified    9f8e7d6
        Every commit above was found on the target branch of its rig.
      `),
    );
    assert.deepEqual([said.code, said.stderr], [0, '']);
  });

  test('gives the same as one object', async () => {
    const said = await gt(['demo', '--json'], emits({ event: 'step', text: 'x' }, landed));
    const { event: _, ...result } = landed;
    assert.deepEqual(JSON.parse(said.stdout), result);
    assert.deepEqual([said.code, said.stderr], [0, '']);
  });

  test('--keep is handed on, and where the town was left is said', async () => {
    const program = `emit({ ...${JSON.stringify(landed)}, town: args.join(' ') });`;
    const said = await gt(['demo', '--keep'], program);
    assert.match(said.stdout, /\nThe town is left in demo --keep\.\nNext: cd demo --keep && gt status\n$/);
  });

  test('is no success unless every bead is verified, whatever the result or the exit code claim', async () => {
    const half = { ...landed, beads: [verified[0], row('ml-extract', 'ml-pipeline', 'submitted')] };
    const lying = await gt(['demo'], emits(half));
    assert.match(
      lying.stdout,
      /1 of 2 landed[^]*The convoy has not landed: a bead above is not verified\.\n$/,
    );
    const honest = await gt(['demo', '--json'], `${emits({ ...half, landed: false })} process.exitCode = 1;`);
    assert.equal((JSON.parse(honest.stdout) as { landed: boolean }).landed, false);
    const none = await gt(['demo', '--json'], emits({ ...landed, beads: [] }));
    const broken = await gt(['demo'], 'console.error("Error: oh no"); process.exitCode = 70;');
    const mute = await gt(['demo'], '');
    assert.deepEqual([lying.code, honest.code, none.code, broken.code, mute.code], [1, 1, 1, 70, 70]);
    assert.match(
      broken.stderr,
      /^gt: something broke: the town server's program ended with 70\. Error: oh no\n$/,
    );
    assert.match(mute.stderr, /ended without a result/);
  });
});

describe('gt install', { concurrency: 2 }, () => {
  const made =
    "require('node:fs').writeFileSync('made', args.join(' ')); emit({ event: 'result', town: args[1] });";

  test('makes the town where people look for it, or where it is told', async () => {
    const usual = await gt(['install'], made);
    assert.match(usual.stdout, /^Made the town .*\/gt\.\nNext: gt rig create NAME --repo URL-OR-PATH\n$/);
    const told = await gt(['install', 'my town', '--json'], made);
    assert.match((JSON.parse(told.stdout) as { town: string }).town, /\/home-\w+\/my town$/);
    const elsewhere = await gt(['install', 'elsewhere'], made);
    assert.match(elsewhere.stdout, /\nNext: cd .*\/elsewhere && gt rig create/);
    const named = await gt(['install', '--json'], made, { GT_TOWN: '/named' });
    assert.deepEqual(JSON.parse(named.stdout), { town: '/named' });
  });

  test('says what the program refuses, as an event or on its stderr', async () => {
    const refused = {
      event: 'refused',
      code: 'taken',
      message: 'There is a town already.',
      next: 'gt status',
    };
    const event = await gt(['install'], `${emits(refused)} process.exitCode = 1;`);
    assert.deepEqual(event, {
      code: 1,
      stdout: '',
      stderr: 'gt: There is a town already.\nNext: gt status\n',
    });
    const json = await gt(['install', '--json'], `${emits(refused)} process.exitCode = 1;`);
    assert.deepEqual(JSON.parse(json.stderr), { error: refused.message, code: 'taken', next: 'gt status' });
    const stderr = await gt(['install'], "console.error('gastown-server: No room.'); process.exitCode = 1;");
    assert.deepEqual([stderr.code, stderr.stderr], [1, 'gt: No room.\n']);
  });

  test('the program gets neither a session nor an identity of ours', async () => {
    const probe =
      "emit({ event: 'refused', message: JSON.stringify([process.env.GT_SESSION, process.env.BD_ACTOR, args]) });";
    const said = await gt(['install', '/x'], `${probe} process.exitCode = 1;`, {
      GT_SESSION: '/s',
      BD_ACTOR: 'ann',
    });
    assert.equal(said.stderr, 'gt: [null,null,["create","/x"]]\n');
  });
});
