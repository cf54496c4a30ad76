import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LaunchSpec } from '../../server/domain/session.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runNode } from '../support/runNode.ts';

/** `runHere` takes this process's own terminal, so that it runs in a process of the test's. */
const runner = `
import { runHere } from ${JSON.stringify(join(import.meta.dirname, '../../server/cli/runHere.ts'))};
process.exit(await runHere(JSON.parse(process.argv[1])));
`;

function specOf(script: string, more: Partial<LaunchSpec> = {}): LaunchSpec {
  return {
    command: process.execPath,
    arguments: ['--eval', script],
    directory: process.cwd(),
    environment: {},
    strip: [],
    stopSignal: 'SIGTERM',
    ...more,
  };
}

async function run(spec: LaunchSpec, env: Record<string, string> = {}) {
  const args = ['--input-type=module', '--eval', runner, JSON.stringify(spec)];
  return await runNode(args, { cwd: spec.directory, env });
}

test('what runs here ends with its own exit code, or that of its signal', async () => {
  assert.equal((await run(specOf('process.exit(7)'))).code, 7);
  assert.equal((await run(specOf('process.exit(0)'))).code, 0);
  assert.equal((await run(specOf('process.kill(process.pid, "SIGTERM")'))).code, 143);
  const missing = await run(specOf('', { command: 'no-such-program', environment: { PATH: '/nowhere' } }));
  assert.deepEqual([missing.code, missing.stdout], [70, '']);
  assert.match(missing.stderr, /There is no program "no-such-program"/);
});

test('it gets words as they are, the folder and variables of the spec, and nothing that is stripped', async (t) => {
  const folder = temporaryFolder(t);
  const words = ['$(touch pwned)', '`id`', '--help', 'a "b"', "it's"];
  const script =
    'console.log(JSON.stringify([process.argv.slice(1), process.cwd(), process.env.A, process.env.GT_SESSION, process.env.GT_TALK]))';
  const spec = specOf(script, {
    arguments: ['--eval', script, '--', ...words],
    directory: folder,
    environment: { A: 'a' },
    strip: ['GT_SESSION'],
  });
  const { code, stdout } = await run(spec, { GT_SESSION: 'secret' });
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), [words, folder, 'a', null, null]);
});

test('where it cannot be started, nothing of it stays behind', async () => {
  const failing = `
import { runHere } from ${JSON.stringify(join(import.meta.dirname, '../../server/cli/runHere.ts'))};
process.execPath = '/nowhere/node';
const why = await runHere(JSON.parse(process.argv[1])).catch((error) => error.code);
console.log(why, process.listenerCount('SIGINT'));
`;
  const ran = await runNode(['--input-type=module', '--eval', failing, JSON.stringify(specOf(''))], {
    cwd: process.cwd(),
    env: {},
  });
  assert.equal(ran.stdout, 'ENOENT 0\n', ran.stderr);
});
