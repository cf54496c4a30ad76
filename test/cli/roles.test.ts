import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { Refusal } from '../../server/domain/refusal.ts';
import type { CrewMember, PastSession, Seance } from '../../server/protocol/seance.ts';
import type { HookResult } from '../../server/protocol/work.ts';
import { before, sampleBead, sampleSlung } from './samples.ts';
import { gt, lines, type Answers } from './support.ts';

const seance: Seance = {
  agent: 'infra/agate',
  role: 'polecat',
  rig: 'infra',
  runtime: 'gemini',
  runtimeLabel: 'Gemini CLI',
  directory: '/town/infra/polecats/agate-x1',
  branch: 'polecat/agate/seance-x1',
  host: 'editor',
  session: 's-4kq1a2b3c4',
  command: ['gemini', '-i', 'You are infra/agate'],
  prompt: 'You are infra/agate. First run: gt prime.',
  warnings: [],
};

function past(id: string, more: Partial<PastSession['session']> = {}, mute?: string): PastSession {
  return {
    session: {
      id,
      agent: 'backend/nux',
      rig: 'backend',
      bead: 'be-auth',
      runtime: 'claude-code',
      host: 'process',
      state: 'ended',
      createdAt: before(30),
      endedAt: before(5),
      exit: { end: 'failed', code: 3, lastLines: ['out of memory\u001B[2J'] },
      ...more,
    } as PastSession['session'],
    role: 'polecat',
    runtimeLabel: 'Claude Code',
    title: 'Refactor auth middleware',
    ...(mute === undefined ? {} : { mute }),
  };
}

const dave: CrewMember = {
  agent: 'backend/crew/dave',
  rig: 'backend',
  name: 'dave',
  directory: '/town/backend/crew/dave',
  branch: 'crew/dave',
  runtime: 'claude-code',
  bead: 'be-auth',
};

const crewHook: HookResult = {
  agent: dave.agent,
  bead: sampleBead('be-auth', { status: 'hooked' }),
  rig: 'backend',
  workplace: { ...dave, id: dave.agent, role: 'crew', worktree: dave.directory } as never,
  instructions: 'small steps\u202E',
  blockedBy: [],
  next: 'Do the work in this worktree.',
};

const prints: Record<string, { words: string[]; answers: Answers; text: string }> = {
  'a session that was started with an empty hook': {
    words: ['seance', 'start', '--runtime', 'gemini', '--rig', 'infra'],
    answers: { 'seance/start': seance },
    text: `
      Started infra/agate with Gemini CLI (editor) as s-4kq1a2b3c4.
        Hook:     empty
        Folder:   /town/infra/polecats/agate-x1
        Branch:   polecat/agate/seance-x1
      Next: gt sling BEAD infra/agate
    `,
  },
  'the sessions that have run': {
    words: ['seance', '--role', 'polecat', '--recent', '2'],
    answers: {
      'seance/list': [
        past('s-1'),
        past('s-4kq1a2b3c4', { agent: 'ml-pipeline/crew/dave' as never, exit: { end: 'interrupted' } }),
      ],
    },
    text: `
      SESSION       AGENT                  RUNTIME   STATE        STARTED   BEAD
      s-1           backend/nux            Claude…   failed       30 m ago  be-auth R…
      s-4kq1a2b3c4  ml-pipeline/crew/dave  Claude…   interrupted  30 m ago  be-auth R…
    `,
  },
  'one session': {
    words: ['seance', 'show', 's-1'],
    answers: { 'seance/get': past('s-1') },
    text: `
      Session: s-1
      Agent: backend/nux (polecat)
      Bead: be-auth Refactor auth middleware
      Runtime: Claude Code
      Host: process
      State: failed (exit code 3)
      Started: 30 m ago
      Ended: 5 m ago
        | out of memory
      Next: gt seance talk s-1
    `,
  },
  'the crew': {
    words: ['crew', 'list'],
    answers: { 'crew/list': [dave] },
    text: `
      CREW               BRANCH     RUNTIME      SESSION  BEAD
      backend/crew/dave  crew/dave  claude-code           be-auth
    `,
  },
  'a new crew member': {
    words: ['crew', 'add', 'backend', 'dave'],
    answers: { 'crew/add': dave },
    text: `
      backend/crew/dave has its place on the branch crew/dave:
        /town/backend/crew/dave
      Next: cd /town/backend/crew/dave
    `,
  },
  'the hook of a crew member': {
    words: ['hook', 'backend/crew/dave'],
    answers: { 'work/hook': crewHook },
    text: `
      Hook of backend/crew/dave
        Bead:      be-auth (hooked, task, P2)
        Title:     Refactor auth middleware
        Worktree:  /town/backend/crew/dave
        Branch:    crew/dave
        Said:      small steps
      Next: Do the work in this worktree.
    `,
  },
  'a bead that is put on a hook': {
    words: ['hook', 'be-auth', 'backend/crew/dave'],
    answers: { 'hook/put': crewHook },
    text: `
      be-auth is on the hook of backend/crew/dave.
      Next: gt session run backend/crew/dave
    `,
  },
  'the mayor, who has not run': {
    words: ['mayor'],
    answers: {
      'seance/list': [],
      'work/hook': () => {
        throw new Refusal('not-found', 'The mayor was not started yet.');
      },
    },
    text: `
      The mayor is not running.
      Next: gt mayor start
    `,
  },
  'the mayor, whose last session cannot be asked': {
    words: ['mayor'],
    answers: {
      'seance/list': [
        {
          ...past(
            's-1',
            { agent: 'mayor' as never, exit: { end: 'stopped' } },
            'The worktree that it ran in is gone.',
          ),
          role: 'mayor',
        },
      ],
      'work/hook': { agent: 'mayor', blockedBy: [], next: 'Wait.' },
    },
    text: `
      The mayor is not running.
      Session: s-1
      Agent: mayor (mayor)
      Bead: be-auth Refactor auth middleware
      Runtime: Claude Code
      Host: process
      State: stopped
      Started: 30 m ago
      Ended: 5 m ago
      Cannot be asked: The worktree that it ran in is gone.
      Hook of mayor: empty
      Next: gt mayor start
    `,
  },
};

for (const [what, { words, answers, text }] of Object.entries(prints)) {
  test(`${what}: gt ${words.join(' ')}`, async () => {
    const said = await gt(words, answers);
    assert.deepEqual([said.code, said.stderr], [0, '']);
    assert.equal(said.stdout, lines(text));
    assert.ok(said.stdout.split('\n').every((line) => stringWidth(line) <= 80));
  });
}

const asks: readonly { words: string; method: string; params: unknown; in?: Record<string, string> }[] = [
  { words: 'hook be-auth mayor', method: 'hook/put', params: { bead: 'be-auth', agent: 'mayor' } },
  { words: 'hook attach be-auth -f', method: 'hook/put', params: { bead: 'be-auth', force: true } },
  { words: 'hook detach be-auth mayor', method: 'hook/clear', params: { bead: 'be-auth', agent: 'mayor' } },
  { words: 'hook clear mayor', method: 'hook/clear', params: { agent: 'mayor' } },
  { words: 'hook show mayor', method: 'work/hook', params: { agent: 'mayor' } },
  // In a session a bare word is a bead; of a person it may be a polecat.
  { words: 'hook nux', method: 'hook/put', params: { bead: 'nux' }, in: { GT_SESSION: '/s' } },
  { words: 'hook nux', method: 'work/hook', params: { agent: 'nux' } },
  {
    words: 'sling be-auth backend/crew/dave --args x --force',
    method: 'work/sling',
    params: { beads: ['be-auth'], target: 'backend/crew/dave', instructions: 'x', force: true },
  },
  { words: 'sling be-auth mayor', method: 'work/sling', params: { beads: ['be-auth'], target: 'mayor' } },
  { words: 'session resume nux', method: 'session/run', params: { agent: 'nux', resume: true } },
  {
    words: 'session handoff nux --runtime codex --note n',
    method: 'session/handoff',
    params: { agent: 'nux', runtime: 'codex', note: 'n' },
  },
  {
    words: 'seance start --role crew --rig backend --name dave --bead be-auth --host process',
    method: 'seance/start',
    params: { role: 'crew', rig: 'backend', name: 'dave', bead: 'be-auth', host: 'process' },
  },
  { words: 'mayor start --runtime sim', method: 'seance/start', params: { role: 'mayor', runtime: 'sim' } },
  { words: 'mayor stop', method: 'session/stop', params: { session: 'mayor' } },
  { words: 'crew remove dave --force', method: 'crew/remove', params: { agent: 'dave', force: true } },
  {
    words: 'worktree infra --crew dave',
    method: 'crew/worktree',
    params: { rig: 'infra', agent: 'dave' },
  },
];

const session = { id: 's-1', agent: 'backend/nux', runtime: 'codex', host: 'process', state: 'ended' };

for (const { words, method, params, in: environment } of asks) {
  test(`gt ${words}${environment ? ' in a session' : ''} asks for ${method}, in JSON too`, async () => {
    const answers: Answers = {
      'hook/put': crewHook,
      'hook/clear': { ...crewHook, freed: 'be-auth' },
      'work/hook': crewHook,
      'work/sling': { slung: [sampleSlung('be-auth')], refused: [] },
      'session/run': session as never,
      'session/handoff': session as never,
      'session/stop': session as never,
      'seance/start': seance,
      'crew/remove': { agent: dave.agent, archive: 'refs/gastown/archive/crew/dave', archiveId: 'ar-1' },
      'crew/worktree': dave,
    };
    const around = environment ? { environment } : {};
    const said = await gt([...words.split(' '), '--json'], answers, around);
    assert.deepEqual([said.code, said.stderr], [0, '']);
    assert.deepEqual(said.asked, [{ method, params }]);
    assert.equal(typeof JSON.parse(said.stdout), 'object');
    assert.ok(!said.stdout.includes('tokenHash'));
  });
}

test('who stands in a worktree of the crew is known by it', async () => {
  const said = await gt(['hook', 'clear'], { 'hook/clear': { ...crewHook, freed: 'be-auth' } });
  assert.deepEqual(said.asked, [{ method: 'hook/clear', params: {} }]);
  const outside = await gt(['hook']);
  assert.deepEqual([outside.code, outside.asked.length], [1, 0]);
  assert.match(outside.stderr, /in no session/);
});

test('talking in JSON says what would be started, and starts nothing', async () => {
  const talk = {
    launch: {
      command: '/bin/claude',
      arguments: ['--resume', 'x'],
      directory: '/w',
      environment: { GT_TOWN: '/town' },
      strip: [],
      stopSignal: 'SIGTERM' as const,
    },
    runtimeLabel: 'Claude Code',
    readOnly: true,
  };
  for (const words of [
    ['seance', 'talk', 's-1', '-p', 'why?'],
    ['seance', '-t', 's-1', '-p', 'why?'],
  ]) {
    const said = await gt([...words, '--json'], { 'seance/talk': talk });
    assert.deepEqual(said.asked, [{ method: 'seance/talk', params: { session: 's-1', question: 'why?' } }]);
    assert.deepEqual(JSON.parse(said.stdout), {
      command: '/bin/claude',
      arguments: ['--resume', 'x'],
      directory: '/w',
      runtimeLabel: 'Claude Code',
      readOnly: true,
    });
  }
});
