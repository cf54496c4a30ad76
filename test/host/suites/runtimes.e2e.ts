import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { suite, type Inside } from '../inside/suite.ts';
import { call, makeRepository, smallRigs } from './smallTown.ts';

const scratch = process.env['JOURNEY'] ?? '';
const town = join(scratch, 'town');

type Polecats = { readonly polecats: readonly Polecat[] };
type Polecat = {
  readonly name: string;
  readonly runtime: string;
  readonly worktree: string;
  readonly branch: string;
};
type Offered = { readonly question: string; readonly entries: readonly string[] };

const command = (name: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`gastown.${name}`, ...args);

function gt(...args: string[]): Promise<unknown> {
  const extension = vscode.extensions.getExtension('gastown.gastown');
  assert.ok(extension, 'the extension is not there');
  return call({ folder: extension.extensionPath, town }, 'gt', ...args);
}

function simulated(variant: string, icon: string, color: string) {
  const args = ['sim', '--variant', variant, '--pace', '150'];
  return { extends: 'sim', label: `Sim ${variant}`, arguments: args, oneShot: args, icon, color };
}

/** Waits for a row of Rigs like that. */
async function rowLike(inside: Inside, like: RegExp): Promise<void> {
  let seen: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    seen = (await inside.rows('Rigs')).map((row) => `${row.label}: ${row.description}`);
    return seen.some((row) => like.test(row));
  };
  await eventually(`a row like ${String(like)}`, look, 30_000).catch((error: unknown) => {
    throw new Error(`Rigs shows ${JSON.stringify(seen)}`, { cause: error });
  });
}

async function messageLike(inside: Inside, text: string): Promise<void> {
  await vscode.commands.executeCommand('notifications.showList');
  await inside.ask('shown', text);
}

async function polecatOn(bead: string): Promise<Polecat> {
  const { polecats } = (await gt('polecat', 'list', '--json')) as Polecats;
  const found = polecats.find((each) => each.branch.includes(`/${bead}-`));
  assert.ok(found, JSON.stringify(polecats));
  return found;
}

export const run = suite([
  {
    name: 'the runtimes of the settings are given to the town; one that does not fit is named',
    timeoutMs: 60_000,
    run: async (inside) => {
      await vscode.commands.executeCommand('workbench.view.extension.gastown');
      assert.equal(await command('createTown', town), town);
      const runtimes = {
        'sim-thorough': simulated('thorough', 'server', 'terminal.ansiMagenta'),
        'sim-quick': simulated('quick', 'graph', 'terminal.ansiCyan'),
        absent: { label: 'Absent Agent', command: 'gastown-absent-agent', bestFor: 'Nothing at all' },
        wrong: { extends: 'sim', prompt: { kind: 'telepathy' } },
      };
      const settings = vscode.workspace.getConfiguration('gastown');
      await settings.update('runtimes', runtimes, vscode.ConfigurationTarget.Global);
      await messageLike(inside, 'The setting gastown.runtimes does not fit. wrong: prompt');
      await inside.screenshot('runtimes-1-setting');
      await eventually('the runtimes are in the town', async () => {
        const known = JSON.stringify(await gt('runtime', 'list', '--json'));
        return ['sim-thorough', 'sim-quick', 'absent'].every((name) => known.includes(`"${name}"`));
      });
      await vscode.commands.executeCommand('notifications.clearAll');
    },
  },
  {
    name: 'a rig whose runtime is missing warns on its row and refuses work with a way out',
    timeoutMs: 60_000,
    run: async (inside) => {
      const [rig] = smallRigs;
      assert.ok(rig);
      const repository = await makeRepository(scratch, rig);
      assert.equal(await command('addRig', { name: 'backend', repository, runtime: 'absent' }), 'backend');
      await rowLike(inside, /^backend: Absent Agent not installed$/);
      await vscode.commands.executeCommand('notifications.clearAll');
      await inside.screenshot('runtimes-2-missing');
      const tip = String(await inside.ask('hover', 'Absent Agent not installed'));
      assert.match(tip, /Absent Agent is not installed/);
      await inside.screenshot('runtimes-3-tooltip');
      const bead = await command('createBead', {
        rig: 'backend',
        title: rig.title,
        type: 'task',
        labels: ['sim:stall'],
      });
      assert.equal(bead, 'be-auth');
      await command('sling', { beads: [bead] });
      await messageLike(inside, 'Absent Agent is not installed: there is no "gastown-absent-agent"');
      await inside.screenshot('runtimes-4-sling');
      assert.equal(vscode.window.terminals.length, 0);
      await inside.ask('press', 'Choose Another Runtime');
      const { question, entries } = (await inside.ask('offered', 'Sim thorough')) as Offered;
      await inside.screenshot('runtimes-5-picker');
      assert.match(question, /Start with one runtime, specialize later\./);
      const missing = entries.findIndex((entry) => entry.includes('not installed'));
      const simulatedOne = entries.findIndex((entry) => entry.includes('Sim thorough'));
      assert.ok(simulatedOne >= 0 && simulatedOne < missing, entries.join('\n'));
      await inside.ask('choose', 'Sim thorough');
      await rowLike(inside, /: working · Sim thorough · be-auth Refactor auth middleware/);
      await inside.screenshot('runtimes-6-working');
    },
  },
  {
    name: 'the menus of the rows offer what can be done about a runtime',
    timeoutMs: 60_000,
    run: async (inside) => {
      const rig = (await inside.ask('menu', { row: 'backend', picture: 'runtimes-6-rig-menu' })) as string[];
      for (const label of ['Start Seance...', 'Add Crew Member...', 'Change Runtime...', 'Test Runtime...'])
        assert.ok(rig.includes(label), rig.join('\n'));
      const polecat = (await inside.ask('menu', {
        row: 'Sim thorough',
        picture: 'runtimes-6-polecat-menu',
      })) as string[];
      for (const label of ['Hand Off to...', 'Talk to Past Session...'])
        assert.ok(polecat.includes(label), polecat.join('\n'));
    },
  },
  {
    name: 'another runtime for the rig leaves the polecat that works alone, and says so',
    timeoutMs: 60_000,
    run: async (inside) => {
      const changed = command('changeRuntime', { kind: 'rig', rig: 'backend' });
      await inside.ask('offered', 'Sim quick');
      await inside.screenshot('runtimes-7-change');
      await inside.ask('choose', 'Sim quick');
      assert.equal(await changed, 'sim-quick');
      await rowLike(inside, /^backend: Sim quick · 1 working$/);
      await messageLike(inside, 'New work in backend goes to Sim quick.');
      await inside.screenshot('runtimes-8-changed');
      assert.equal((await polecatOn('be-auth')).runtime, 'sim-thorough');
      await vscode.commands.executeCommand('notifications.clearAll');
    },
  },
  {
    name: 'work is handed off to another runtime, in the same worktree and in a terminal of its own',
    timeoutMs: 90_000,
    run: async (inside) => {
      const before = await polecatOn('be-auth');
      const old = vscode.window.activeTerminal;
      const handed = command('handOff', { kind: 'polecat', agent: before.name });
      await inside.ask('offered', 'Sim quick');
      await inside.screenshot('runtimes-9-hand-off');
      await inside.ask('choose', 'Sim quick');
      await inside.ask('accept', 'A note for its successor');
      await handed;
      await rowLike(inside, /: working · Sim quick · be-auth/);
      const after = await polecatOn('be-auth');
      assert.deepEqual(
        [after.name, after.worktree, after.branch, after.runtime],
        [before.name, before.worktree, before.branch, 'sim-quick'],
      );
      await eventually('its terminal', () => {
        const { activeTerminal } = vscode.window;
        return activeTerminal !== old && activeTerminal?.name.endsWith(' · be-auth') === true;
      });
      await inside.screenshot('runtimes-10-handed-off');
    },
  },
  {
    name: 'a runtime is tested, and the contract is seen to hold',
    timeoutMs: 120_000,
    run: async (inside) => {
      const result = (await command('testRuntime', { runtime: 'sim' })) as
        | { readonly compatible: boolean }
        | undefined;
      const text = vscode.window.activeTextEditor?.document.getText() ?? '';
      await messageLike(inside, 'keeps the contract: hook, commits, done.');
      await inside.screenshot('runtimes-11-test');
      assert.equal(result?.compatible, true, text);
      for (const step of [
        'reads its hook',
        'commits on its branch',
        'updates its bead',
        'says that it is done',
      ])
        assert.match(text, new RegExp(`✔ passed {3}${step}`, 'u'));
    },
  },
]);
