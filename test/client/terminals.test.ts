import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LaunchSpec, Session } from '../../server/domain/session.ts';
import type { OpenTerminalParams } from '../../server/protocol/session.ts';
import { Terminals } from '../../client/terminals.ts';
import { fakeTerminal, happens, seen, type ThemeColor, type ThemeIcon } from '../support/vscode.ts';

const request: OpenTerminalParams = {
  session: 's-1',
  agent: 'backend/nux',
  name: 'nux · be-auth\u001B]0;evil\u0007',
  rig: 'backend',
  icon: 'sparkle',
  color: 'terminal.ansiYellow',
  directory: '/town/nux',
  command: '/usr/bin/node',
  arguments: ['launcher.cjs', 'a b', '$(id)'],
  environment: { GT_SESSION: '/town/.gastown/sessions/s-1.json' },
};

const session = (fields: Partial<Session>): Session =>
  ({ id: 's-1', state: 'running', ...fields }) as Session;

test('a session gets a terminal of its own: the launcher as it is, no shell, kept over a reload', async () => {
  const terminals = new Terminals();
  assert.deepEqual(await terminals.open(request), { processId: 4711 });
  const options = seen.terminals[0]?.creationOptions ?? {};
  const { iconPath, color, ...rest } = options as { iconPath: ThemeIcon; color: ThemeColor };
  assert.deepEqual([iconPath.id, color.id], ['sparkle', 'terminal.ansiYellow']);
  assert.deepEqual(rest, {
    name: 'nux · be-auth',
    shellPath: '/usr/bin/node',
    shellArgs: ['launcher.cjs', 'a b', '$(id)'],
    cwd: '/town/nux',
    env: { GT_SESSION: '/town/.gastown/sessions/s-1.json' },
    location: 1,
    isTransient: false,
  });
  assert.equal(seen.terminals[0]?.shown, 0);
});

test('one that its person asked to see comes to the front', async () => {
  const terminals = new Terminals();
  await terminals.open({ ...request, session: 's-0', inFront: true });
  assert.equal(seen.terminals.at(-1)?.shown, 1);
});

test('it is found before its launcher has reported, and no longer once it is closed', async () => {
  const terminals = new Terminals();
  terminals.start();
  await terminals.open({ ...request, session: 's-2' });
  const terminal = seen.terminals.at(-1);
  assert.ok(terminal);
  assert.equal(await terminals.find(session({ id: 's-2' as Session['id'] })), terminal);
  happens.closed.fire(terminal);
  assert.equal(await terminals.find(session({ id: 's-2' as Session['id'] })), undefined);
  terminals.dispose();
});

test('after a reload it is waited for, and told by its process', async () => {
  const terminals = new Terminals();
  const found = terminals.find(session({ launcherPid: 99 }));
  await Promise.resolve();
  const other = fakeTerminal({ name: 'nux · be-auth', processId: 98 });
  const own = fakeTerminal({ name: 'anything', processId: 99 });
  // Those that are there are looked through first; then it listens.
  setImmediate(() => {
    happens.opened.fire(other);
    happens.opened.fire(own);
  });
  assert.equal(await found, own);
});

test('a session that has ended has no terminal, whatever process has its number now', async () => {
  const terminals = new Terminals();
  seen.terminals.push(fakeTerminal({ name: 'x', processId: 7 }));
  assert.equal(await terminals.find(session({ launcherPid: 7, state: 'ended' })), undefined);
});

test('the window with the terminal brings it to the front and says its name; another says nothing', async () => {
  const terminals = new Terminals();
  await terminals.open({ ...request, session: 's-3' });
  const terminal = seen.terminals.at(-1);
  assert.deepEqual(await terminals.show({ session: 's-3' }), { window: 'a window without a folder' });
  assert.equal(terminal?.shown, 1);
  const elsewhere = new Terminals();
  happens.windowState.fire({});
  seen.terminals.push(fakeTerminal({ name: 'own', processId: 5 }));
  assert.deepEqual(await terminals.show({ session: 's-9', launcherPid: 5 }), {
    window: 'a window without a folder',
  });
  assert.deepEqual(await elsewhere.show({ session: 's-3' }), {});
  assert.deepEqual(await elsewhere.type({ session: 's-3', text: 'x', pauseMs: 0 }), {});
  assert.deepEqual(terminal?.typed, []);
});

test('a session in tmux that is attached here already comes to the front', () => {
  const terminals = new Terminals();
  const before = seen.terminals.length;
  const view = { session: 's-5', agent: 'a', host: 'tmux', command: ['tmux', 'attach'] } as const;
  terminals.attach(view, 'nux');
  terminals.attach(view, 'nux');
  assert.deepEqual([seen.terminals.length - before, seen.terminals.at(-1)?.shown], [1, 2]);
});

test('what is to be stripped is taken out of the window’s variables, on Windows in any case', () => {
  const launch: LaunchSpec = {
    command: '/usr/bin/codex',
    arguments: [],
    directory: '/town',
    environment: { GT_TOWN: '/town' },
    strip: ['STRIP_TEST_*', 'STRIP_WHOLE'],
    stopSignal: 'SIGTERM',
  };
  process.env['Strip_Test_A'] = 'a';
  process.env['Strip_Whole'] = 'b';
  const terminals = new Terminals();
  for (const [platform, stripped] of [
    ['linux', { STRIP_WHOLE: null }],
    ['win32', { STRIP_WHOLE: null, Strip_Test_A: null, Strip_Whole: null }],
  ] as const) {
    terminals.talk(launch, 'talk', platform);
    assert.deepEqual(seen.terminals.at(-1)?.creationOptions['env'], { ...stripped, GT_TOWN: '/town' });
  }
});

test('what a person has typed goes in as it is, and Enter after the pause, on its own', async () => {
  const terminals = new Terminals();
  await terminals.open({ ...request, session: 's-4' });
  await terminals.type({ session: 's-4', text: '$(id); "x"', pauseMs: 60 });
  const [text, enter, ...more] = seen.terminals.at(-1)?.typed ?? [];
  assert.deepEqual(
    [text?.text, text?.enter, enter?.text, enter?.enter, more],
    ['$(id); "x"', false, '', true, []],
  );
  assert.ok((enter?.at ?? 0) - (text?.at ?? 0) >= 55);
});
