import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { Refusal } from '../../server/domain/refusal.ts';
import type { GitProof, MergeRequestDetail } from '../../server/protocol/mergeQueue.ts';
import { gt, lines, type Answers } from './support.ts';
import {
  before,
  freshConvoy,
  sampleBead,
  sampleConvoy,
  sampleDetail,
  sampleHook,
  samplePolecat,
  sampleRequest,
  sampleRig,
  sampleRuntime,
  sampleSlung,
  sampleStatus,
} from './samples.ts';

/** What each command prints on 80 columns. */
const prints: Record<string, { words: string[]; answers: Answers; text: string }> = {
  'a convoy, as on the page of the design': {
    words: ['convoy', 'show', 'auth'],
    answers: { 'convoy/get': sampleConvoy() },
    text: `
      Auth System Overhaul   hq-auth   2 of 3 landed   started 12 m ago
        BEAD        RIG          RUNTIME      STATE               COMMIT
        be-auth     backend      Claude Code  verified 4 m ago    a1b2c3d
        ml-extract  ml-pipeline  Codex        verified 2 m ago    9f8e7d6
        fe-login    frontend     Cursor       submitted           3c4d5e6
      Next: gt mq show fe-login
    `,
  },
  'a new convoy, with what to do next': {
    words: ['convoy', 'create', 'Auth System Overhaul', 'be-auth', 'ml-extract', 'fe-login'],
    answers: { 'convoy/create': freshConvoy() },
    text: `
      Auth System Overhaul   hq-auth   0 of 3 landed   started 12 m ago
        BEAD        RIG          RUNTIME      STATE               COMMIT
        be-auth     backend      Claude Code  ready
        ml-extract  ml-pipeline  Codex        ready
        fe-login    frontend     Cursor       ready
      Next: gt sling be-auth ml-extract fe-login
    `,
  },
  'the convoys': {
    words: ['convoy', 'list'],
    answers: { 'convoy/list': { items: [sampleConvoy()], total: 1 } },
    text: `
        CONVOY   STATE  LANDED  STARTED   TITLE
        hq-auth  open   2/3     12 m ago  Auth System Overhaul
    `,
  },
  'the rigs': {
    words: ['rig', 'list'],
    answers: {
      'rig/list': [
        sampleRig('backend'),
        sampleRig(
          'ml-pipeline',
          { runtimeLabel: 'Codex', polecats: { working: 0, needYou: 0, total: 0 }, queue: 1 },
          { state: 'parked', branch: 'release/2' },
        ),
        sampleRig('frontend', { runtimeLabel: 'Cursor', polecats: { working: 1, needYou: 1, total: 3 } }),
      ],
    },
    text: `
        RIG          STATE   RUNTIME      BRANCH     POLECATS                 QUEUE
        backend      active  Claude Code  main       2 working                0
        ml-pipeline  parked  Codex        release/2  none                     1
        frontend     active  Cursor       main       1 working · 1 needs you  0
    `,
  },
  'one rig': {
    words: ['rig', 'info', 'backend'],
    answers: { 'rig/get': sampleRig('backend', { warnings: ['claude was not found on PATH.'] }) },
    text: `
      Rig: backend
      Runtime: claude-code
      Session: editor
      State: active
      Prefix: ba
      Repository: /src/backend
      Branch: main
      Merge: review
      Approval: ask
      Polecats: 2 working
      Queue: 0
      Open beads: 5
      Warning: claude was not found on PATH.
    `,
  },
  'the settings of a rig': {
    words: ['rig', 'config', 'backend'],
    answers: { 'rig/get': sampleRig('backend') },
    text: `
        KEY             VALUE        MAY BE
        runtime         claude-code  the name of a runtime
        branch          main         the name of a branch
        state           active       active, parked or docked
        merge           review       review, auto, none or pr
        push            false        true or false
        check           npm test     a program and its arguments, or none
        session         auto         auto, editor, tmux or process
        ids             readable     readable or hash
        maxPolecats     10           1 to 100
        approval        ask          ask or auto
        isolation       auto         auto, worktree, clone or in-place
        setup           none         a program and its arguments, or none
        include         on           on or off
        radar           2            1 to 1440 (minutes), or off
        holdCollisions  false        true or false
        budgetTurns     none         1 to 100000, or none
        budgetMinutes   none         1 to 100000, or none
        stallAfter      15m          1m to 24h
        maxNudges       2            0 to 10
        remedy          nudge        none, nudge, restart or escalate
        stallLimit      none         1m to 24h, or none
        pushOnCrash     true         true or false
        tries           3            1 to 20
        batch           5            1 to 20
    `,
  },
  'one setting, bare, for scripts': {
    words: ['rig', 'config', 'backend', 'max_polecats'],
    answers: { 'rig/get': sampleRig('backend') },
    text: `
      10
    `,
  },
  'the runtimes': {
    words: ['runtime', 'list'],
    answers: {
      'runtime/list': [
        { ...sampleRuntime('claude-code', 'Claude Code', '/usr/bin/claude'), version: '2.1.330' },
        sampleRuntime('gemini', 'Gemini CLI', '/usr/bin/gemini'),
        sampleRuntime('codex', 'Codex'),
      ],
    },
    text: `
        RUNTIME      LABEL        PROGRAM    RIGS     BEST FOR
        claude-code  Claude Code  2.1.330    backend  Complex refactoring, multi-file c…
        gemini       Gemini CLI   found      backend  Complex refactoring, multi-file c…
        codex        Codex        not found  backend  Complex refactoring, multi-file c…
    `,
  },
  'the town': {
    words: ['status'],
    answers: { 'town/status': sampleStatus },
    text: `
      gt  /home/ann/gt
        Rigs         3
        Beads        12 open · 5 ready · 3 blocked
        Convoys      1 open
        Polecats     2 working · 1 needs you
        Attention    1 needs you
        Queue        1 waiting
        Sessions     2
        Editors      1
        Town server  0.1.0 · pid 4711 · started 12 m ago
      Next: gt attention
    `,
  },
  'a sling': {
    words: ['sling', 'be-auth'],
    answers: { 'work/sling': { slung: [sampleSlung('be-auth')], refused: [] } },
    text: `
      Slung be-auth to backend/nux (Claude Code, editor terminal): Refactor auth middleware
      Next: gt convoy show hq-auth
    `,
  },
  'a sling that is only tried': {
    words: ['sling', 'be-auth', '--dry-run'],
    answers: { 'work/sling': { slung: [sampleSlung('be-auth')], refused: [] } },
    text: `
      Would sling be-auth to backend/nux (Claude Code, editor terminal): Refactor auth middleware
        Branch:   polecat/nux/be-auth-x1 from 0ba5e00
        Worktree: /town/backend/polecats/nux-x1
        Command:  claude --settings /x Read your hook.
    `,
  },
  'a hook': {
    words: ['hook', 'backend/nux'],
    answers: { 'work/hook': sampleHook() },
    text: `
      Hook of backend/nux
        Bead:      be-auth (hooked, task, P2)
        Title:     Refactor auth middleware
        Worktree:  /town/backend/polecats/nux-x1
        Branch:    polecat/nux/be-auth-x1
        State:     working
      Next: Do the work in this worktree, commit it, and call gt done.
    `,
  },
  'a hook with steps': {
    words: ['hook', 'backend/nux'],
    answers: {
      'work/hook': {
        ...sampleHook(),
        steps: { done: 2, total: 5, next: { id: 3, title: 'Test \u202Eit\n now', done: false } },
      },
    },
    text: `
      Hook of backend/nux
        Bead:      be-auth (hooked, task, P2)
        Title:     Refactor auth middleware
        Worktree:  /town/backend/polecats/nux-x1
        Branch:    polecat/nux/be-auth-x1
        State:     working
        Steps:     2/5, next 3: Test it now
      Next: Do the work in this worktree, commit it, and call gt done.
    `,
  },
  'the polecats': {
    words: ['polecat', 'list'],
    answers: { 'polecat/list': [samplePolecat(), samplePolecat('needs-you')] },
    text: `
        POLECAT      STATE      RUNTIME      PROGRESS  BEAD
        backend/nux  working    Claude Code  1 m ago   be-auth Refactor auth middleware
        backend/nux  needs-you  Claude Code  1 m ago   be-auth Refactor auth middleware
    `,
  },
  'the merge queue': {
    words: ['mq', 'list'],
    answers: {
      'mergeRequest/list': [
        { mergeRequest: sampleRequest('fe-login'), bead: sampleBead('fe-login'), runtimeLabel: 'Cursor' },
      ],
    },
    text: `
        BEAD      RIG       STATE      COMMIT   RUNTIME  SUBMITTED  TITLE
        fe-login  frontend  submitted  a1b2c3d  Cursor   6 m ago    Update login compon…
    `,
  },
  'what landed': {
    words: ['mq', 'merge', 'fe-login'],
    answers: {
      'mergeRequest/merge': {
        mergeRequest: sampleRequest('fe-login', { state: 'verified', verifiedAt: before(0) }),
        runtimeLabel: 'Cursor',
      },
    },
    text: `
      fe-login has landed: a1b2c3d is on main, verified.
    `,
  },
  'the feed, newest last': {
    words: ['feed'],
    answers: {
      'town/feed': {
        items: [
          {
            seq: 2,
            at: before(1),
            by: 'overseer',
            verb: 'sling',
            subject: 'be-auth',
            text: 'overseer slung be-auth',
          },
          { seq: 1, at: before(12), by: 'overseer', verb: 'bead/create', text: 'overseer created be-auth' },
        ],
        more: false,
      },
    },
    text: `
      12 m ago  overseer created be-auth
       1 m ago  overseer slung be-auth
    `,
  },
};

for (const [what, { words, answers, text }] of Object.entries(prints)) {
  test(`gt ${words.slice(0, 2).join(' ')} prints ${what}`, async () => {
    const said = await gt(words, answers);
    assert.equal(said.stdout, lines(text));
    assert.equal(said.stderr, '');
    assert.equal(said.code, 0);
    for (const line of said.stdout.split('\n')) {
      // Sentences may be longer; rows of tables never.
      if (line.startsWith('  ')) assert.ok(stringWidth(line) <= 80, line);
    }
  });
}

test('the last word of a sling is a rig where one is called so', async () => {
  const answers: Answers = {
    'rig/list': [sampleRig('backend')],
    'work/sling': { slung: [], refused: [] },
  };
  const withRig = await gt(['sling', 'be-auth', 'be-limit', 'backend'], answers);
  assert.deepEqual(withRig.asked.at(-1)?.params, { beads: ['be-auth', 'be-limit'], rig: 'backend' });
  const known = { ...answers, 'bead/get': sampleDetail('fe-login') };
  const without = await gt(['sling', 'be-auth', 'fe-login'], known);
  assert.deepEqual(without.asked.at(-1)?.params, { beads: ['be-auth', 'fe-login'] });
});

test('where the last word of a sling is neither a bead nor a rig, nothing is slung', async () => {
  const answers: Answers = {
    'rig/list': [sampleRig('frontend'), sampleRig('backend')],
    'bead/get': ({ bead }) => {
      throw new Refusal('not-found', `There is no bead ${bead}.`);
    },
    'work/sling': { slung: [], refused: [] },
  };
  const said = await gt(['sling', 'be-auth', 'backnd'], answers);
  assert.equal(
    said.stderr,
    'gt: "backnd" is neither a bead nor a rig, so nothing was slung: the rigs are backend, frontend.\nNext: bd list\n',
  );
  assert.equal(said.code, 1);
  assert.ok(!said.asked.some(({ method }) => method === 'work/sling'));
});

test('a convoy shows how the gates passed on what has landed, and why the rest does not land', async () => {
  const convoy = sampleConvoy();
  const [first, second, ...rest] = convoy.beads;
  assert.ok(first && second);
  const gates = [
    { name: 'check', outcome: 'passed', tries: 1, seconds: 12 },
    { name: 'unit', outcome: 'passed', tries: 2, seconds: 31 },
  ] as const;
  const beads = [{ ...first, gates }, { ...second, waits: 'It waits for be-m: Resolve it.' }, ...rest];
  const said = await gt(['convoy', 'show', 'auth'], { 'convoy/get': { ...convoy, beads } });
  assert.match(said.stdout, /^ {2}be-auth: gates: check passed \(12 s\), unit passed \(31 s, try 2\)$/mu);
  assert.match(said.stdout, /^ {2}ml-extract: It waits for be-m: Resolve it\.$/mu);
  const json = await gt(['convoy', 'show', 'auth', '--json'], { 'convoy/get': { ...convoy, beads } });
  assert.deepEqual((JSON.parse(json.stdout) as { beads: { gates?: unknown }[] }).beads[0]?.gates, gates);
});

test('a bead that is refused is said on stderr with its next step, the others are slung, and the exit code is 1', async () => {
  const refusal = { code: 'held', next: 'bd show ml-extract' };
  const said = await gt(['sling', 'be-auth', 'ml-extract'], {
    'rig/list': [],
    'bead/get': sampleDetail('ml-extract'),
    'work/sling': {
      slung: [sampleSlung('be-auth')],
      refused: [{ bead: 'ml-extract', message: 'ml-extract is held by ml-pipeline/nux.', refusal }],
    },
  });
  assert.match(said.stdout, /^Slung be-auth/);
  assert.equal(said.stderr, 'gt: ml-extract is held by ml-pipeline/nux.\nNext: bd show ml-extract\n');
  assert.equal(said.code, 1);
});

test('what git does not have any more is told by a word and by the exit code', async () => {
  const row = (proof: GitProof): MergeRequestDetail => ({
    mergeRequest: sampleRequest('fe-login', { state: 'verified' }),
    bead: sampleBead('fe-login'),
    runtimeLabel: 'Cursor',
    proof,
  });
  const rows = [
    row({ holds: true, says: 'on main' }),
    row({ says: 'not looked at', why: 'There is no access.' }),
  ];
  const good = await gt(['mq', 'list', '--all', '--verify'], { 'mergeRequest/list': rows });
  assert.match(good.stdout, /STATE +COMMIT +IN GIT [^]*verified +a1b2c3d +on main /);
  assert.match(good.stdout, /\nfrontend was not looked at: There is no access\.\n$/);
  assert.deepEqual([good.code, good.stderr], [0, '']);
  assert.deepEqual(good.asked[0]?.params, { all: true, verify: true });
  const bad = await gt(['mq', 'list', '--verify'], {
    'mergeRequest/list': [row({ holds: false, says: 'not on main' })],
  });
  assert.match(bad.stdout, / LOST: not on main /);
  assert.deepEqual([bad.code, bad.stderr], [1, 'gt: not as listed: fe-login\nNext: gt mq show fe-login\n']);
  const json = await gt(['mq', 'list', '--verify', '--json'], { 'mergeRequest/list': rows });
  assert.match(json.stdout, /"says": "on main"/);
});

test('a merge that ends in anything but proof is no success', async () => {
  const mergeRequest = sampleRequest('fe-login', {
    state: 'conflict',
    reason: 'main changed the same lines.',
    files: ['src/login.ts'],
  });
  const said = await gt(['mq', 'merge', 'fe-login'], {
    'mergeRequest/merge': { mergeRequest, runtimeLabel: 'Cursor' },
  });
  assert.match(said.stdout, /Files:\n {2}src\/login\.ts/);
  assert.equal(
    said.stderr,
    'gt: fe-login has not landed, it is conflict now: main changed the same lines.\n',
  );
  assert.equal(said.code, 1);
});

test('gt done hands on the folder, the status in any spelling, and the message', async () => {
  const environment = { GT_SESSION: '/x' };
  const answers: Answers = {
    'work/done': {
      agent: 'backend/nux',
      bead: 'be-auth',
      outcome: 'needs-you',
      commits: 0,
      next: 'A person answers.',
    },
  };
  const asked = async (...words: string[]): Promise<unknown> =>
    (await gt(['done', ...words], answers, { environment })).asked[0]?.params;
  assert.deepEqual(await asked(), { directory: '/work' });
  assert.deepEqual(await asked('--commit'), { directory: '/work', commit: true });
  assert.deepEqual(await asked('--no-changes'), { directory: '/work', noChanges: true });
  const escalated = { directory: '/work', status: 'escalated', message: 'per user?' };
  assert.deepEqual(await asked('--status', 'ESCALATED', '--message', 'per user?'), escalated);
  assert.deepEqual(await asked('--escalate', '-m', 'per user?'), escalated);
  assert.deepEqual(await asked('--defer'), { directory: '/work', status: 'deferred' });
  assert.deepEqual(await asked('--status', 'PHASE_COMPLETE'), { directory: '/work', status: 'completed' });
  const both = await gt(['done', '--escalate', '--defer'], answers, { environment });
  assert.equal(both.code, 2);
  assert.equal(both.asked.length, 0);
});

test('outside a session gt done and gt hook say so, and ask nobody', async () => {
  const hook = await gt(['hook']);
  assert.equal(
    hook.stderr,
    'gt: You are in no session, so there is no hook of your own to show.\n' +
      'Next: gt hook RIG/NAME, for example gt hook backend/nux\n',
  );
  const done = await gt(['done']);
  assert.match(done.stderr, /^gt: You are in no session: .*\nNext: gt polecat list\n$/);
  assert.deepEqual([hook.code, done.code, hook.asked.length, done.asked.length], [1, 1, 0, 0]);
});

test('an empty hook says that it is empty, and is no failure', async () => {
  const said = await gt(
    ['hook', 'status'],
    { 'work/hook': { agent: 'backend/nux', blockedBy: [], next: 'Wait.' } },
    {
      environment: { GT_SESSION: '/x' },
    },
  );
  assert.equal(said.stdout, 'Nothing is on the hook of backend/nux.\nNext: Wait.\n');
  assert.equal(said.code, 0);
});

test('gt down without a town server is fine; a town that does not answer is not', async () => {
  const down = (running: boolean): Answers => ({
    'town/down': () => {
      throw new Refusal('unavailable', 'The town could not be asked.', { facts: { running } });
    },
  });
  const gone = await gt(['down'], down(false));
  assert.deepEqual([gone.stdout, gone.code], ['The town server was not running.\n', 0]);
  const silent = await gt(['down'], down(true));
  assert.deepEqual([silent.stdout, silent.code], ['', 70]);
});
