import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isUnderCi } from '../support/ci.ts';
import { runOf } from './lspTalk.ts';
import { installWithRig } from './rigs.ts';
import { openTerminal, runProgram, serverProgram, which } from './terminal.ts';

/** What neovim.lua writes. */
interface Told {
  readonly failure?: string;
  readonly states: readonly { readonly state: string }[];
  readonly changes: readonly { readonly seq: number; readonly verb: string }[];
  readonly commands: readonly string[];
  readonly rigs: Answer<readonly { readonly rig: { readonly id: string } }[]>;
  readonly own: Told['rigs'];
  readonly unknown: Answer<unknown>;
  readonly sling: Answer<{ readonly slung: readonly { readonly agent: string; readonly bead: string }[] }>;
  readonly exit: { readonly code: number; readonly signal: number };
}

interface Answer<Result> {
  readonly result: Result;
  readonly err: { readonly message: string; readonly data: { readonly code: string } };
}

const neovim = which('nvim');
const skip =
  neovim === undefined && !isUnderCi()
    ? 'Neovim is not here: install it (apt-get install neovim) to run this test.'
    : false;

test('Neovim lists rigs, slings a bead, hears of the change and leaves', { skip }, async (t) => {
  assert.ok(neovim, 'Under CI this test needs Neovim: scripts/system-packages.sh installs it.');
  t.diagnostic(String(execFileSync(neovim, ['--version'])).split('\n', 1)[0] ?? '');
  const terminal = openTerminal(t);
  const repository = await installWithRig(terminal);
  await terminal.must('bd', 'create', '--rig', 'backend', '--title', 'Refactor auth middleware');
  const out = join(terminal.folder, 'out.json');
  const script = join(import.meta.dirname, 'neovim.lua');
  const words = ['--headless', '-u', 'NONE', '-n', join(repository, 'README.md'), '-c', `luafile ${script}`];
  const environment = {
    ...terminal.environment,
    NODE: process.execPath,
    SERVER: serverProgram,
    TOWN: terminal.town,
    BEAD: 'be-auth',
    OUT: out,
  };
  writeFileSync(out, '{}');
  const ran = await runProgram(neovim, words, { cwd: terminal.folder, environment });
  const told = JSON.parse(readFileSync(out, 'utf8')) as Told;
  assert.equal(told.failure, undefined, ran.stderr);
  assert.equal(ran.code, 0, ran.stderr);

  checkAnswers(told);
  assert.deepEqual(told.exit, { code: 0, signal: 0 });
  const { mergeRequests } = await terminal.json<{
    mergeRequests: readonly { readonly bead: string; readonly agent: string; readonly state: string }[];
  }>('gt', 'mq', 'list');
  assert.deepEqual(
    mergeRequests.map(({ bead, agent, state }) => [bead, agent, state]),
    [['be-auth', told.sling.result.slung[0]?.agent, 'submitted']],
  );
});

function checkAnswers({ commands, rigs, own, unknown, sling, changes }: Told): void {
  assert.ok(commands.includes('gastown.work.sling'));
  for (const { result } of [rigs, own])
    assert.deepEqual(
      result.map(({ rig }) => rig.id),
      ['backend'],
    );
  assert.match(unknown.err.message, /no command gastown\.rig\.explode/);
  assert.equal(unknown.err.data.code, 'not-found');
  assert.deepEqual(
    sling.result.slung.map(({ bead }) => bead),
    ['be-auth'],
  );
  const seqs = changes.map(({ seq }) => seq);
  assert.deepEqual(seqs, runOf(seqs[0] ?? 0, seqs.length));
}
