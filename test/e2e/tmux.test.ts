import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Message } from '../../server/domain/message.ts';
import type { Session } from '../../server/domain/session.ts';
import type { TownClient } from '../../server/rpc/client.ts';
import { skip, tmux } from '../support/tmux.ts';
import { eventually } from '../support/wait.ts';
import { becomes, connect, inside, must, polecatOf, sessionOf, slung } from './liveTown.ts';
import { addRuntime, installWithRig, landingOf, submitted } from './rigs.ts';
import { endAfter, isAlive, openTerminal, processesOf, type Terminal, which } from './terminal.ts';

/** What must be noticed within 5 s; the rest is for the machine. */
const noticedMs = 5000 + 5000;

async function townWithTmux(t: TestContext, name?: string): Promise<Terminal> {
  const terminal = openTerminal(t, name);
  symlinkSync(tmux, join(terminal.folder, 'bin', 'tmux'));
  await installWithRig(terminal);
  return terminal;
}

const inTmux = { host: 'tmux' } as const;

/** Of the polecat of a bead, while it runs. */
async function runningIn(client: TownClient, bead: string): Promise<Session & { readonly socket: string }> {
  const { id } = await becomes(client, bead, 'working');
  const session = await sessionOf(client, id);
  assert.equal(session.host, 'tmux');
  return { ...session, socket: session.tmuxSocket ?? assert.fail('it has no socket') };
}

/** Everything that a person would see in the window. */
function screenOf({ id, socket }: { id: string; socket: string }): string {
  return execFileSync(tmux, ['-S', socket, 'capture-pane', '-p', '-J', '-t', `=${id}:`], {
    encoding: 'utf8',
  });
}

function serverOf(socket: string): number {
  return Number(execFileSync(tmux, ['-S', socket, 'display-message', '-p', '#{pid}'], { encoding: 'utf8' }));
}

/** The command on a terminal of its own, as a person has it; what is written to its input is typed. */
function onTerminal(
  t: TestContext,
  terminal: Terminal,
  command: string,
): { child: ChildProcess; text(): string } {
  const script = which('script') ?? assert.fail('There is no script on the PATH of these tests.');
  const env = { ...terminal.environment, TERM: 'xterm-256color', TMUX: '/elsewhere,1,0' };
  const child = spawn(script, ['-qefc', command, '/dev/null'], { cwd: terminal.folder, env, stdio: 'pipe' });
  endAfter(t, child);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  return { child, text: () => text };
}

describe('sessions in tmux', { skip, concurrency: 2 }, () => {
  test('a bead is slung, worked, handed over and landed; then nothing of it is left', async (t) => {
    const terminal = await townWithTmux(t);
    await terminal.must('gt', 'rig', 'config', 'backend', 'session', 'tmux');
    assert.match(await terminal.must('gt', 'rig', 'info', 'backend'), /^Session: tmux$/m);
    const id = await slung(terminal, 'Auth work', inTmux);
    await submitted(terminal, id);
    const client = await connect(t, terminal);
    const { id: agent, worktree } = (await polecatOf(client, id)) ?? assert.fail('the polecat is gone');
    const session = await sessionOf(client, agent);
    const socket = session.tmuxSocket ?? assert.fail('it has no socket');
    await eventually('its window can be read', () =>
      /handed over\. q closes/.test(screenOf({ id: session.id, socket })),
    );
    await terminal.must('gt', 'mq', 'merge', id);
    assert.equal((await landingOf(terminal, id)).state, 'verified');
    await eventually('the polecat is removed', async () => !(await polecatOf(client, id)), 30_000);
    assert.ok(!existsSync(worktree));
    await eventually('the tmux server and its socket have gone', () => !existsSync(socket), 30_000);
    assert.deepEqual(
      processesOf(terminal.folder).filter((command) => command.includes('tmux')),
      [],
    );
  });

  test('it is attached on a terminal, from within another tmux too, and left running', async (t) => {
    const terminal = await townWithTmux(t);
    const bead = await slung(terminal, 'Auth work', { ...inTmux, behaviour: 'stall' });
    const client = await connect(t, terminal);
    const { agent } = await runningIn(client, bead);
    assert.match(await terminal.must('gt', 'session', 'list'), /tmux +running/);
    assert.match(
      await terminal.must('gt', 'polecat', 'show', agent),
      new RegExp(`Attach: gt session attach ${agent}`),
    );
    for (const more of ['', ' --read-only']) {
      const attached = onTerminal(t, terminal, `gt session attach ${agent}${more}`);
      await eventually('what it does is seen', () => /I am backend\/\w+/.test(attached.text()));
      attached.child.stdin?.write('\u0002d');
      await eventually('it has been left', () => attached.child.exitCode !== null);
      assert.equal(attached.child.exitCode, 0, attached.text());
      assert.match(attached.text(), /detached/);
    }
    assert.equal((await sessionOf(client, agent)).state, 'running');
    const refused = await terminal.gt('session', 'attach', agent);
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /no terminal here/);
    assert.match((await terminal.gt('session', 'log', agent)).stderr, /lives in tmux/);
  });

  test('a tmux server that is killed interrupts its sessions at once; they go on in a new one', async (t) => {
    const terminal = await townWithTmux(t);
    const bead = await slung(terminal, 'Auth work', { ...inTmux, behaviour: 'stall' });
    const client = await connect(t, terminal);
    const { agent, socket, pid = 0, launcherPid = 0 } = await runningIn(client, bead);
    process.kill(serverOf(socket), 'SIGKILL');
    const interrupted = await becomes(client, bead, 'interrupted', noticedMs);
    assert.equal(interrupted.reason, 'Its terminal was closed.');
    await eventually('runtime and launcher have gone', () => !isAlive(pid) && !isAlive(launcherPid));
    await terminal.must('gt', 'session', 'run', agent);
    const again = await runningIn(client, bead);
    assert.notEqual(again.pid, pid);
    await terminal.must('gt', 'down', '--force');
    await eventually('nothing of the town is left', () => processesOf(terminal.folder).length === 0, 30_000);
    assert.deepEqual(readdirSync(dirname(socket)), []);
  });

  test('a town server that is killed finds it again', async (t) => {
    const terminal = await townWithTmux(t);
    const bead = await slung(terminal, 'Auth work', { ...inTmux, behaviour: 'stall' });
    const { agent, socket, id } = await runningIn(await connect(t, terminal), bead);
    const before = terminal.serverPid() ?? assert.fail('no town server');
    process.kill(before, 'SIGKILL');
    await eventually('it has gone', () => !isAlive(before));
    await terminal.must('gt', 'status');
    const view = await terminal.json<{ command: string[] }>('gt', 'session', 'attach', agent);
    assert.deepEqual(view.command.slice(1, 3), ['-S', socket]);
    const client = await connect(t, terminal);
    // Enter in its window goes on, once it has ended.
    await terminal.must('gt', 'session', 'stop', agent);
    await becomes(client, bead, 'interrupted');
    await eventually('it offers to go on', () => /Enter resumes/.test(screenOf({ id, socket })));
    // Not before what was typed ahead has been passed over.
    await eventually('it goes on', async () => {
      execFileSync(tmux, ['-S', socket, 'send-keys', '-t', `=${id}:`, 'Enter']);
      return (await sessionOf(client, agent)).state === 'running';
    });
    // The new town server minds the tmux server that it did not start.
    await terminal.must('gt', 'session', 'stop', agent);
    execFileSync(tmux, ['-S', socket, 'kill-session', '-t', `=${id}`]);
    await eventually('the socket has gone', () => !existsSync(socket));
  });

  test('where no town server runs, the last window takes the socket along', async (t) => {
    const terminal = await townWithTmux(t);
    const bead = await slung(terminal, 'Auth work', { ...inTmux, behaviour: 'crash' });
    const client = await connect(t, terminal);
    const { id: agent } = await becomes(client, bead, 'failed');
    const { id, tmuxSocket: socket = '' } = await sessionOf(client, agent);
    await eventually('its end can be read', () => /Enter resumes/.test(screenOf({ id, socket })));
    const server = terminal.serverPid() ?? assert.fail('no town server');
    process.kill(server, 'SIGTERM');
    await eventually('the town server has left', () => !isAlive(server));
    assert.ok(existsSync(socket), 'what can be read stays');
    await eventually(
      'nothing is left',
      () => {
        // Again and again: what is typed before it asks is passed over. With the last window tmux ends, and says so.
        spawnSync(tmux, ['-S', socket, 'send-keys', '-t', `=${id}:`, 'q']);
        return !existsSync(socket) && processesOf(terminal.folder).length === 0;
      },
      30_000,
    );
  });

  test('two towns do not see each other, however long and strange their paths are', async (t) => {
    const strange = `to wn; #(touch pwned-1) '$(touch pwned-2)"\`touch pwned-3\`${'x'.repeat(140)};`;
    const [one, other] = [await townWithTmux(t, strange), await townWithTmux(t)];
    assert.ok(one.town.length > 200);
    const title = '#(touch pwned-4) "$(touch pwned-5)" ; kill-server ;';
    const beads = [
      await slung(one, title, { ...inTmux, behaviour: 'stall' }),
      await slung(other, title, { ...inTmux, behaviour: 'stall' }),
    ];
    const [first, second] = [
      await runningIn(await connect(t, one), beads[0] ?? ''),
      await runningIn(await connect(t, other), beads[1] ?? ''),
    ];
    assert.notEqual(first.socket, second.socket);
    assert.ok(Buffer.byteLength(first.socket) <= 102);
    await eventually('it works in its worktree', () => /I am backend/.test(screenOf(first)));
    await one.must('gt', 'down', '--force');
    await eventually('nothing of the one is left', () => processesOf(one.folder).length === 0, 30_000);
    assert.ok(!existsSync(first.socket));
    assert.match(screenOf(second), /I am backend/);
    for (const { folder } of [one, other])
      assert.deepEqual(pwned(folder), [], 'what stood in titles and paths was run');
  });

  test('a nudge is typed into what reads its terminal, Enter apart from the text; it counts once it is acknowledged', async (t) => {
    const terminal = await townWithTmux(t);
    const file = join(terminal.folder, 'keys');
    const script = join(terminal.folder, 'reader.cjs');
    writeFileSync(script, readerOf(file));
    const reader = {
      id: 'reader',
      label: 'Reader',
      command: process.execPath,
      arguments: [script],
      prompt: { kind: 'none' },
    };
    await addRuntime(terminal, reader);
    await terminal.must('gt', 'rig', 'config', 'backend', 'runtime', 'reader');
    const bead = await slung(terminal, 'Auth work', inTmux);
    const client = await connect(t, terminal);
    const { agent, id } = await runningIn(client, bead);
    await eventually('it reads', () => existsSync(file));
    const text = 'look at "$(id)" #{pid} -- end;';
    const said = await terminal.must('gt', 'nudge', agent, text, '--type');
    assert.match(said, /^Queued m-\w+ for backend\/\w+\. It was typed, which proves nothing/);
    const keys = await eventually('Enter has arrived', () => {
      const all = keysIn(file);
      return all.at(-1)?.[1] === '\r' && all;
    });
    const typed = keys.slice(0, -1);
    assert.equal(typed.map(([, key]) => key).join(''), text);
    assert.ok((keys.at(-1)?.[0] ?? 0) - (typed.at(-1)?.[0] ?? 0) >= 490, JSON.stringify(keys));
    const messages = async (): Promise<readonly Message[]> =>
      (await terminal.json<{ messages: Message[] }>('gt', 'nudge', 'list', agent)).messages;
    assert.deepEqual(
      (await messages()).map(({ state }) => state),
      ['queued'],
    );
    // The agent's own calls, as its tools make them.
    const own = inside(terminal, id);
    assert.match(await must(own('gt', 'hook')), /Message m-\w+ from overseer:\n {2}\| look at "\$\(id\)"/);
    assert.deepEqual(
      (await messages()).map(({ state }) => state),
      ['delivered'],
    );
    assert.match(await must(own('gt', 'nudge', 'ack')), /^Acknowledged m-\w+\.$/m);
    assert.deepEqual(await messages(), []);
  });

  test('without tmux it is refused with the way out, and nothing is left behind', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    await terminal.must('bd', 'create', '--rig', 'backend', '--title', 'Auth work', '--id', 'be-auth');
    const refused = await terminal.gt('sling', 'be-auth', '--host', 'tmux');
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /tmux is not installed.*\nNext: Install tmux 3\.2 or newer/);
    assert.deepEqual((await terminal.json<{ polecats: unknown[] }>('gt', 'polecat', 'list')).polecats, []);
    await terminal.must('gt', 'rig', 'config', 'backend', 'session', 'tmux');
    assert.match(await terminal.must('gt', 'rig', 'info', 'backend'), /^Session: none$/m);
  });
});

test('a plain process is followed by its log until it ends', async (t) => {
  const terminal = openTerminal(t);
  await installWithRig(terminal);
  const id = await slung(terminal, 'Auth work', { behaviour: 'stall' });
  const client = await connect(t, terminal);
  const { id: agent } = await becomes(client, id, 'working');
  const child = spawn('gt', ['session', 'attach', agent], { env: { ...terminal.environment } });
  endAfter(t, child);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  await eventually('what it has done is shown', () => text.includes('I am backend/'));
  await terminal.must('gt', 'session', 'stop', agent);
  await eventually('the follower has ended', () => child.exitCode !== null);
  assert.equal(child.exitCode, 0);
  const log = await terminal.must('gt', 'session', 'log', agent, '-n', '1000');
  assert.ok(text.startsWith(log.split('\n').slice(0, 3).join('\n')), `${text}\n---\n${log}`);
});

function readerOf(file: string): string {
  return `
    const { appendFileSync, writeFileSync } = require('node:fs');
    const file = ${JSON.stringify(file)};
    process.stdin.setRawMode(true);
    process.stdin.on('data', (keys) => appendFileSync(file, JSON.stringify([Date.now(), String(keys)]) + '\\n'));
    writeFileSync(file, '');
  `;
}

function keysIn(file: string): [at: number, keys: string][] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as [number, string]);
}

/** Files of that name in it, at any depth. */
function pwned(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(^|\/)pwned/.test(path),
  );
}
