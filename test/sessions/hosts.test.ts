import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EditorHost } from '../../server/sessions/editorHost.ts';
import { resolveHost, type OpenRequest } from '../../server/sessions/host.ts';
import { processHost } from '../../server/sessions/processHost.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/wait.ts';

const request: OpenRequest = {
  session: 's-1',
  agent: 'backend/nux',
  rig: 'backend',
  name: 'nux · be-auth',
  directory: '/nonexistent',
  launcher: { command: process.execPath, arguments: [], environment: {} },
  icon: 'beaker',
  color: 'terminal.ansiBlue',
};

interface Window {
  readonly name: string;
  readonly says?: 'no' | 'nothing';
}

function editors(): { host: EditorHost<Window>; opened: string[] } {
  const opened: string[] = [];
  const host = new EditorHost<Window>((window) => {
    opened.push(window.name);
    if (window.says === 'nothing') return new Promise(() => undefined);
    return window.says === 'no' ? Promise.reject(new Error('The window is closing.')) : Promise.resolve();
  }, 50);
  return { host, opened };
}

const trusted = { window: 'w', trusted: true, focused: false };

test('auto takes an editor where one offers, else a plain process, and says so', () => {
  assert.deepEqual(resolveHost('auto', 1), { kind: 'editor' });
  const alone = resolveHost('auto', 0);
  assert.equal(alone.kind, 'process');
  assert.match(alone.note ?? '', /No editor offers/);
  assert.deepEqual(resolveHost('process', 1), { kind: 'process' });
});

test('an editor that is wanted and not there is refused, with the way out', () => {
  assert.throws(
    () => resolveHost('editor', 0),
    (error: Error & { code?: string; details?: { next?: string } }) => {
      assert.equal(error.code, 'no-host');
      assert.match(error.details?.next ?? '', /--host process/);
      return true;
    },
  );
});

test('the window that asked opens the terminal, else the last focused trusted one', async () => {
  const { host, opened } = editors();
  const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
  host.offer(a, trusted);
  host.offer(b, trusted);
  host.offer(c, { ...trusted, trusted: false });
  host.offer(b, { ...trusted, focused: true });
  host.offer(c, { ...trusted, trusted: false, focused: true });
  assert.equal(host.count, 2);
  await host.open(request);
  await host.open({ ...request, asker: a });
  await host.open({ ...request, asker: c });
  await host.open({ ...request, asker: { name: 'a gt call' } });
  host.offer(a, { ...trusted, focused: true });
  host.offer(a, trusted);
  await host.open(request);
  host.withdraw(a);
  await host.open(request);
  assert.deepEqual(opened, ['b', 'a', 'b', 'b', 'a', 'b']);
});

test('a window that says no, or nothing, is passed over; when all do, it is refused with what they said', async () => {
  const { host, opened } = editors();
  host.offer({ name: 'refusing', says: 'no' }, trusted);
  host.offer({ name: 'silent', says: 'nothing' }, trusted);
  const good = { name: 'good' };
  host.offer(good, trusted);
  await host.open(request);
  assert.deepEqual(opened, ['refusing', 'silent', 'good']);
  host.withdraw(good);
  await assert.rejects(host.open(request), {
    code: 'no-host',
    message: /The window is closing; it did not answer/,
  });
});

test('without a trusted window it is refused', async () => {
  const { host } = editors();
  host.offer({ name: 'untrusted' }, { ...trusted, trusted: false });
  await assert.rejects(host.open(request), { code: 'no-host' });
});

test('a plain process has a 0600 log, no input, a process session of its own, and the variables it needs', async (t) => {
  const log = join(temporaryFolder(t), 'sessions', 's-1.log');
  const script = `
    const { readFileSync } = require('node:fs');
    const onLinux = process.platform === 'linux';
    const stat = onLinux ? readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ') : [0, 0, 0, process.pid];
    console.error('error');
    console.log(JSON.stringify({
      input: readFileSync(0, 'utf8'), leads: Number(stat[3]) === process.pid, log: process.env.GT_SESSION_LOG, own: process.env.OWN,
    }));`;
  const launcher = { command: process.execPath, arguments: ['-e', script], environment: { OWN: 'a b' } };
  await processHost.open({ ...request, launcher, log });
  const text = await eventually('the process wrote to its log', () => {
    const written = readFileSync(log, 'utf8');
    return written.endsWith('}\n') && written;
  });
  const [first, second = ''] = text.split('\n');
  assert.equal(first, 'error');
  assert.deepEqual(JSON.parse(second), { input: '', leads: true, log, own: 'a b' });
  assert.equal(statSync(log).mode & 0o777, 0o600);
});

test('a launcher that cannot be started is refused', async (t) => {
  const log = join(temporaryFolder(t), 's-1.log');
  const launcher = { ...request.launcher, command: '/nonexistent/node' };
  await assert.rejects(processHost.open({ ...request, launcher, log }), { code: 'missing-program' });
});
