import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { LogOutputChannel } from 'vscode';
import { Refusal } from '../../server/domain/refusal.ts';
import { commandTable, runCommand } from '../../client/commands.ts';
import type { Command, CommandParts } from '../../client/commands/parts.ts';
import type { Connection, TownState } from '../../client/connection.ts';
import { RuntimeTests } from '../../client/runtimeTests.ts';
import { Waiting } from '../../client/waiting.ts';
import { Terminals } from '../../client/terminals.ts';
import { bead } from '../support/beads.ts';
import { eventually } from '../support/wait.ts';
import { fakeTerminal, person, seen } from '../support/vscode.ts';
import { beadless, convoy, listed, polecat, rig, SmallTown } from './town.ts';

const auth = bead({ id: 'be-auth', title: 'Refactor auth middleware' });

beforeEach(() => {
  seen.messages.length = 0;
  seen.executed.length = 0;
  seen.copied.length = 0;
  seen.terminals.length = 0;
  person.presses.length = 0;
  person.answers.length = 0;
});

/** The parts with that town, or with that state and no town. */
async function parts(town: SmallTown, state: TownState = { kind: 'connected', town: '/town' }) {
  const logged: unknown[] = [];
  const made: CommandParts = {
    connection: { ask: town.ask, state, settled: () => Promise.resolve(state) } as unknown as Connection,
    model: await town.model(),
    terminals: new Terminals(),
    runtimeTests: new RuntimeTests(),
    waiting: new Waiting(() => Promise.resolve()),
    log: {
      error: (...words: unknown[]) => logged.push(words),
      show: () => undefined,
    } as unknown as LogOutputChannel,
  };
  town.asked = [];
  return { made, logged };
}

async function run(name: keyof typeof commandTable, town: SmallTown, ...args: unknown[]): Promise<unknown> {
  const { made } = await parts(town);
  return await runCommand(name, commandTable[name], made, args);
}

function fails(error: Error): Command {
  return { on: () => Promise.reject(error) };
}

test('a refusal is a warning as it stands; a command line as next step can be copied', async () => {
  const { made, logged } = await parts(new SmallTown());
  const refusal = new Refusal('held', 'be-auth is already claimed by backend/nux.', {
    next: 'gt unsling be-auth',
  });
  person.presses.push('Copy "gt unsling be-auth"');
  await runCommand('sling', fails(refusal), made, []);
  assert.deepEqual(seen.messages, [
    {
      kind: 'warning',
      message: 'be-auth is already claimed by backend/nux.',
      buttons: ['Copy "gt unsling be-auth"'],
    },
  ]);
  await eventually('it is copied', () => seen.copied.length > 0);
  assert.deepEqual([seen.copied, logged], [['gt unsling be-auth'], []]);
});

test('a next step in words stands behind the sentence', async () => {
  const { made } = await parts(new SmallTown());
  const refusal = new Refusal('no-host', 'Nobody can open a terminal.', {
    next: 'Open the town in VS Code.',
  });
  await runCommand('sling', fails(refusal), made, []);
  assert.deepEqual(seen.messages[0], {
    kind: 'warning',
    message: 'Nobody can open a terminal. Open the town in VS Code.',
    buttons: [],
  });
});

test('a fault is logged with its stack and offers the log', async () => {
  const { made, logged } = await parts(new SmallTown());
  await runCommand('merge', fails(new Error('boom')), made, []);
  assert.deepEqual(seen.messages[0], { kind: 'error', message: 'Gas Town: boom', buttons: ['Show Log'] });
  assert.equal(logged.length, 1);
});

test('without a town a command says what is missing, and offers it', async () => {
  const cases: Record<string, [TownState, string]> = {
    'There is no town yet.': [{ kind: 'no-town' }, 'Create Town'],
    'Gas Town starts no process in a workspace that is not trusted.': [
      { kind: 'untrusted' },
      'Manage Workspace Trust',
    ],
    'The town cannot be reached. It broke.': [
      { kind: 'failed', message: 'It broke.' },
      'Restart Language Server',
    ],
  };
  for (const [message, [state, button]] of Object.entries(cases)) {
    const { made } = await parts(new SmallTown(), state);
    await runCommand('sling', commandTable.sling, made, []);
    assert.deepEqual(seen.messages.pop(), { kind: 'warning', message, buttons: [button] });
  }
});

test('sling asks for bead, rig and runtime, with a way back', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend'), rig('frontend')];
  const own = { ...auth, rig: 'backend' };
  town.answers['bead/ready'] = () => ({ items: [listed(own as typeof auth)], total: 1 });
  town.answers['runtime/list'] = () =>
    ['codex', 'claude-code'].map((id) => ({
      preset: { id, label: id, bestFor: '', tradeOffs: '' },
      program: '/x',
    })) as never;
  let slung: unknown;
  town.answers['work/sling'] = (params) => {
    slung = params;
    return { slung: [], refused: [] };
  };
  person.answers.push('be-auth', 'backend', 'back', 'frontend', 'codex');
  await run('sling', town);
  assert.deepEqual(slung, { beads: ['be-auth'], rig: 'frontend', runtime: 'codex' });
  slung = undefined;
  person.answers.push('be-auth', 'escape');
  await run('sling', town);
  assert.equal(slung, undefined);
});

test('sling of a convoy asks nothing and takes what is ready', async () => {
  const town = new SmallTown();
  town.convoys = [
    convoy('hq-auth', [
      { id: 'be-auth', bead: auth, state: 'ready' },
      { id: 'be-next', state: 'blocked' },
      { id: 'fe-login', state: 'ready' },
    ]),
  ];
  let slung: unknown;
  town.answers['work/sling'] = (params) => {
    slung = params;
    const refused = [{ bead: 'fe-login', message: 'It is parked.', refusal: { code: 'parked' } }];
    return { slung: [], refused };
  };
  await run('sling', town, { kind: 'convoy', convoy: 'hq-auth' });
  assert.deepEqual(slung, { beads: ['be-auth', 'fe-login'] });
  assert.deepEqual(seen.messages, [{ kind: 'warning', message: 'It is parked.', buttons: [] }]);
});

test('adding a rig shows what its repository would run, and goes on only when that is approved', async () => {
  const town = new SmallTown();
  const asked: unknown[] = [];
  town.answers['rig/create'] = (params) => {
    asked.push(params.approve);
    if (params.approve === 'abc') return rig('backend');
    const keys = [{ key: 'core.sshCommand', value: 'sh -x\u001B[2J', scope: 'local' }];
    throw new Refusal('unapproved', 'It names programs.', { facts: { keys, hash: 'abc' } });
  };
  const given = { name: 'backend', repository: '/code/backend', runtime: 'sim' };
  assert.equal(await run('addRig', town, given), undefined);
  assert.deepEqual(asked, [undefined]);
  const [shown] = seen.messages;
  assert.deepEqual(shown?.buttons, [{ modal: true, detail: 'core.sshCommand = sh -x (local)' }, 'Approve']);
  person.presses.push('Approve');
  assert.equal(await run('addRig', town, given), 'backend');
  assert.deepEqual(asked, [undefined, undefined, 'abc']);
});

test('merge says that something landed only when the town has proven it', async () => {
  const town = new SmallTown();
  town.polecats = [polecat('backend/nux', auth, { state: 'done', mergeRequest: { state: 'submitted' } })];
  town.answers['mergeRequest/merge'] = () =>
    ({ mergeRequest: { state: 'conflict', reason: 'It met a conflict.', files: ['README.md'] } }) as never;
  await run('merge', town, { kind: 'bead', bead: 'be-auth' });
  assert.match(
    seen.messages[0]?.message ?? '',
    /^be-auth did not land\. It met a conflict\. \(README\.md\)$/,
  );
  town.answers['mergeRequest/merge'] = () =>
    ({ mergeRequest: { state: 'verified', target: 'main', landed: 'a1b2c3d4' } }) as never;
  await run('merge', town, { kind: 'bead', bead: 'be-auth' });
  assert.equal(seen.messages[1]?.message, 'be-auth landed on main as a1b2c3d');
});

test('work that has not landed is removed only after the person said so', async () => {
  const town = new SmallTown();
  town.polecats = [polecat('backend/nux', auth, { state: 'failed', session: { state: 'ended' } })];
  let removed: unknown;
  town.answers['polecat/remove'] = (params) => {
    removed = params;
    return {
      agent: 'backend/nux',
      archive: 'refs/gastown/archive/nux',
      archiveId: 'ar-1',
      warnings: ['The checkout stays.'],
    };
  };
  await run('removePolecat', town, { kind: 'polecat', agent: 'backend/nux' });
  assert.equal(removed, undefined);
  person.presses.push('Archive and Remove');
  await run('removePolecat', town, { kind: 'polecat', agent: 'backend/nux' });
  assert.deepEqual(removed, { agent: 'backend/nux', force: true });
  assert.equal(
    seen.messages.at(-1)?.message,
    'backend/nux is removed; what it had is kept as refs/gastown/archive/nux. The checkout stays.',
  );
});

test('the terminal of a polecat is told by its process, never by its name', async () => {
  const town = new SmallTown();
  town.polecats = [polecat('backend/nux', auth, { session: { launcherPid: 42 } })];
  seen.terminals.push(fakeTerminal({ name: 'nux · be-auth', processId: 41 }));
  seen.terminals.push(fakeTerminal({ name: 'renamed', processId: 42 }));
  await run('openTerminal', town, { kind: 'polecat', agent: 'backend/nux' });
  assert.deepEqual(
    seen.terminals.map(({ shown }) => shown),
    [0, 1],
  );
});

test('a session in tmux is attached in a terminal of its own, once', async () => {
  const town = new SmallTown();
  town.polecats = [
    polecat('backend/nux', auth, {
      session: { agent: 'backend/nux' as never, bead: 'be-auth' as never, host: 'tmux' },
    }),
  ];
  const command = ['/usr/bin/tmux', '-S', '/run/t', 'attach-session', '-t', '=s-1'];
  town.answers['session/view'] = () => ({ session: 's-1', agent: 'backend/nux', host: 'tmux', command });
  await run('openTerminal', town, { kind: 'polecat', agent: 'backend/nux' });
  const [terminal, ...more] = seen.terminals;
  assert.deepEqual([terminal?.shown, more.length], [1, 0]);
  assert.deepEqual(terminal?.creationOptions, {
    name: 'nux · be-auth',
    shellPath: '/usr/bin/tmux',
    shellArgs: command.slice(1),
    env: { TMUX: null, TMUX_PANE: null },
    isTransient: true,
  });
});

test('a polecat whose session has ended offers to be resumed', async () => {
  const town = new SmallTown();
  town.polecats = [
    polecat('backend/nux', auth, { state: 'interrupted', session: { state: 'ended', launcherPid: 1 } }),
  ];
  await run('openTerminal', town, { kind: 'bead', bead: 'be-auth' });
  assert.deepEqual(seen.messages[0]?.buttons, ['Resume Session']);
});

test('the diff shows what was submitted as it was committed, and what is worked on as it lies there', async () => {
  const town = new SmallTown();
  town.answers['polecat/changes'] = () => ({
    base: 'b'.repeat(40),
    tip: 'c'.repeat(40),
    worktree: '/town/nux',
    files: [
      { path: 'src/new.ts', status: 'added' },
      { path: 'src/old.ts', status: 'deleted' },
    ],
  });
  for (const [fields, scheme] of [
    [{}, 'file'],
    [{ state: 'done', mergeRequest: { state: 'submitted' } }, 'gastown-base'],
  ] as const) {
    town.polecats = [polecat('backend/nux', auth, fields)];
    await run('showDiff', town, { kind: 'polecat', agent: 'backend/nux' });
    const { command, args } = seen.executed.at(-1) ?? { command: '', args: [] };
    const rows = args[1] as readonly (readonly ({ scheme: string; path: string } | undefined)[])[];
    assert.equal(command, 'vscode.changes');
    assert.deepEqual(
      rows.map((sides) => sides.map((side) => side && side.scheme)),
      [
        [scheme, undefined, scheme],
        ['gastown-base', 'gastown-base', undefined],
      ],
    );
  }
});

test('what is done with a polecat without a bead is said of the polecat', async () => {
  const town = new SmallTown();
  const nux = { kind: 'polecat', agent: 'backend/nux' };
  const changed = { base: 'b'.repeat(40), tip: 'c'.repeat(40) };
  town.answers['polecat/changes'] = () => ({ ...changed, files: [{ path: 'a.ts', status: 'added' }] });
  town.answers['session/stop'] = () => ({}) as never;
  town.answers['mergeRequest/merge'] = () =>
    ({ mergeRequest: { state: 'verified', target: 'main', landed: 'a1b2c3d4' } }) as never;
  town.polecats = [beadless('backend/nux', { session: {} })];
  await run('showDiff', town, nux);
  await run('stopSession', town, nux);
  town.polecats = [
    beadless('backend/nux', { state: 'done', mergeRequest: { state: 'submitted', bead: auth.id } }),
  ];
  await run('merge', town, nux);
  assert.equal(seen.executed[0]?.args.at(-1), 'a.ts (an empty hook · backend/nux against bbbbbbb)');
  assert.deepEqual(
    seen.messages.map(({ message }) => message),
    ['backend/nux has stopped.', 'be-auth landed on main as a1b2c3d'],
  );
});
