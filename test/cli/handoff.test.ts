import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Handoff } from '../../server/domain/handoff.ts';
import { before } from './samples.ts';
import { gt, lines } from './support.ts';

const packet = {
  id: 'ho-1',
  agent: 'backend/nux',
  bead: 'be-auth',
  from: 'sim',
  by: 'backend/nux',
  at: before(2),
  words: { text: 'tests are left', tried: ['a \u001B[31mlock\u001B[0m'] },
  facts: {
    goal: 'Refactor auth middleware',
    commits: 1,
    branch: 'b',
    files: [{ path: 'a.js', added: 2, removed: 1 }],
  },
} as unknown as Handoff;

const environment = { GT_SESSION: '/s.json' };

test('in a session with --cycle it writes the packet, whatever else is said, and the session goes on', async () => {
  const words =
    'handoff -s half --reason full -m left --decided a --decided b --tried c --question d --cycle --yes --no-git-check -c'.split(
      ' ',
    );
  const said = await gt(words, { 'handoff/write': packet }, { environment });
  assert.deepEqual(said.asked, [
    {
      method: 'handoff/write',
      params: {
        words: {
          subject: 'half',
          text: 'full\n\nleft',
          decisions: ['a', 'b'],
          tried: ['c'],
          questions: ['d'],
        },
      },
    },
  ]);
  assert.equal(
    said.stdout,
    lines(`
      | Handoff ho-1 of backend/nux, be-auth
      | By backend/nux at 2026-05-01T11:58:00.000Z: sim
      |
      | Goal
      |   Refactor auth middleware
      |
      | Said
      |   tests are left
      |
      | Tried
      |   - a lock
      |
      | Commits
      |   1 on b (..)
      |   a.js  +2 -1
      Next: gt handoff backend/nux of a person begins a fresh session with it.
    `),
  );
});

test('a person hands over to a fresh session; --auto only writes, --dry-run keeps nothing', async () => {
  const session = { id: 's-2', agent: 'backend/nux', bead: 'be-auth', runtime: 'codex', host: 'process' };
  const answers = { 'handoff/write': packet, 'session/handoff': session as never };
  const given = await gt('handoff be-auth -m go --runtime codex'.split(' '), answers);
  assert.deepEqual(
    given.asked.map(({ method, params }) => [method, params]),
    [
      ['handoff/write', { agent: 'be-auth', words: { text: 'go' }, dryRun: true }],
      ['session/handoff', { agent: 'backend/nux', words: { text: 'go' }, runtime: 'codex' }],
    ],
  );
  assert.match(given.stdout, /fresh session of codex: s-2 \(process\)\.\nIts packet: gt resume be-auth\n/);
  const auto = await gt('handoff backend/nux --auto'.split(' '), answers);
  assert.deepEqual(auto.asked, [{ method: 'handoff/write', params: { agent: 'backend/nux', words: {} } }]);
  const dry = await gt('handoff backend/nux -n'.split(' '), answers);
  assert.deepEqual(dry.asked[0]?.params, { agent: 'backend/nux', words: {}, dryRun: true });
  assert.match(dry.stdout, /\nNothing was kept\.\n$/);
  assert.equal((await gt(['handoff', 'x', '-m', 'a', '--stdin'], answers)).code, 2);
});

test('in a session it names who goes on; --auto leaves the session alone', async () => {
  const answers = { 'handoff/write': { ...packet, to: 'codex' } as never };
  const given = await gt('handoff --runtime codex --host tmux'.split(' '), answers, { environment });
  assert.deepEqual(given.asked[0]?.params, { words: {}, next: { runtime: 'codex', host: 'tmux' } });
  assert.match(given.stdout, /a fresh session of codex goes on with the packet\.\n$/);
  const auto = await gt('handoff --auto'.split(' '), answers, { environment });
  assert.deepEqual(auto.asked[0]?.params, { words: {} });
});

test('resume prints it', async () => {
  const said = await gt(['resume', 'be-auth'], { 'handoff/get': { handoff: packet } });
  assert.deepEqual(said.asked[0]?.params, { of: 'be-auth' });
  assert.match(said.stdout, /^\| Handoff ho-1/);
  const none = await gt(['resume'], { 'handoff/get': {} }, { environment });
  assert.deepEqual([none.asked[0]?.params, none.stdout], [{}, 'Nothing was handed over.\n']);
});
