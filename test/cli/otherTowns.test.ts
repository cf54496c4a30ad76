// What scripts of other towns say, as it is written there: it does what it means here, or says that there is nothing to do.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Handoff } from '../../server/domain/handoff.ts';
import { temporaryFolder } from '../support/folder.ts';
import { before, sampleDetail, samplePolecat } from './samples.ts';
import { bd, gt, lines, type Answers } from './support.ts';

const packet = {
  id: 'ho-1',
  agent: 'backend/nux',
  bead: 'be-auth',
  from: 'claude-code',
  to: 'codex',
  by: 'overseer',
  at: before(2),
  words: {
    text: `the tests of the cache are left ${'and so on '.repeat(12)}`.trim(),
    tried: [`a \u001B[31mglobal lock, ${'which deadlocks '.repeat(6)}`.trim()],
    questions: ['per user or per key?'],
  },
  facts: { goal: 'Refactor', commits: 1, branch: 'b', files: [{ path: 'a.js', added: 2, removed: 1 }] },
} as unknown as Handoff;

const session = {
  id: 's-1',
  agent: 'backend/nux',
  rig: 'backend',
  bead: 'be-auth',
  runtime: 'sim',
  host: 'process',
  state: 'running',
  pid: 7,
  createdAt: before(9),
} as never;

const letter = { id: 'm-1', kind: 'mail', from: 'overseer', to: 'backend/nux', state: 'queued' } as never;

/** Each line ends with 0, and asks the town these. */
const accepted: readonly (readonly [words: string, asks: string, answers: Answers])[] = [
  ['mail send --self -s x -m y', 'mail/send', { 'mail/send': { sent: [letter], notes: [] } }],
  ['mail send --human -s x -n --wisp', 'mail/send', { 'mail/send': { sent: [letter], notes: [] } }],
  [
    'mail send mayor/ -s x --no-notify --permanent --priority 4',
    'mail/send',
    { 'mail/send': { sent: [letter], notes: [] } },
  ],
  ['mail inbox --address mayor/', 'mail/list', { 'mail/list': { address: 'mayor', mail: [] } }],
  ['mail ack m-1', 'mail/mark', { 'mail/mark': { mail: [letter] } }],
  ['nudge backend/nux -m go -f --mode queue', 'nudge/send', { 'nudge/send': { message: letter, how: '' } }],
  ['nudge backend/nux go --queue --direct', 'nudge/send', { 'nudge/send': { message: letter, how: '' } }],
  ['nudge channel:news go', 'nudge/each', { 'nudge/each': { sent: [letter], refused: [] } }],
  ['nudge @town go --priority urgent', 'nudge/each', { 'nudge/each': { sent: [], refused: [] } }],
  ['session list --rig backend', 'session/list', { 'session/list': [session] }],
  ['session start backend/nux --issue be-auth', 'session/run', { 'session/run': session }],
  ['session stop backend/nux -f', 'session/stop', { 'session/stop': session }],
  [
    'session restart backend/nux --force',
    'session/list session/handoff',
    { 'session/list': [session], 'session/handoff': session },
  ],
  ['session restart backend/nux', 'session/list session/run', { 'session/list': [], 'session/run': session }],
  ['session capture backend/nux 5', 'session/log', { 'session/log': { lines: ['x'] } }],
  ['session inject backend/nux -m go', 'nudge/send', { 'nudge/send': { message: letter, how: '' } }],
  ['session status backend/nux', 'session/list', { 'session/list': [session] }],
  ['session check backend', 'polecat/list', { 'polecat/list': [] }],
  ['peek backend/nux -n 5', 'session/log', { 'session/log': { lines: ['x'] } }],
  ['handoff be-auth -n -w --collect --no-git-check --yes', 'handoff/write', { 'handoff/write': packet }],
  ['checkpoint write be-auth --notes x --molecule m --step s', 'handoff/write', { 'handoff/write': packet }],
  ['checkpoint read be-auth', 'handoff/get', { 'handoff/get': { handoff: packet } }],
  ['checkpoint clear be-auth', 'handoff/clear', { 'handoff/clear': { cleared: 1 } }],
  ['compact --dry-run --rig backend', '', {}],
  ['cycle next', '', {}],
];

for (const [words, asks, answers] of accepted) {
  test(`gt ${words}`, async () => {
    const said = await gt(words.split(' '), answers);
    assert.deepEqual([said.code, said.stderr], [0, '']);
    assert.equal(said.asked.map(({ method }) => method).join(' '), asks);
    const json = await gt([...words.split(' '), '--json'], answers);
    assert.equal(json.code, 0, json.stderr);
    JSON.parse(json.stdout);
  });
}

test('a nudge to a role that is code goes to the person as a letter, and says so', async () => {
  const note = 'The witness of backend is code in this town and reads no mail; it went to the overseer.';
  const answers = { 'mail/send': { sent: [letter], notes: [note] } };
  for (const role of ['backend/witness', 'backend/refinery', 'deacon', 'deacon/dogs/rex']) {
    const said = await gt(['nudge', role, 'POLECAT_DONE nux'], answers);
    assert.deepEqual(said.asked, [
      { method: 'mail/send', params: { to: [role], subject: 'POLECAT_DONE nux', text: '' } },
    ]);
    assert.equal(said.stdout, `${note}\nQueued m-1 for backend/nux, as a letter.\n`);
  }
  const long = await gt(['nudge', 'deacon', 'x'.repeat(201), '--json'], answers);
  assert.deepEqual(long.asked[0]?.params, {
    to: ['deacon'],
    subject: 'x'.repeat(200),
    text: 'x'.repeat(201),
  });
  assert.equal((JSON.parse(long.stdout) as { how: string }).how, note);
});

test('--self is whoever runs it, and --from is for the town to judge', async () => {
  const answers = { 'mail/send': { sent: [letter], notes: [] } };
  const environment = { GT_SESSION: '/s.json', BD_ACTOR: 'backend/nux' };
  const own = await gt('mail send --self -s x --from backend/slit'.split(' '), answers, { environment });
  assert.deepEqual(own.asked[0]?.params, {
    to: ['backend/nux'],
    subject: 'x',
    text: '',
    from: 'backend/slit',
  });
  assert.equal((await gt('mail send -s x'.split(' '), answers)).code, 2);
});

test('several lines are injected as a letter; a file that is not there is refused', async (t) => {
  const file = join(temporaryFolder(t), 'notes.txt');
  writeFileSync(file, 'Look\nat the log\n');
  const said = await gt(['session', 'inject', 'backend/nux', '-f', file], {
    'mail/send': { sent: [letter], notes: [] },
  });
  assert.deepEqual(said.asked[0]?.params, { to: ['backend/nux'], subject: 'Look', text: 'at the log' });
  assert.equal((await gt(['session', 'inject', 'x', '-f', `${file}.no`])).code, 1);
  assert.equal((await gt(['session', 'inject', 'x'])).code, 2);
});

test('check names the polecats that have work and no session', async () => {
  const alive = { ...samplePolecat(), session };
  const ended = { ...(session as object), state: 'ended', endedAt: before(3) } as never;
  const answers = { 'polecat/list': [alive, { ...samplePolecat('failed'), session: ended }] };
  const said = await gt(['session', 'check'], answers);
  assert.equal(
    said.stdout,
    lines(`
      2 polecats looked at, 1 without a session:
      AGENT        BEAD     STATE   SESSION ENDED
      backend/nux  be-auth  failed  3 m ago
      Next: gt session run backend/nux
    `),
  );
  const { stdout } = await gt(['session', 'check', '--json'], answers);
  assert.deepEqual(JSON.parse(stdout), {
    checked: 2,
    dead: [{ agent: 'backend/nux', bead: 'be-auth', state: 'failed', session: 's-1' }],
  });
});

describe('a bead that was handed over', () => {
  const answers = { 'bead/get': sampleDetail('be-auth', { handoff: packet }) };

  test('shows the parts of its packet, within 80 columns, behind a bar', async () => {
    for (const said of [await bd(['show', 'be-auth'], answers), await gt(['show', 'be-auth'], answers)]) {
      assert.ok(
        said.stdout.split('\n').every((line) => line.length <= 80),
        said.stdout,
      );
      const part = said.stdout.slice(said.stdout.indexOf('HANDOFF'));
      assert.equal(
        part,
        lines(`
          HANDOFF
            ho-1 of backend/nux, by overseer, 2 m ago: claude-code to codex
            Goal
              | Refactor
            Said
              | the tests of the cache are left and so on and so on and so on and so on
              | and so on and so on and so on and so on and so on and so on and so on and
              | so on
            Tried
              | - a global lock, which deadlocks which deadlocks which deadlocks which
              |   deadlocks which deadlocks which deadlocks
            Open questions
              | - per user or per key?
            Commits
              | 1 on b (..)
              | a.js +2 -1
        `),
      );
    }
  });

  test('has it in JSON; one that was not has no such key', async () => {
    const [issue] = JSON.parse((await bd(['show', 'be-auth', '--json'], answers)).stdout) as [object];
    assert.deepEqual((issue as { handoff?: unknown }).handoff, packet);
    const plain = await bd(['show', 'be-auth', '--json'], { 'bead/get': sampleDetail('be-auth') });
    assert.ok(!plain.stdout.includes('handoff'));
  });
});
