import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { smallRigs } from '../suites/smallTown.ts';
import type { Case } from '../table.ts';
import type { Host } from '../vscode/host.ts';
import { repository } from '../vscode/paths.ts';
import type { HostWindow } from '../vscode/window.ts';
import {
  answerDialog,
  chooseFromMenu,
  clearMessages,
  editorText,
  answerQuestion,
  messageLike,
  pressBeside,
} from './hands.ts';
import { type PreparedTown, prepareTown, rowAt, rowLike, showTown } from './preparedTown.ts';

export const cases: readonly Case<Host>[] = [
  {
    name: 'what needs a person is counted; a merge that a gate rejects is reviewed with its output, tried again, and lands',
    timeoutMs: 120_000,
    run: async (host) => {
      const town = await prepareTown(host, smallRigs.slice(0, 1));
      await setGates(town);
      await sling(town, 'Refactor auth middleware');
      await sling(town, 'Limit requests');
      await town.gt(
        'escalate',
        'The key of the service has expired',
        '-s',
        'critical',
        '-r',
        'No test runs.',
      );
      const window = await open(host, town);
      await attend(window);
      await review(window);
      await retry(window);
    },
  },
  {
    name: 'a plugin is read before it is approved; a blocked bead says why; what is removed comes back by Undo, and from the bin',
    timeoutMs: 120_000,
    run: async (host) => {
      const town = await prepareTown(host, smallRigs.slice(0, 1));
      await writePlugin(town);
      await sling(town, 'Refactor auth middleware');
      await town.bd('create', 'Rotate signing keys', '--rig', 'backend');
      await town.bd('dep', 'add', 'be-rotate', 'be-auth');
      const window = await open(host, town);
      await explain(window);
      await approve(window, town);
      await removeAndRestore(window);
    },
  },
  {
    name: 'what needs a person pops up with its button; a refinery is paused and resumed; a merge is rejected; a packet is read',
    timeoutMs: 150_000,
    run: async (host) => {
      const town = await prepareTown(host, smallRigs.slice(0, 1));
      const window = await open(host, town);
      await rowLike(window, 'Rigs', /^backend/);
      await clearMessages(window);
      await answerNotice(window, town);
      await pauseAndResume(window);
      await reject(window, town);
      await readPacket(window, town);
    },
  },
];

async function open(host: Host, town: PreparedTown): Promise<HostWindow> {
  const window = await host.openWindow({ ...town.options, extensionDevelopmentPath: repository });
  await showTown(window);
  return window;
}

async function sling(town: PreparedTown, title: string): Promise<void> {
  const { id } = (await town.bd('create', title, '--rig', 'backend', '--json')) as { id: string };
  await town.gt('sling', id, '--host', 'process');
}

/** A gate that always passes, and one that rejects the first time it runs. */
async function setGates(town: PreparedTown): Promise<void> {
  const [build, tests] = [join(town.path, '..', 'build.cjs'), join(town.path, '..', 'tests.cjs')];
  await writeFile(build, "console.log('Built 2 files.');\n");
  await writeFile(
    tests,
    `const { existsSync, writeFileSync } = require('node:fs');
const first = !existsSync(__filename + '.ran');
writeFileSync(__filename + '.ran', '');
console.log('ok 1 - a user with a session is let in');
console.log((first ? 'not ok' : 'ok') + ' 2 - a user without a session is not');
if (first) console.log('  ---\\n  expected: false\\n  actual: true\\n  at: src/auth.js:2:10\\n  ...');
process.exitCode = first ? 1 : 0;
`,
  );
  for (const [gate, file] of Object.entries({ build, test: tests })) {
    await town.gt('rig', 'config', 'backend', `gate.${gate}`, process.execPath, file);
    await town.gt('rig', 'config', 'backend', `gate.${gate}.retries`, '0');
  }
}

async function attend(window: HostWindow): Promise<void> {
  await eventually('three rows', async () => (await window.rows('Attention')).length === 3, 60_000);
  await rowLike(window, 'Rigs', /needs review/);
  await rowLike(window, 'Beads', /^be-limit: needs review/);
  const badge = window.page.locator('.activitybar .badge-content').filter({ hasText: /\d/ });
  assert.deepEqual(await badge.allInnerTexts(), ['3']);
  await window.screenshot('landing-1-attention');
  await clearMessages(window);
}

async function review(window: HostWindow): Promise<void> {
  await pressBeside(window, ['Attention', 'be-auth'], 'Merge');
  await rowLike(window, 'Rigs', /rejected · The gate test failed/);
  await messageLike(window, 'be-auth did not land. The gate test failed');
  await window.screenshot('landing-2-rejected');
  await clearMessages(window);
  await pressBeside(window, ['Rigs', 'rejected'], 'Show Diff');
  const offer = await messageLike(window, 'be-auth: rejected by test.');
  await window.screenshot('landing-3-diff');
  await offer.getByRole('button', { name: 'Show Gate Output' }).click();
  await shows(window, /^build passed on [\s\S]*Built 2 files\.[\s\S]*^test failed [\s\S]*not ok 2/mu);
  await window.screenshot('landing-4-gates');
}

async function retry(window: HostWindow): Promise<void> {
  await chooseFromMenu(window, ['Rigs', 'rejected'], { entry: 'Retry Merge', picture: 'landing-5-menu' });
  await shows(window, /^be-auth verified[\s\S]*^test passed on /mu);
  await eventually('two rows', async () => (await window.rows('Attention')).length === 2, 30_000);
  await window.screenshot('landing-6-landed');
}

async function writePlugin(town: PreparedTown): Promise<void> {
  const folder = join(town.path, 'backend', 'plugins', 'pre-merge');
  const file = join(folder, '10-lint.sh');
  await mkdir(folder, { recursive: true });
  await writeFile(file, '#!/bin/sh\n# Refuses a merge with lint in it.\nexec npm run lint\n');
  await chmod(file, 0o755);
}

async function explain(window: HostWindow): Promise<void> {
  await rowLike(window, 'Beads', /^be-auth: needs review/);
  await clearMessages(window);
  await chooseFromMenu(window, ['Beads', 'be-rotate'], { entry: 'Explain' });
  await messageLike(window, 'be-rotate waits for be-auth');
  await window.screenshot('landing-7-explain');
  await clearMessages(window);
}

async function approve(window: HostWindow, town: PreparedTown): Promise<void> {
  await window.command('Gas Town: Approve Plugin...');
  await window.pick('backend:pre-merge/10-lint.sh');
  const question = await answerDialog(window, 'Approve', 'landing-8-plugin');
  assert.match(question, /run as you[\s\S]*Command: .*10-lint\.sh/u);
  await eventually('it is approved', async () => {
    const { plugins } = (await town.gt('plugin', 'list', '--json')) as { plugins: { state: string }[] };
    return plugins.every(({ state }) => state === 'approved');
  });
}

async function removeAndRestore(window: HostWindow): Promise<void> {
  await remove(window, 'landing-9-remove');
  const removed = await messageLike(window, 'is removed; what it had is archived');
  await window.screenshot('landing-10-removed');
  await removed.getByRole('button', { name: 'Undo' }).click();
  await messageLike(window, 'is back');
  await rowLike(window, 'Rigs', /: .*be-auth/);
  await window.screenshot('landing-11-undone');
  await clearMessages(window);
  await remove(window, 'landing-12-remove');
  const bin = rowAt(window, 'Rigs', 'Archived');
  await bin.locator('.monaco-tl-twistie').click();
  await rowLike(window, 'Rigs', /: removed · .*be-auth/);
  await window.screenshot('landing-13-bin');
  await clearMessages(window);
  await pressBeside(window, ['Rigs', 'removed'], 'Restore Archived Work');
  await messageLike(window, 'is back');
  await window.screenshot('landing-14-restored');
}

async function remove(window: HostWindow, picture: string): Promise<void> {
  await chooseFromMenu(window, ['Rigs', 'be-auth'], { entry: 'Remove Polecat' });
  assert.match(await answerDialog(window, 'Archive and Remove', picture), /can be brought back/);
}

async function answerNotice(window: HostWindow, town: PreparedTown): Promise<void> {
  await sling(town, 'Refactor auth middleware');
  await rowLike(window, 'Attention', /^be-auth/);
  const notice = await messageLike(window, 'be-auth is submitted and waits for your review.');
  await window.screenshot('landing-15-notice');
  await notice.getByRole('button', { name: 'Review' }).click();
  await window.page
    .locator('.diff-editor, .multiDiffEntry, .multi-diff-root-floating-menu')
    .first()
    .waitFor({ timeout: 30_000 });
  await window.screenshot('landing-16-answered');
  await clearMessages(window);
}

async function pauseAndResume(window: HostWindow): Promise<void> {
  await chooseFromMenu(window, ['Rigs', 'backend'], {
    entry: 'Pause Refinery...',
    picture: 'landing-17-rig-menu',
  });
  await answerQuestion(window, 'a release is cut', 'landing-18-why');
  await rowLike(window, 'Rigs', /^backend: .*paused/);
  await window.screenshot('landing-19-paused');
  await pressBeside(window, ['Rigs', 'needs review'], 'Merge');
  await messageLike(window, 'The refinery of backend was paused by');
  await window.screenshot('landing-20-merge-paused');
  await clearMessages(window);
  await chooseFromMenu(window, ['Rigs', 'backend'], { entry: 'Resume Refinery' });
  await eventually(
    'it has landed',
    async () =>
      !(await window.rows('Rigs')).some(({ label, description }) =>
        /be-auth/u.test(`${label} ${description}`),
      ),
    60_000,
  );
  await window.screenshot('landing-21-resumed');
}

async function reject(window: HostWindow, town: PreparedTown): Promise<void> {
  await sling(town, 'Rotate keys');
  await rowLike(window, 'Rigs', /needs review/);
  await clearMessages(window);
  await chooseFromMenu(window, ['Rigs', 'needs review'], { entry: 'Reject Merge...' });
  await answerQuestion(window, 'the name is wrong', 'landing-22-reject');
  await rowLike(window, 'Rigs', /rejected by .*: the name is wrong/);
  await window.screenshot('landing-23-rejected');
}

async function readPacket(window: HostWindow, town: PreparedTown): Promise<void> {
  const made = await town.bd('create', 'Limit requests', '--rig', 'backend', '--labels', 'sim:ask', '--json');
  const { id } = made as { id: string };
  await town.gt('sling', id, '--runtime', 'sim', '--host', 'process');
  await rowLike(window, 'Beads', /^be-limit: .*asks|^be-limit: needs you/);
  await window.screenshot('landing-24-asks');
  await clearMessages(window);
  await chooseFromMenu(window, ['Beads', 'be-limit'], {
    entry: 'Show Handoff Packet',
    picture: 'landing-25-bead-menu',
  });
  await shows(window, /be-limit[\s\S]*Limit requests/u);
  await window.screenshot('landing-26-packet');
}

async function shows(window: HostWindow, like: RegExp): Promise<void> {
  let text = '';
  const look = async (): Promise<boolean> => like.test((text = await editorText(window)));
  await eventually('the text of the editor', look, 60_000).catch((error: unknown) => {
    throw new Error(`The editor shows ${text}`, { cause: error });
  });
}
