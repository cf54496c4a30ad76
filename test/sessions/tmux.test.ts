import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Refusal } from '../../server/domain/refusal.ts';
import type { OpenRequest } from '../../server/sessions/host.ts';
import { findTmux, tmuxName, tmuxWord } from '../../server/sessions/tmux.ts';
import { TmuxHost } from '../../server/sessions/tmuxHost.ts';
import { temporaryFolder } from '../support/folder.ts';
import { skip, tmux } from '../support/tmux.ts';
import { eventually } from '../support/wait.ts';

/** Writes what it was started with, then what it is typed, key by key, with the times. */
const program = `
  const { appendFileSync, writeFileSync, renameSync } = require('node:fs');
  const [file, ...rest] = process.argv.slice(1);
  const { OWN, TMUX, GT_SESSION_TMUX, INHERITED } = process.env;
  process.stdin.setRawMode(true);
  process.stdin.on('data', (keys) => appendFileSync(file + '.keys', JSON.stringify([Date.now(), String(keys)]) + '\\n'));
  const { rows, columns, isTTY } = process.stdout;
  writeFileSync(file + '.new', JSON.stringify({ rest, OWN, TMUX, GT_SESSION_TMUX, INHERITED, isTTY, rows, columns, cwd: process.cwd() }));
  renameSync(file + '.new', file);
`;

interface Started {
  readonly rest: readonly string[];
  readonly OWN: string;
  readonly TMUX: string;
  readonly GT_SESSION_TMUX: string;
  readonly INHERITED?: string;
  readonly isTTY: boolean;
  readonly cwd: string;
}

interface Place {
  readonly folder: string;
  readonly host: TmuxHost;
  readonly socket: string;
  readonly open: (
    session: string,
    more?: Partial<OpenRequest>,
    words?: readonly string[],
  ) => Promise<Started>;
}

function placeIn(t: TestContext, name = 'place'): Place {
  const host = new TmuxHost(() => Promise.resolve(dirname(tmux)));
  // Before the folder with the socket goes.
  t.after(async () => {
    await host.end();
    if (existsSync(socket)) spawnSync(tmux, ['-S', socket, 'kill-server']);
  });
  const folder = join(temporaryFolder(t), name);
  mkdirSync(folder);
  const socket = join(temporaryFolder(t), 't.tmux');
  return {
    folder,
    host,
    socket,
    open: async (session, more = {}, words = []) => {
      const file = join(folder, session);
      const launcher = {
        command: process.execPath,
        arguments: ['-e', program, file, ...words],
        environment: { OWN: 'a b;' },
      };
      await host.open({ ...requestOf(session), launcher, tmuxSocket: socket, ...more });
      return await eventually(`${session} runs`, () => existsSync(file) && readJson(file));
    },
  };
}

function requestOf(session: string): Omit<OpenRequest, 'launcher'> {
  return {
    session,
    agent: 'backend/nux',
    rig: 'backend',
    name: 'nux · be-auth',
    directory: '/nonexistent',
    icon: 'beaker',
    color: 'terminal.ansiBlue',
  };
}

const readJson = (file: string): Started => JSON.parse(readFileSync(file, 'utf8')) as Started;

const gone = (socket: string): Promise<boolean> =>
  eventually('the tmux server and its socket have gone', () => !existsSync(socket));

test('a semicolon at the end of a word stays one', () => {
  const words = ['a', ';', 'a;', 'a\\;', 'a\\\\;', ';;', 'a;b', ''];
  assert.deepEqual(words.map(tmuxWord), ['a', '\\;', 'a\\;', 'a\\\\;', 'a\\\\\\;', ';\\;', 'a;b', '']);
});

test('the name of a window holds nothing that tmux expands', () => {
  assert.equal(tmuxName('nux · be-auth'), 'nux · be-auth');
  assert.equal(tmuxName('a#(touch x) #{pid} %H\u001B[31m"\n;'), 'a__touch x_ __pid_ _H_ _');
});

describe('the tmux that is asked for', () => {
  test('is refused where there is none', async (t) => {
    await assert.rejects(findTmux(temporaryFolder(t)), (error: Refusal) => {
      assert.deepEqual([error.code, error.details.field], ['missing-program', 'host']);
      assert.match(error.message, /not installed/);
      assert.match(error.details.next ?? '', /Install tmux 3\.2 or newer, or use --host process/);
      return true;
    });
  });

  for (const [says, isTaken] of [
    ['tmux 2.9a', false],
    ['tmux 3.1c', false],
    ['tmux 3.2', true],
    ['tmux next-3.4', true],
    ['tmux 4.0', true],
    ['tmux master', true],
  ] as const) {
    test(`${says} is ${isTaken ? 'taken' : 'too old'}`, async (t) => {
      const folder = temporaryFolder(t);
      const file = join(folder, 'tmux');
      writeFileSync(file, `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
      if (isTaken) assert.equal(await findTmux(folder), file);
      else await assert.rejects(findTmux(folder), { code: 'missing-program', message: /is too old/ });
    });
  }

  test('is asked again when it was updated', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'tmux');
    writeFileSync(file, '#!/bin/sh\necho tmux 2.9a\n', { mode: 0o755 });
    await assert.rejects(findTmux(folder), { code: 'missing-program' });
    writeFileSync(file, '#!/bin/sh\necho tmux 3.3a\n');
    utimesSync(file, 1, 1);
    assert.equal(await findTmux(folder), file);
  });

  test('that opens no window is refused with what it said, and nothing is left', async (t) => {
    const folder = temporaryFolder(t);
    const script =
      '#!/bin/sh\nif [ "$1" = -V ]; then echo tmux 3.3; else echo "no space \\033[31mleft" >&2; exit 1; fi\n';
    writeFileSync(join(folder, 'tmux'), script, { mode: 0o755 });
    const host = new TmuxHost(() => Promise.resolve(folder));
    const launcher = { command: process.execPath, arguments: ['x'], environment: {} };
    const tmuxSocket = join(folder, 's.tmux');
    await assert.rejects(host.open({ ...requestOf('s-1'), launcher, tmuxSocket }), {
      code: 'no-host',
      message: 'tmux opened no window: no space left.',
    });
    await host.end();
    assert.deepEqual(readdirSync(folder), ['tmux']);
  });
});

describe('sessions in tmux', { skip }, () => {
  test('are started as they stand, on a terminal, with the variables of now and no shell between', async (t) => {
    const { open, socket, folder, host } = placeIn(t, 'to wn; #(touch pwned-1) \'$(touch pwned-2)"`x`');
    const words = [
      'a b',
      '$(touch pwned-3)',
      '#(touch pwned-4)',
      ';',
      'x;',
      'y\\;',
      '-t',
      "'",
      '"',
      '',
      '%H',
    ];
    process.env['INHERITED'] = 'one';
    const first = await open('s-1', { name: '#(touch pwned-5) · %H#[fg=red]' }, words);
    process.env['INHERITED'] = 'two';
    const second = await open('s-2');
    delete process.env['INHERITED'];
    assert.deepEqual(first.rest, words);
    assert.deepEqual([first.OWN, first.isTTY, first.cwd], ['a b;', true, '/']);
    assert.deepEqual([first.GT_SESSION_TMUX, first.TMUX.split(',')[0]], [socket, socket]);
    assert.deepEqual([first.INHERITED, second.INHERITED], ['one', 'two']);
    await host.close({ socket, session: 's-1' });
    await host.close({ socket, session: 's-2' });
    await gone(socket);
    assert.deepEqual(readdirSync(folder).toSorted(), ['s-1', 's-2']);
    assert.ok(
      ['/', process.cwd()].every((each) => !readdirSync(each).some((name) => name.startsWith('pwned'))),
    );
  });

  test('an environment of any size lets them start', async (t) => {
    const { open, socket, host } = placeIn(t);
    const names = Array.from({ length: 3000 }, (_, at) => `GASTOWN_TEST_VARIABLE_${at}`);
    for (const name of names) process.env[name] = 'x';
    t.after(() => {
      for (const name of names) delete process.env[name];
    });
    await open('s-1');
    await host.close({ socket, session: 's-1' });
    await gone(socket);
  });

  test('one is taken away without the other, by its whole name', async (t) => {
    const { open, socket, host } = placeIn(t);
    await open('s-1');
    await open('s-11');
    await host.close({ socket, session: 's-1' });
    await host.close({ socket, session: 's-1' });
    await assert.rejects(host.attachCommand({ socket, session: 's-1' }, false), { code: 'no-session' });
    const command = await host.attachCommand({ socket, session: 's-11' }, true);
    assert.deepEqual(command.slice(1), [
      '-S',
      socket,
      '-f',
      '/dev/null',
      'attach-session',
      '-E',
      '-r',
      '-t',
      '=s-11',
    ]);
    await host.close({ socket, session: 's-11' });
    await gone(socket);
    await host.close({ socket, session: 's-11' });
  });

  test('two sockets know nothing of each other', async (t) => {
    const [one, other] = [placeIn(t), placeIn(t)];
    await one.open('s-1');
    await other.open('s-1');
    await one.host.close({ socket: one.socket, session: 's-1' });
    await gone(one.socket);
    await other.host.attachCommand({ socket: other.socket, session: 's-1' }, false);
  });

  test('what is typed arrives as it is, and Enter is a key of its own, after the pause', async (t) => {
    const { open, socket, host, folder } = placeIn(t);
    await open('s-1');
    const text = '-l "$(id)" #{pid} Enter C-c ünï 🚂 end;';
    const place = { socket, session: 's-1' };
    // Scrolled back by somebody who looks: the keys would be theirs.
    execFileSync(tmux, ['-S', socket, 'copy-mode', '-t', '=s-1:']);
    await host.type(place, text, 300);
    const keys = await eventually('Enter has arrived', () => {
      const all = keysIn(join(folder, 's-1.keys'));
      return all.at(-1)?.[1] === '\r' && all;
    });
    const typed = keys.slice(0, -1);
    assert.equal(typed.map(([, each]) => each).join(''), text);
    assert.ok((keys.at(-1)?.[0] ?? 0) - (typed.at(-1)?.[0] ?? 0) >= 290, JSON.stringify(keys));
    await host.close(place);
    await assert.rejects(host.type(place, text, 0), { code: 'no-session' });
  });

  test('a tmux server that ended without us leaves no socket, whoever started it', async (t) => {
    const { open, socket, host } = placeIn(t);
    await open('s-1');
    await host.end();
    assert.ok(existsSync(socket), 'what lives in it goes on');
    const next = new TmuxHost(() => Promise.resolve(dirname(tmux)));
    await next.mind(socket);
    execFileSync(tmux, ['-S', socket, 'kill-server']);
    await gone(socket);
    await next.end();
  });

  test('a socket without a server is taken over, and removed', async (t) => {
    const { open, socket, host } = placeIn(t);
    await open('s-1');
    await host.end();
    execFileSync(tmux, ['-S', socket, 'kill-server']);
    assert.ok(existsSync(socket));
    const next = new TmuxHost(() => Promise.resolve(dirname(tmux)));
    const launcher = {
      command: process.execPath,
      arguments: ['-e', 'process.stdin.resume()'],
      environment: {},
    };
    await next.open({ ...requestOf('s-2'), launcher, tmuxSocket: socket });
    await next.close({ socket, session: 's-2' });
    await gone(socket);
    await next.end();
  });
});

function keysIn(file: string): [at: number, keys: string][] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as [number, string]);
}
