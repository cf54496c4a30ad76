import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { townPaths } from '../../server/protocol/address.ts';
import { reachTown } from '../../server/rpc/reach.ts';
import { temporaryFolder } from '../rpc/place.ts';
import { eventually } from '../support/wait.ts';

const program = join(import.meta.dirname, '../../server/main.ts');
const full = '/dev/full';
const skip = existsSync(full) ? false : 'there is no device that is always full';

test('a town server whose log cannot be written goes on', { skip }, async (t) => {
  const paths = townPaths(join(temporaryFolder(t), 'town'));
  await promisify(execFile)(process.execPath, [program, 'create', paths.town]);
  const log = openSync(full, 'w');
  const server = spawn(process.execPath, [program, 'town', paths.town], { stdio: ['ignore', log, log] });
  closeSync(log);
  t.after(() => server.kill('SIGKILL'));
  await eventually('it serves', () => existsSync(paths.server));
  const client = await reachTown({ town: paths.town, client: 'test', start: false, serverProgram: program });
  t.after(() => client.close());
  // Each git call is a line in the log.
  const missing = { name: 'backend', repository: join(paths.town, 'nowhere') };
  await assert.rejects(client.request('rig/create', missing), /There is no folder/);
  await client.request('bead/create', { title: 'Still here' });
  assert.equal((await client.request('bead/list', {})).total, 1);
  assert.equal(server.exitCode, null);
});
