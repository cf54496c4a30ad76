import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { EventEmitter, type LogOutputChannel, Uri } from 'vscode';
import { Refusal } from '../../server/domain/refusal.ts';
import type { CheckedStep, RuntimeTestEvent } from '../../server/protocol/runtimeTest.ts';
import { commandTable, runCommand } from '../../client/commands.ts';
import type { CommandParts } from '../../client/commands/parts.ts';
import { pickRuntime } from '../../client/commands/runtimePick.ts';
import type { Connection } from '../../client/connection.ts';
import { OwnRuntimes } from '../../client/ownRuntimes.ts';
import { RuntimeTests } from '../../client/runtimeTests.ts';
import { Waiting } from '../../client/waiting.ts';
import { Terminals } from '../../client/terminals.ts';
import { bead } from '../support/beads.ts';
import { eventually } from '../support/wait.ts';
import { person, seen } from '../support/vscode.ts';
import { installCommand, missingWords } from '../../client/views/runtimeWords.ts';
import { missingRuntime, polecat, rig, runtime, SmallTown } from './town.ts';

const auth = bead({ id: 'be-auth', title: 'Refactor auth middleware' });

beforeEach(() => {
  for (const list of [seen.messages, seen.executed, seen.copied, seen.progress, seen.documents])
    list.length = 0;
  person.presses.length = 0;
  person.answers.length = 0;
  person.cancels = false;
  person.trusts = true;
  person.settings = {};
});

type Test = (params: unknown, emit: (event: RuntimeTestEvent) => void) => Promise<unknown>;

async function parts(town: SmallTown, play: Test = () => Promise.reject(new Error('no test'))) {
  const events = new EventEmitter<RuntimeTestEvent>();
  const state = { kind: 'connected', town: '/town' } as const;
  const connection = {
    ask: town.ask,
    state,
    settled: () => Promise.resolve(state),
    onDidTestRuntime: events.event,
    testRuntime: (params: unknown) => play(params, (event) => events.fire(event)),
  };
  const made: CommandParts = {
    connection: connection as unknown as Connection,
    model: await town.model(),
    terminals: new Terminals(),
    runtimeTests: new RuntimeTests(),
    waiting: new Waiting(() => Promise.resolve()),
    log: { error: () => undefined, show: () => undefined } as unknown as LogOutputChannel,
  };
  await eventually('the runtimes are read', () => made.model.runtimes.all.length > 0);
  town.asked = [];
  return made;
}

async function run(made: CommandParts, name: keyof typeof commandTable, ...args: unknown[]) {
  return await runCommand(name, commandTable[name], made, args);
}

function threeRuntimes(): SmallTown {
  const town = new SmallTown();
  town.runtimes = [
    runtime('claude-code', { preset: { label: 'Claude Code' } as never, version: '2.1.0' }),
    missingRuntime('codex', { preset: { label: 'Codex', install: 'npm install -g codex' } as never }),
    runtime('sim', { preset: { label: 'Simulated', command: '{self}', needs: {} } as never }),
  ];
  town.rigs = [rig('backend')];
  return town;
}

const place = { title: 'Add Rig', step: 1, of: 1 };

test('the picker offers what is installed first, with what each is for and how it stands', async () => {
  const { model } = await parts(threeRuntimes());
  const shown: unknown[] = [];
  seen.picks.length = 0;
  person.answers.push('escape');
  const usual = { runtime: 'sim', word: 'usual in backend' };
  await pickRuntime(model, place, { question: 'Who works in it?', usual });
  const [pick] = seen.picks;
  assert.equal(pick?.placeholder, 'Who works in it? Start with one runtime, specialize later.');
  for (const { label, description, detail } of pick?.items ?? []) shown.push([label, description, detail]);
  assert.deepEqual(shown, [
    ['Simulated', 'usual in backend · best for sim', 'part of Gas Town · against sim'],
    ['Claude Code', 'best for claude-code', '2.1.0 · found · against claude-code'],
    ['Codex', 'best for codex', 'not installed · npm install -g codex · against codex'],
  ]);
});

test('one that is not installed is answered with what installs it, and another can be chosen', async () => {
  const { model } = await parts(threeRuntimes());
  person.answers.push('Codex', 'Simulated');
  person.presses.push('Choose Another Runtime');
  assert.equal(await pickRuntime(model, place, { question: 'Who works in it?' }), 'sim');
  assert.deepEqual(seen.messages, [
    {
      kind: 'warning',
      message:
        'Codex is not installed: there is no "codex" on your PATH. To install it: npm install -g codex',
      buttons: ['Copy Install Command', 'Choose Another Runtime'],
    },
  ]);
  person.answers.push('Codex');
  person.presses.push('Copy Install Command');
  assert.equal(await pickRuntime(model, place, { question: 'Who works in it?' }), undefined);
  assert.deepEqual(seen.copied, ['npm install -g codex']);
});

test('another runtime for a rig is for its new work: what goes on as it was is named', async () => {
  const town = threeRuntimes();
  town.polecats = [polecat('backend/nux', auth), polecat('backend/slit', auth, { state: 'done' })];
  let asked: unknown;
  town.answers['rig/configure'] = (params) => {
    asked = params;
    const { rig: before } = rig('backend');
    return rig('backend', { rig: { ...before, runtime: 'sim' as never }, runtimeLabel: 'Simulated' });
  };
  person.answers.push('Simulated');
  assert.equal(await run(await parts(town), 'changeRuntime', { kind: 'rig', rig: 'backend' }), 'sim');
  assert.deepEqual(asked, { rig: 'backend', key: 'runtime', words: ['sim'] });
  assert.deepEqual(seen.messages[0], {
    kind: 'info',
    message: 'New work in backend goes to Simulated. nux goes on as before.',
    buttons: ['Test Runtime'],
  });
});

test('a sling onto a runtime that is not there says how to get it, or takes another', async () => {
  const town = threeRuntimes();
  town.answers['bead/get'] = () => ({ bead: { ...auth, rig: 'backend' } }) as never;
  const slung: unknown[] = [];
  town.answers['work/sling'] = (params) => {
    slung.push(params);
    if (params.runtime === 'sim') return { slung: [], refused: [] };
    const refusal = { code: 'missing-program', facts: { command: 'codex' } };
    return { slung: [], refused: [{ bead: 'be-auth', message: 'It is not installed.', refusal }] };
  };
  const made = await parts(town);
  person.presses.push('Choose Another Runtime');
  await run(made, 'sling', { beads: ['be-auth'] });
  await eventually('the other one is asked for', () => seen.executed.length > 0);
  assert.match(seen.messages[0]?.message ?? '', /^Codex is not installed: .* npm install -g codex$/);
  const [{ command, args } = { command: '', args: [] }] = seen.executed;
  assert.deepEqual([command, args], ['gastown.slingWith', [{ beads: ['be-auth'] }]]);
  person.answers.push('Simulated');
  await run(made, 'slingWith', ...args);
  assert.deepEqual(slung, [{ beads: ['be-auth'] }, { beads: ['be-auth'], runtime: 'sim' }]);
});

const hook: CheckedStep = {
  step: 'hook',
  decides: true,
  outcome: 'passed',
  evidence: 'It read te-one\u001B[2J.',
  seconds: 0.4,
};
const commit: CheckedStep = {
  step: 'commit',
  decides: true,
  outcome: 'failed',
  evidence: 'No commit came.',
  advice: 'Let it run git.',
  seconds: 12,
};

test('what a test sees is shown while it is seen, and at the end in one sentence', async () => {
  const town = threeRuntimes();
  const texts: string[] = [];
  const uri = Uri.from({ scheme: 'gastown-runtime-test', path: '/Test of sim' });
  const made = await parts(town, async (params, emit) => {
    assert.deepEqual(params, { runtime: 'sim', live: false });
    texts.push(made.runtimeTests.provideTextDocumentContent(uri));
    emit({ event: 'step', ...hook });
    texts.push(made.runtimeTests.provideTextDocumentContent(uri));
    emit({ event: 'step', ...commit });
    await Promise.resolve();
    return { event: 'result', runtime: 'sim', compatible: false, steps: [hook, commit] };
  });
  await run(made, 'testRuntime', { runtime: 'sim' });
  texts.push(made.runtimeTests.provideTextDocumentContent(uri));
  assert.deepEqual(seen.progress, ['reads its hook: passed', 'commits on its branch: failed']);
  assert.deepEqual(seen.documents, [uri]);
  assert.match(texts[0] ?? '', /· waiting {2}reads its hook\n/);
  assert.match(texts[1] ?? '', /✔ passed {3}reads its hook +0\.4 s\n {13}It read te-one\.\n/);
  assert.match(
    texts[2] ?? '',
    /✖ failed {3}commits on its branch +12\.0 s\n {13}No commit came\.\n {13}Do: Let it run git\.\n/,
  );
  assert.match(texts[2] ?? '', /\nSimulated does not keep the contract yet\.\n\n/);
  assert.doesNotMatch(texts[2] ?? '', /waiting/);
  assert.deepEqual(seen.messages, [
    {
      kind: 'warning',
      message:
        'Simulated does not keep the contract yet. What failed: commits on its branch. Let it run git.',
      buttons: ['Show Result'],
    },
  ]);
});

test('a person who is the runtime reads what to do, as long as there is something to do', async () => {
  const uri = Uri.from({ scheme: 'gastown-runtime-test', path: '/Test of sim' });
  const texts: string[] = [];
  const made = await parts(threeRuntimes(), async (_, emit) => {
    emit({ event: 'note', text: 'Do these:\n1. Run: gt hook\u001B[2J\n2. Run: gt done' });
    texts.push(made.runtimeTests.provideTextDocumentContent(uri));
    await Promise.resolve();
    return { event: 'result', runtime: 'sim', compatible: true, steps: [] };
  });
  await run(made, 'testRuntime', { runtime: 'sim' });
  assert.match(texts[0] ?? '', /terminal.*:\n {2}Do these:\n {2}1\. Run: gt hook\n {2}2\. Run: gt done\n\n/);
  assert.doesNotMatch(made.runtimeTests.provideTextDocumentContent(uri), /gt hook/);
});

test('what was not tried is not said to have failed', async () => {
  const uri = Uri.from({ scheme: 'gastown-runtime-test', path: '/Test of sim' });
  const untried: CheckedStep = { ...hook, outcome: 'skipped', evidence: 'Only live.' };
  const result = { event: 'result', runtime: 'sim', compatible: false, steps: [untried] } as const;
  const made = await parts(threeRuntimes(), () => Promise.resolve(result));
  await run(made, 'testRuntime', { runtime: 'sim' });
  assert.match(
    made.runtimeTests.provideTextDocumentContent(uri),
    /\nThe contract was not tried with Simulated\.\n\n/,
  );
  assert.deepEqual(
    seen.messages.map(({ kind, message }) => [kind, message]),
    [['info', 'The contract was not tried with Simulated. Only live.']],
  );
});

test('a test that is cancelled says so, one that breaks off says why', async () => {
  const town = threeRuntimes();
  const uri = Uri.from({ scheme: 'gastown-runtime-test', path: '/Test of sim' });
  const made = await parts(town, () => Promise.reject(new Refusal('in-use', 'Another is being tested.')));
  person.cancels = true;
  await run(made, 'testRuntime', { runtime: 'sim' });
  assert.match(made.runtimeTests.provideTextDocumentContent(uri), /\nThe test was cancelled\.\n\n/);
  assert.deepEqual(seen.messages.at(-1)?.message, 'The test of Simulated was cancelled.');
  person.cancels = false;
  await run(made, 'testRuntime', { runtime: 'sim' });
  assert.match(made.runtimeTests.provideTextDocumentContent(uri), /broke off: Another is being tested\.\n\n/);
  assert.deepEqual(seen.messages.at(-1), {
    kind: 'warning',
    message: 'Another is being tested.',
    buttons: [],
  });
});

test('live is tested only after a yes that names the account', async () => {
  const tested: unknown[] = [];
  const made = await parts(threeRuntimes(), (params) => {
    tested.push(params);
    return Promise.resolve({ event: 'result', runtime: 'claude-code', compatible: true, steps: [] });
  });
  person.answers.push('Live');
  await run(made, 'testRuntime', { kind: 'rig', rig: 'backend' });
  assert.deepEqual(tested, []);
  assert.equal(seen.messages[0]?.message, 'Test Claude Code live, with your own account?');
  await run(made, 'testRuntime', { runtime: 'claude-code', live: true });
  assert.deepEqual(tested, [], 'told to, it asks as well');
  person.presses.push('Test Live');
  await run(made, 'testRuntime', { runtime: 'claude-code', live: true });
  assert.deepEqual(tested, [{ runtime: 'claude-code', live: true }]);
});

test('runtimes of the settings are given to the town once, and what does not fit is named', async () => {
  const town = threeRuntimes();
  town.runtimes.push(
    runtime('there', { builtIn: false, preset: { label: 'There', arguments: ['a'] } as never }),
  );
  const added: unknown[] = [];
  town.answers['runtime/add'] = (params) => {
    added.push(params);
    if ((params.preset as { id: string }).id === 'wrong')
      throw new Refusal('invalid', 'preset.arguments.0: must be text', { field: 'preset.arguments.0' });
    return runtime('mine');
  };
  const logged: string[] = [];
  const own = new OwnRuntimes(town.ask, (text) => logged.push(text));
  await own.give();
  assert.deepEqual(town.asked, [], 'without any there is nothing to ask');
  person.settings = {
    runtimes: {
      there: { extends: 'sim', label: 'There', arguments: ['a'] },
      mine: { extends: 'sim', label: 'Mine' },
      wrong: { extends: 'sim', arguments: [1] },
      codex: 'bin/codex',
      nobody: '/bin/nobody',
    },
  };
  await Promise.all([own.give(), own.give()]);
  const wrong = { preset: { id: 'wrong', extends: 'sim', arguments: [1] }, replace: true };
  assert.deepEqual(added.slice(2), [
    { preset: { id: 'mine', extends: 'sim', label: 'Mine' }, replace: true },
    wrong,
  ]);
  assert.deepEqual(added.slice(0, 2), [
    { preset: { id: 'mine', extends: 'sim', label: 'Mine' }, replace: true },
    { preset: { id: 'wrong', extends: 'sim', arguments: [1] }, replace: true },
  ]);
  assert.deepEqual(seen.messages, [
    {
      kind: 'warning',
      message:
        'The setting gastown.runtimes does not fit. wrong: arguments.0: must be text (and 2 more, in the log)',
      buttons: ['Open Settings'],
    },
  ]);
  assert.deepEqual(logged, [
    'gastown.runtimes: wrong: arguments.0: must be text',
    'gastown.runtimes: codex: the path of its program must be absolute',
    'gastown.runtimes: nobody: a path alone is for a built-in runtime; give a preset with a command',
  ]);
  await Promise.all([own.give(), own.give()]);
  assert.equal(seen.messages.length, 1, 'the same is said once');
  added.length = 0;
  person.trusts = false;
  await own.give();
  assert.deepEqual(added, []);
});

test('only what can be pasted into a terminal is offered to be copied; a page is told', () => {
  const from = (install: string) => missingRuntime('x', { preset: { install } as never });
  assert.equal(installCommand(from('npm install -g x')), 'npm install -g x');
  assert.equal(installCommand(from('https://x.example/install')), undefined);
  assert.match(
    missingWords(from('https://x.example/install')),
    /To install it: https:\/\/x\.example\/install$/,
  );
});
