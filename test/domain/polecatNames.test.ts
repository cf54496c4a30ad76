import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  agentIdOf,
  branchFor,
  identityOf,
  namePools,
  nextPolecatName,
  splitAgentId,
  worktreeFolder,
} from '../../server/domain/polecatNames.ts';
import { agentId, beadId, refusedBy, rigName } from './support.ts';

describe('names of polecats', () => {
  test('every pool has 50, each once, none of them a role', () => {
    assert.ok(Object.keys(namePools).length >= 2);
    for (const [theme, pool] of Object.entries(namePools)) {
      assert.equal(pool.length, 50, theme);
      assert.equal(new Set(pool).size, 50, theme);
      for (const name of pool) assert.match(name, /^[a-z]{3,12}$/, theme);
      for (const role of ['witness', 'mayor', 'deacon', 'refinery', 'crew', 'polecats'])
        assert.ok(!pool.includes(role));
    }
    assert.deepEqual(namePools['mad-max']?.slice(0, 4), ['furiosa', 'nux', 'slit', 'rictus']);
  });

  test('are the first free of the rig, which keeps to its theme', () => {
    const rig = rigName('backend');
    const first = nextPolecatName(rig, new Set());
    const second = nextPolecatName(rig, new Set([first]));
    const pool = Object.values(namePools).find((names) => names.includes(first)) ?? [];
    assert.deepEqual([first, second], pool.slice(0, 2));
    assert.equal(nextPolecatName(rig, new Set([second])), first, 'a name that is free again is given again');
  });

  test('go on with numbers when the pool is empty', () => {
    const taken = new Set<string>();
    for (let count = 0; count < 120; count += 1) {
      const name = nextPolecatName(rigName('backend'), taken);
      assert.ok(!taken.has(name));
      assert.deepEqual(splitAgentId(`backend/${name}`), { rig: 'backend', name });
      taken.add(name);
    }
    assert.match([...taken][50] ?? '', /^[a-z]+-2$/);
    assert.match([...taken][100] ?? '', /^[a-z]+-3$/);
  });

  test('rigs do not all have the same theme', () => {
    const names = ['backend', 'frontend', 'ml-pipeline', 'infra', 'docs'].map((rig) =>
      nextPolecatName(rigName(rig), new Set()),
    );
    assert.ok(new Set(names).size > 1, names.join());
  });

  test('branch, folder and author come out of them', () => {
    assert.equal(branchFor('nux', beadId('be-auth'), 'x7k2p'), 'polecat/nux/be-auth-x7k2p');
    assert.equal(worktreeFolder('nux', 'x7k2p'), 'nux-x7k2p');
    assert.deepEqual(identityOf(agentId('backend/nux')), {
      name: 'nux',
      email: 'nux@backend.gastown.invalid',
    });
  });

  test('an agent id is RIG/NAME and nothing else', () => {
    assert.deepEqual(splitAgentId('ml-pipeline/nux-2'), { rig: 'ml-pipeline', name: 'nux-2' });
    for (const id of [
      '',
      'nux',
      '/nux',
      'backend/',
      'a/b/c',
      'Backend/nux',
      'backend/nux\n',
      'backend/<x>',
      'backend/../x',
    ]) {
      assert.equal(refusedBy(() => splitAgentId(id)).code, 'invalid', id);
    }
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,31}$/),
        fc.stringMatching(/^[a-z]{1,20}$/),
        (rig, name) => {
          assert.deepEqual(splitAgentId(agentIdOf(rigName(rig), name)), { rig, name });
        },
      ),
    );
  });
});
