import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gt, lines, type Answers } from './support.ts';
import { sampleHook, samplePrompt, sampleRig, sampleRuntime } from './samples.ts';

const { systemPrompt: _systemPrompt, prompt: _prompt, ...untold } = samplePrompt;

/** What the commands about runtimes print on 80 columns. */
const prints: Record<string, { words: string[]; answers: Answers; text: string }> = {
  'a runtime that was found': {
    words: ['runtime', 'show', 'claude'],
    answers: {
      'runtime/get': {
        ...sampleRuntime('claude-code', 'Claude Code', '/opt/claude'),
        from: 'setting',
        version: '2.1.330',
        tried: ['/opt/claude'],
      },
    },
    text: `
      Runtime: claude-code
      Label: Claude Code
      Also called: claude
      Command: claude
      Program: /opt/claude (as the town is set)
      Version: 2.1.330
      Best for: Complex refactoring, multi-file changes, architecture work
      Trade-offs: Higher cost per token, deep reasoning
      Needs: an account
      Resumes: no
      Without a terminal: no
      System prompt: none
      Rigs: backend
      Preset: built in, not tried with the program yet
    `,
  },
  'a runtime that is missing, and could not be tried': {
    words: ['runtime', 'show', 'cursor'],
    answers: {
      'runtime/get': {
        ...sampleRuntime('cursor', 'Cursor'),
        tried: ['cursor-agent', '~/.local/bin/cursor-agent'],
        preset: {
          ...sampleRuntime('cursor', 'Cursor').preset,
          command: 'cursor-agent',
          arguments: ['{options}', '--chat', { when: 'auto', words: ['--force'] }],
          install: 'See https://cursor.com/cli',
          signIn: 'cursor-agent login',
          resume: ['--resume', '{id}'],
          resumeOneShot: ['--print', '--resume', '{id}'],
          oneShot: ['--print'],
          systemPrompt: { kind: 'flag', flag: '--system' },
          asRoot: 'It asks.',
          trust: { hint: 'It asks once.' },
          untried: 'It could not be had.',
        },
      },
    },
    text: `
      Runtime: cursor
      Label: Cursor
      Also called: claude
      Command: cursor-agent --chat
      Program: not found; looked for cursor-agent, ~/.local/bin/cursor-agent
      Searched: /usr/bin:/bin
      Install: See https://cursor.com/cli
      Best for: Complex refactoring, multi-file changes, architecture work
      Trade-offs: Higher cost per token, deep reasoning
      Needs: an account
      Sign in: cursor-agent login
      Resumes: yes
      Without a terminal: yes
      System prompt: yes
      Superuser: It asks.
      Trust: It asks once.
      Rigs: backend
      Preset: built in, not tried with the program yet
      Not tried: It could not be had.
    `,
  },
  'what a polecat would be told': {
    words: ['rig', 'config', 'backend', '--show-prompt'],
    answers: { 'rig/prompt': samplePrompt },
    text: `
      What backend/nux would be told (Codex, with be-auth):

      System prompt, given in a setting of its start:
        You are backend/nux.

      First prompt:
        Run gt prime.
    `,
  },
  'what a polecat would be told that takes no prompt': {
    words: ['rig', 'config', '--show-prompt', 'backend'],
    answers: {
      'rig/prompt': {
        ...untold,
        example: true,
        systemPromptGiven: 'not at all',
      },
    },
    text: `
      What backend/nux would be told (Codex, be-auth stands for its bead):

      System prompt, given not at all

      First prompt: none; Codex reads its hook by itself.
    `,
  },
  'another runtime for a rig, with those who keep theirs': {
    words: ['rig', 'config', 'backend', 'runtime', 'codex'],
    answers: {
      'rig/configure': {
        ...sampleRig('backend', {}, { runtime: 'codex' as never }),
        notes: ['nux goes on with Claude Code; new polecats run Codex.'],
      },
    },
    text: `
      backend: runtime is codex now.
      nux goes on with Claude Code; new polecats run Codex.
    `,
  },
  'where a program is, by another name of its runtime': {
    words: ['config', 'runtime.claude.command', '/opt/claude'],
    answers: { 'town/configure': { name: 'gt', commands: { 'claude-code': '/opt/claude' } } as never },
    text: `
      runtime.claude.command is /opt/claude now.
    `,
  },
  'where a program is, when nobody said': {
    words: ['config', 'runtime.codex.command'],
    answers: { 'town/get': { name: 'gt', defaultRuntime: 'sim', maxSessions: 5 } as never },
    text: `
      none
    `,
  },
};

for (const [name, { words, answers, text }] of Object.entries(prints)) {
  test(name, async () => {
    const { stdout } = await gt(words, answers);
    assert.equal(stdout, lines(text));
  });
}

test('gt prime tells what the runtime calls its session, where the session says in which variable that is', async () => {
  const answers: Answers = { 'work/prime': { text: 'x', hook: sampleHook() } };
  const asked = async (environment: Record<string, string>): Promise<unknown> =>
    (await gt(['prime'], answers, { environment })).asked.at(-1)?.params;
  assert.deepEqual(await asked({ GT_SESSION_VARIABLE: 'MINE_ID', MINE_ID: 't-1' }), {
    runtimeSession: 't-1',
  });
  assert.deepEqual(await asked({ GT_SESSION_VARIABLE: 'MINE_ID' }), {});
  assert.deepEqual(await asked({ MINE_ID: 't-1' }), {});
});
