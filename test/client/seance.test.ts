import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { LogOutputChannel } from 'vscode';
import { Refusal } from '../../server/domain/refusal.ts';
import type { LaunchSpec, Session } from '../../server/domain/session.ts';
import type { CrewMember, PastSession, Seance } from '../../server/protocol/seance.ts';
import { commandTable, runCommand } from '../../client/commands.ts';
import type { CommandParts } from '../../client/commands/parts.ts';
import { reveal } from '../../client/commands/reveal.ts';
import type { Connection } from '../../client/connection.ts';
import { RuntimeTests } from '../../client/runtimeTests.ts';
import { Waiting } from '../../client/waiting.ts';
import { Terminals } from '../../client/terminals.ts';
import { RigRows } from '../../client/views/rigs.ts';
import type { Row } from '../../client/views/row.ts';
import { bead, someDay } from '../support/beads.ts';
import { eventually } from '../support/wait.ts';
import { fakeTerminal, person, seen, type ThemeIcon } from '../support/vscode.ts';
import { beadless, listed, missingRuntime, now, polecat, rig, runtime, SmallTown } from './town.ts';

const auth = bead({ id: 'be-auth', title: 'Refactor auth middleware' });

beforeEach(() => {
  for (const list of [seen.messages, seen.executed, seen.terminals, seen.picks, seen.problems])
    list.length = 0;
  person.presses.length = 0;
  person.answers.length = 0;
});

async function parts(town: SmallTown): Promise<CommandParts> {
  const state = { kind: 'connected', town: '/town' } as const;
  const model = await town.model();
  await eventually('the runtimes are read', () => model.runtimes.all.length > 0);
  return {
    connection: { ask: town.ask, state, settled: () => Promise.resolve(state) } as unknown as Connection,
    model,
    terminals: new Terminals(),
    runtimeTests: new RuntimeTests(),
    waiting: new Waiting(() => Promise.resolve()),
    log: { error: () => undefined, show: () => undefined } as unknown as LogOutputChannel,
  };
}

async function run(town: SmallTown, name: keyof typeof commandTable, ...args: unknown[]): Promise<unknown> {
  return await runCommand(name, commandTable[name], await parts(town), args);
}

const ann: CrewMember = {
  agent: 'backend/crew/ann',
  rig: 'backend',
  name: 'ann',
  directory: '/town/backend/crew/ann',
  branch: 'ann',
  runtime: 'human',
};

function mayor(fields: Partial<Session> = {}): PastSession {
  const session = {
    id: 's-7',
    agent: 'mayor',
    state: 'running',
    createdAt: someDay,
    host: 'editor',
    ...fields,
  };
  return { session, role: 'mayor', runtimeLabel: 'Claude Code' } as unknown as PastSession;
}

function townOfBackend(): SmallTown {
  const town = new SmallTown();
  town.rigs = [rig('backend')];
  town.runtimes = [runtime('claude-code'), runtime('codex'), runtime('human')];
  town.answers['bead/ready'] = () => ({ items: [listed(auth)], total: 1 });
  town.answers['session/list'] = () => [];
  return town;
}

function started(town: SmallTown): unknown[] {
  const asked: unknown[] = [];
  town.answers['seance/start'] = (params) => {
    asked.push(params);
    const agent = params.role === 'mayor' ? 'mayor' : 'backend/nux';
    return { agent, runtimeLabel: 'Codex', host: 'process', warnings: [] } as unknown as Seance;
  };
  return asked;
}

const looks = (rows: readonly Row[]): string[] =>
  rows.map(({ label, description, icon }) => `${icon?.id} ${label}: ${description}`);

test('the mayor stands first while it runs, crew under its rig before the polecats', async () => {
  const town = townOfBackend();
  town.crew = [ann, { ...ann, agent: 'backend/crew/bob', name: 'bob', session: 's-2', bead: 'be-auth' }];
  town.sessions = [mayor()];
  town.polecats = [polecat('backend/nux', auth)];
  const { model } = await parts(town);
  const rows = new RigRows(model, () => now);
  const top = rows.rows();
  assert.deepEqual(looks(top), [
    'compass mayor: running · Claude Code · 4 m',
    'repo backend: Claude Code · idle',
  ]);
  const below = rows.rows(top[1]);
  assert.deepEqual(looks(below), [
    'account ann: no session · human · crew',
    'account bob: session running · human · be-auth',
    'loading~spin nux: working · Claude Code · be-auth Refactor auth middleware · 4 m',
  ]);
  assert.deepEqual(
    below.map(({ context }) => context.split(' ').slice(0, 2).join(' ')),
    ['crew', 'crew running', 'polecat working'],
  );
  assert.match(top[0]?.spoken ?? '', /^The mayor of the town, running, Claude Code\.$/);
});

test('an agent of another role than polecat is no polecat’s row, and a mayor that has ended has none', async () => {
  const town = townOfBackend();
  const detail = polecat('backend/crew/ann', auth, { needsPerson: true });
  town.polecats = [{ ...detail, polecat: { ...detail.polecat, role: 'crew' as never } }];
  town.crew = [ann];
  town.sessions = [mayor({ state: 'ended' })];
  const { model } = await parts(town);
  const rows = new RigRows(model, () => now);
  assert.deepEqual(looks(rows.rows()), ['repo backend: Claude Code · idle']);
  assert.deepEqual(looks(rows.rows(rows.rows()[0])), ['bell-dot ann: needs you · human · crew']);
});

test('a rig whose runtime is missing warns, and one that asks nobody says so', async () => {
  const town = townOfBackend();
  town.runtimes = [missingRuntime('claude-code', { preset: { install: 'npm install -g claude' } as never })];
  const { rig: ml } = rig('ml', { runtimeLabel: 'Codex' });
  const settings = { ...ml.settings, approval: 'auto' } as const;
  town.rigs.push(rig('ml', { rig: { ...ml, runtime: 'codex' as never, settings }, runtimeLabel: 'Codex' }));
  const { model } = await parts(town);
  const top = new RigRows(model, () => now).rows();
  assert.deepEqual(looks(top), [
    'warning backend: Claude Code not installed · idle',
    'repo ml: Codex · approval auto · idle',
  ]);
  assert.equal(top[0]?.context, 'rig active missing installable');
  assert.ok(top[0]?.tooltip().some((text) => text?.endsWith('To install it: npm install -g claude')));
  assert.match(top[1]?.spoken ?? '', /approval auto/);
});

test('a seance asks for rig, role, runtime and bead, and goes back past what it did not ask', async () => {
  const town = townOfBackend();
  const asked = started(town);
  person.answers.push('backend', 'Polecat', 'back', 'Polecat', 'codex', 'be-auth');
  await run(town, 'startSeance');
  person.answers.push('backend', 'Polecat', 'codex', 'No Bead');
  await run(town, 'startSeance');
  person.answers.push('The Town Itself', 'codex');
  await run(town, 'startSeance');
  assert.deepEqual(asked, [
    { rig: 'backend', role: 'polecat', runtime: 'codex', bead: 'be-auth' },
    { rig: 'backend', role: 'polecat', runtime: 'codex' },
    { role: 'mayor', runtime: 'codex' },
  ]);
  assert.deepEqual(
    seen.picks[0]?.items.map(({ label }) => label),
    ['backend', 'The Town Itself'],
  );
  assert.equal(seen.messages.at(-1)?.message, 'mayor has begun with Codex');
});

test('the mayor starts without a question, and where it runs its terminal is shown', async () => {
  const town = townOfBackend();
  const asked = started(town);
  await run(town, 'startMayor');
  assert.deepEqual(asked, [{ role: 'mayor' }]);
  town.sessions = [mayor({ launcherPid: 9 })];
  town.answers['session/list'] = () => [town.sessions[0]?.session as Session];
  await run(town, 'startMayor');
  assert.equal(asked.length, 1);
  assert.equal(seen.messages.at(-1)?.message, 'The mayor runs already, in another window.');
});

test('what stands in the way of a seance is said whole', async () => {
  const town = townOfBackend();
  const warnings = ['The checkout is behind.', 'The setup failed.'];
  town.answers['seance/start'] = () =>
    ({ agent: 'mayor', runtimeLabel: 'Codex', host: 'process', warnings }) as unknown as Seance;
  await run(town, 'startMayor');
  assert.equal(seen.messages[0]?.message, 'The checkout is behind. The setup failed.');
});

test('a name is typed until the town would take it: crew have no underscores, and a rig is not called mayor', async () => {
  const town = townOfBackend();
  let name: unknown;
  town.answers['crew/add'] = (params) => {
    name = params.name;
    return ann;
  };
  const long = 'a'.repeat(40);
  person.answers.push('an_n', long, 'human');
  await run(town, 'addCrew', { kind: 'rig', rig: 'backend' });
  assert.equal(name, long);
  town.answers['rig/create'] = (params) => rig(params.name);
  person.answers.push('Web', 'mayor', 'my_web');
  assert.equal(await run(town, 'addRig', { repository: '/code/web', runtime: 'codex' }), 'my_web');
  assert.deepEqual(
    seen.problems.map((problem) => problem.slice(0, 28)),
    ['A crew member is named with ', 'A rig name has 1 to 32 lower', '"mayor" is no rig name: the '],
  );
});

test('a new crew member gets a workplace, and a seance is offered there', async () => {
  const town = townOfBackend();
  let asked: unknown;
  town.answers['crew/add'] = (params) => {
    asked = params;
    return ann;
  };
  const subject = { kind: 'rig', rig: 'backend' };
  person.answers.push('ann', 'human');
  person.presses.push('Start Seance');
  assert.equal(await run(town, 'addCrew', subject), ann);
  assert.deepEqual(asked, { rig: 'backend', name: 'ann', runtime: 'human' });
  await eventually('the seance is called', () => seen.executed.length > 0);
  const asks = started(town);
  person.answers.push('human', 'No Bead');
  await run(town, 'startSeance', ...(seen.executed[0]?.args ?? []));
  assert.deepEqual(asks, [{ role: 'crew', rig: 'backend', name: 'ann', runtime: 'human' }]);
});

test('work is handed off to another runtime than its own, with a note', async () => {
  const town = townOfBackend();
  town.polecats = [polecat('backend/nux', auth, { session: {} })];
  let asked: unknown;
  town.answers['session/handoff'] = (params) => {
    asked = params;
    return { runtime: 'codex', host: 'process' } as Session;
  };
  person.answers.push('codex', 'Half of it is done. ');
  await run(town, 'handOff', { kind: 'polecat', agent: 'backend/nux' });
  assert.deepEqual(asked, { agent: 'backend/nux', runtime: 'codex', note: 'Half of it is done.' });
  assert.deepEqual(
    seen.picks[0]?.items.map(({ label }) => label),
    ['codex', 'human'],
  );
  assert.equal(seen.messages.at(-1)?.message, 'codex goes on with be-auth');
});

test('a hand-off without a bead names the agent', async () => {
  const town = townOfBackend();
  town.polecats = [beadless('backend/nux', { session: {} })];
  town.answers['session/handoff'] = () => ({ runtime: 'codex', host: 'process' }) as Session;
  person.answers.push('codex', '');
  await run(town, 'handOff', { kind: 'polecat', agent: 'backend/nux' });
  assert.match(seen.picks[0]?.placeholder ?? '', /^Who goes on with backend\/nux\?/);
  assert.equal(seen.messages.at(-1)?.message, 'codex goes on with backend/nux');
});

test('a past session without a bead is offered with an empty hook', async () => {
  const town = townOfBackend();
  town.sessions = [mayor()];
  person.answers.push('escape');
  await run(town, 'talk');
  assert.deepEqual(
    seen.picks[0]?.items.map(({ label, detail }) => [label, detail]),
    [['mayor', 'an empty hook']],
  );
});

test('a past session is asked in a terminal of its own, without what is to be stripped, and with no shell', async () => {
  const town = townOfBackend();
  const launch: LaunchSpec = {
    command: '/usr/bin/codex',
    arguments: ['fork', '$(id)'],
    directory: '/town/backend',
    environment: { GT_TOWN: '/town' },
    strip: ['CODEX_THREAD', 'TALK_TEST_*'],
    stopSignal: 'SIGTERM',
  };
  const talked: unknown[] = [];
  town.answers['seance/talk'] = (params) => {
    talked.push(params);
    return { launch, runtimeLabel: 'Codex', readOnly: talked.length === 1 };
  };
  process.env['TALK_TEST_A'] = 'a';
  await run(town, 'talk', { kind: 'polecat', agent: 'backend/nux' });
  const { iconPath, ...options } = seen.terminals[0]?.creationOptions ?? {};
  assert.equal((iconPath as ThemeIcon).id, 'comment-discussion');
  assert.deepEqual(options, {
    name: 'talk · Codex · backend/nux',
    shellPath: '/usr/bin/codex',
    shellArgs: ['fork', '$(id)'],
    cwd: '/town/backend',
    env: { CODEX_THREAD: null, TALK_TEST_A: null, GT_TOWN: '/town' },
    location: 1,
    isTransient: true,
  });
  assert.deepEqual([seen.terminals[0]?.shown, seen.messages], [1, []]);

  const past = (id: string, fields: Partial<PastSession> = {}): PastSession =>
    ({
      session: { id, agent: `backend/${id}`, bead: 'be-auth', state: 'ended', createdAt: someDay },
      role: 'polecat',
      runtimeLabel: 'Codex',
      ...fields,
    }) as unknown as PastSession;
  town.sessions = [past('mute', { mute: 'Its session id is not known.' }), past('nux')];
  person.answers.push('backend/mute');
  await run(town, 'talk');
  assert.equal(talked.length, 1);
  assert.equal(seen.messages.at(-1)?.message, 'Its session id is not known.');
  person.answers.push('backend/nux');
  await run(town, 'talk');
  assert.deepEqual(talked[1], { session: 'nux' });
  assert.match(seen.messages.at(-1)?.message ?? '', /^Codex cannot fork a session/);
});

test('a crew member without a session offers a seance where its terminal is asked for', async () => {
  const town = townOfBackend();
  await run(town, 'openTerminal', { kind: 'crew', agent: ann.agent, rig: 'backend', name: 'ann' });
  assert.deepEqual(seen.messages, [
    { kind: 'info', message: 'backend/crew/ann has no session.', buttons: ['Start Seance'] },
  ]);
});

test('the terminal of crew and mayor takes the focus, as a polecat’s does, and its session is asked for once', async () => {
  const town = townOfBackend();
  const asked: unknown[] = [];
  const session = { id: 's-2', agent: ann.agent, state: 'running', host: 'editor', launcherPid: 42 };
  town.answers['session/list'] = (params) => {
    asked.push(params);
    return [{ ...session, agent: params.agent } as unknown as Session];
  };
  seen.terminals.push(fakeTerminal({ name: 'ann', processId: 42 }));
  await run(town, 'openTerminal', { kind: 'crew', agent: ann.agent, rig: 'backend', name: 'ann' });
  await run(town, 'openTerminal', { kind: 'mayor', agent: 'mayor' });
  assert.deepEqual([seen.terminals[0]?.focused, seen.messages], [2, []]);
  assert.deepEqual(asked, [{ agent: ann.agent }, { agent: 'mayor' }]);
  const made = await parts(town);
  Object.assign(made.terminals, { find: () => Promise.resolve(undefined) });
  await runCommand('openTerminal', commandTable.openTerminal, made, [{ kind: 'mayor', agent: 'mayor' }]);
  assert.match(seen.messages[0]?.message ?? '', /^The session of mayor is in another window/);
  assert.equal(asked.length, 3);
});

test('an agent that the town does not know has no session', async () => {
  const town = townOfBackend();
  town.answers['session/list'] = () => {
    throw new Refusal('not-found', 'There is no agent mayor.');
  };
  const mayorRow = { kind: 'mayor', agent: 'mayor' };
  await run(town, 'openTerminal', mayorRow);
  await run(town, 'stopSession', mayorRow);
  assert.deepEqual(
    seen.messages.map(({ message, buttons }) => [message, buttons]),
    [
      ['mayor has no session.', ['Start Mayor']],
      ['mayor has no session.', []],
    ],
  );
});

test('a session in tmux that begins comes to the front without the focus', async () => {
  const town = townOfBackend();
  const session = { id: 's-6', agent: 'mayor', state: 'running', host: 'tmux' } as unknown as Session;
  town.answers['session/list'] = () => [session];
  town.answers['session/view'] = () => ({ session: 's-6', agent: 'mayor', host: 'tmux', command: ['tmux'] });
  const made = await parts(town);
  assert.ok(await reveal(made, 'mayor'));
  assert.deepEqual([seen.terminals[0]?.shown, seen.terminals[0]?.focused], [1, 0]);
  await runCommand('openTerminal', commandTable.openTerminal, made, [{ kind: 'mayor', agent: 'mayor' }]);
  assert.deepEqual([seen.terminals[0]?.shown, seen.terminals[0]?.focused], [2, 1]);
});

test('a session that lives in tmux is looked at in a terminal, which is found again', async () => {
  const town = townOfBackend();
  const session = { id: 's-5', agent: 'backend/nux', bead: 'be-auth', host: 'tmux' } as const;
  const command = ['/usr/bin/tmux', 'attach-session', '-t', '=s-5'];
  town.answers['session/view'] = () => ({ session: 's-5', agent: 'backend/nux', host: 'tmux', command });
  town.polecats = [polecat('backend/nux', auth, { session: session as never })];
  const made = await parts(town);
  const subject = { kind: 'polecat', agent: 'backend/nux' };
  for (const _ of [1, 2]) await runCommand('openTerminal', commandTable.openTerminal, made, [subject]);
  const [terminal, ...more] = seen.terminals;
  assert.deepEqual(more, []);
  assert.equal(terminal?.shown, 2);
  const { name, shellPath, shellArgs } = terminal?.creationOptions ?? {};
  assert.deepEqual([name, shellPath, shellArgs], ['nux · be-auth', '/usr/bin/tmux', command.slice(1)]);
});

test('a session whose runtime is gone is not resumed into a dead terminal: another can take it over', async () => {
  const town = townOfBackend();
  town.runtimes.push(missingRuntime('cursor', { preset: { install: 'install cursor' } as never }));
  town.polecats = [polecat('backend/nux', auth, { state: 'interrupted', session: { state: 'ended' } })];
  town.answers['session/run'] = () => {
    throw new Refusal('missing-program', 'It is gone.', { facts: { command: 'cursor' } });
  };
  let handed: unknown;
  town.answers['session/handoff'] = (params) => {
    handed = params;
    return { runtime: 'codex', host: 'process' } as Session;
  };
  person.presses.push('Choose Another Runtime');
  person.answers.push('codex', '');
  await run(town, 'resumeSession', { kind: 'polecat', agent: 'backend/nux' });
  assert.match(seen.messages[0]?.message ?? '', /^cursor is not installed: .* install cursor$/);
  assert.deepEqual(handed, { agent: 'backend/nux', runtime: 'codex' });
});
