import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { suite, type Inside } from '../inside/suite.ts';
import type { Row } from '../vscode/rows.ts';
import { call, childrenOf, git, makeRepository, parentOf, smallRigs, writeRuntime } from './smallTown.ts';

const scratch = process.env['JOURNEY'] ?? '';
const town = join(scratch, 'town');
const beads = ['be-auth', 'ml-extract', 'fe-login'];
const convoy = 'Auth System Overhaul';

type Status = { readonly server: { readonly pid: number }; readonly sessions: number };

const command = (name: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`gastown.${name}`, ...args);

function gt(...args: string[]): Promise<unknown> {
  const extension = vscode.extensions.getExtension('gastown.gastown');
  assert.ok(extension, 'the extension is not there');
  return call({ folder: extension.extensionPath, town }, 'gt', ...args);
}

/** Waits until the rows of a view are as wanted: `label: description`, where `…` stands for anything. */
async function shows(
  inside: Inside,
  view: string,
  wanted: readonly string[],
  deadlineMs = 30_000,
): Promise<readonly Row[]> {
  let seen: readonly Row[] = [];
  try {
    return await eventually(
      `the rows of ${view}`,
      async () => {
        seen = await inside.rows(view);
        return (
          seen.length === wanted.length && seen.every((row, index) => fits(row, wanted[index] ?? '')) && seen
        );
      },
      deadlineMs,
    );
  } catch (error) {
    const rows = seen.map((row) => `${row.label}: ${row.description}`);
    assert.deepEqual(rows, wanted, `${view} does not show what it should`);
    throw error;
  }
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

/** The process of the language server that this window has started. */
async function languageServer(): Promise<number> {
  const children = await childrenOf(process.pid);
  const found = children.find(({ command: line }) => line.includes('lsp --stdio'));
  assert.ok(found, JSON.stringify(children));
  return found.pid;
}

function fits({ label, description }: Row, wanted: string): boolean {
  const pattern = wanted.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('…', '.*');
  return new RegExp(`^${pattern}$`, 's').test(`${label}: ${description}`);
}

export const run = suite([
  {
    name: 'an empty window offers to create a town',
    timeoutMs: 60_000,
    run: async (inside) => {
      await vscode.commands.executeCommand('workbench.view.extension.gastown');
      await shows(inside, 'Rigs', []);
    },
  },
  {
    name: 'a town is created',
    timeoutMs: 60_000,
    run: async (inside) => {
      assert.equal(await command('createTown', town), town);
      await command('refresh');
      await inside.screenshot('town-2-empty');
      assert.equal(vscode.workspace.getConfiguration('gastown').get('town'), town);
    },
  },
  {
    name: 'three rigs over real repositories, each with a runtime',
    timeoutMs: 60_000,
    run: async (inside) => {
      for (const rig of smallRigs) {
        await gt('runtime', 'add', await writeRuntime(scratch, rig));
        const repository = await makeRepository(scratch, rig);
        assert.equal(await command('addRig', { name: rig.name, repository, runtime: rig.runtime }), rig.name);
      }
      await shows(inside, 'Rigs', [
        'backend: sim-thorough · idle',
        'frontend: sim-visual · idle',
        'ml-pipeline: sim-quick · idle',
      ]);
      await inside.screenshot('town-3-rigs');
    },
  },
  {
    name: 'three beads and a convoy',
    timeoutMs: 60_000,
    run: async (inside) => {
      const made = [];
      for (const { name, title } of smallRigs)
        made.push(await command('createBead', { rig: name, title, type: 'task' }));
      assert.deepEqual(made, beads);
      assert.equal(await command('createConvoy', { title: convoy, beads }), 'hq-auth');
      await shows(inside, 'Convoys', [
        `${convoy}: 0/3 landed`,
        'be-auth: ready · backend · sim-thorough',
        'ml-extract: ready · ml-pipeline · sim-quick',
        'fe-login: ready · frontend · sim-visual',
      ]);
      await shows(inside, 'Beads', [
        'backend: 1 open',
        'be-auth: ready · Refactor auth middleware',
        'frontend: 1 open',
        'fe-login: ready · Update login component',
        'ml-pipeline: 1 open',
        'ml-extract: ready · Update feature extraction',
      ]);
      await inside.screenshot('town-4-planned');
    },
  },
  {
    name: 'slung, each works in a terminal of its own',
    timeoutMs: 60_000,
    run: async (inside) => {
      await command('sling', { kind: 'convoy', convoy: 'hq-auth' });
      const terminals = vscode.window.terminals.filter(({ name }) =>
        beads.some((bead) => name.endsWith(` · ${bead}`)),
      );
      assert.equal(terminals.length, 3, vscode.window.terminals.map(({ name }) => name).join());
      await inside.screenshot('town-5-working');
      const { sessions } = (await gt('session', 'list', '--json')) as {
        sessions: { pid: number; host: string }[];
      };
      assert.deepEqual(
        sessions.map(({ host }) => host),
        ['editor', 'editor', 'editor'],
      );
      const launchers = await Promise.all(sessions.map(({ pid }) => parentOf(pid)));
      const inTerminals = await Promise.all(terminals.map(({ processId }) => processId));
      assert.deepEqual(new Set(inTerminals), new Set(launchers));
      for (const { creationOptions } of terminals) {
        assert.ok('shellArgs' in creationOptions && creationOptions.isTransient === false);
        assert.doesNotMatch(JSON.stringify(creationOptions.env), /token/i);
      }
    },
  },
  {
    name: 'what was submitted waits for a review',
    timeoutMs: 60_000,
    run: async (inside) => {
      const waiting = 'needs review';
      await shows(inside, 'Rigs', [
        'backend: sim-thorough · 1 needs you · 1 to land',
        `…: ${waiting} · sim-thorough · be-auth Refactor auth middleware · now`,
        'frontend: sim-visual · 1 needs you · 1 to land',
        `…: ${waiting} · sim-visual · fe-login Update login component · now`,
        'ml-pipeline: sim-quick · 1 needs you · 1 to land',
        `…: ${waiting} · sim-quick · ml-extract Update feature extraction · now`,
      ]);
      await inside.screenshot('town-6-submitted');
    },
  },
  {
    name: 'the diff against the base opens in the diff editor',
    timeoutMs: 60_000,
    run: async (inside) => {
      await command('showDiff', { kind: 'bead', bead: 'be-auth' });
      const tab = await eventually('the diff', () => vscode.window.tabGroups.activeTabGroup.activeTab);
      assert.match(tab.label, /^be-auth · backend\/\w+ against [0-9a-f]{7} \(2 files\)$/);
      await inside.screenshot('town-7-diff');
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    },
  },
  {
    name: 'merged, the convoy lands and the commits are on the branches',
    timeoutMs: 90_000,
    run: async (inside) => {
      for (const bead of beads) await command('merge', { kind: 'bead', bead });
      const rows = await shows(inside, 'Convoys', [
        `${convoy}: 3/3 landed · now`,
        'be-auth: verified … · backend · sim-thorough',
        'ml-extract: verified … · ml-pipeline · sim-quick',
        'fe-login: verified … · frontend · sim-visual',
      ]);
      for (const [index, { name }] of smallRigs.entries()) {
        const commit = /verified ([0-9a-f]{7})/.exec(rows[index + 1]?.description ?? '')?.[1] ?? '';
        await git(join(scratch, `${name}.git`), 'merge-base', '--is-ancestor', commit, 'main');
      }
      await shows(inside, 'Beads', []);
      await inside.screenshot('town-8-landed');
    },
  },
  {
    name: 'a bead of no rig stands under hq',
    run: async (inside) => {
      assert.equal(await command('createBead', { rig: '', title: 'Plan the week' }), 'hq-plan');
      await shows(inside, 'Beads', ['hq: 1 open', 'hq-plan: ready · Plan the week']);
    },
  },
  {
    name: 'a language server that is killed is started again, and the town has not noticed',
    timeoutMs: 60_000,
    run: async (inside) => {
      const before = (await gt('status', '--json')) as Status;
      process.kill(await languageServer(), 'SIGKILL');
      await gt('config', 'name', 'renamed');
      await command('createBead', { rig: 'backend', title: 'Come back' });
      await shows(inside, 'Beads', [
        'backend: 1 open',
        'be-come: ready · Come back',
        'hq: 1 open',
        'hq-plan: ready · Plan the week',
      ]);
      assert.equal(((await gt('status', '--json')) as Status).server.pid, before.server.pid);
    },
  },
  {
    name: 'an agent that needs a person shows its question',
    timeoutMs: 60_000,
    run: async (inside) => {
      const bead = await command('createBead', {
        rig: 'backend',
        title: 'Limit requests',
        type: 'task',
        labels: ['sim:ask'],
      });
      await command('sling', { beads: [bead] });
      await rowLike(inside, /: needs you · be-limit: should the limit be per user or per key\?/);
      await command('openTerminal', { kind: 'bead', bead });
      assert.match(vscode.window.activeTerminal?.name ?? '', / · be-limit$/);
      await inside.screenshot('town-9-needs-you');
    },
  },
  {
    name: 'a town server that is killed is started again, and its sessions come back to it',
    timeoutMs: 90_000,
    run: async (inside) => {
      const before = (await gt('status', '--json')) as Status;
      process.kill(before.server.pid, 'SIGKILL');
      const after = (await gt('status', '--json')) as Status;
      assert.notEqual(after.server.pid, before.server.pid);
      assert.equal(await command('createBead', { rig: 'frontend', title: 'Carry on' }), 'fe-carry');
      await rowLike(inside, /^frontend: sim-visual · idle$/);
      await rowLike(inside, /: needs you · be-limit/);
      assert.equal(((await gt('status', '--json')) as Status).sessions, 1);
    },
  },
  {
    name: 'a terminal that is closed leaves a polecat that can be resumed, in a new one',
    timeoutMs: 90_000,
    run: async (inside) => {
      const closed = vscode.window.activeTerminal;
      assert.ok(closed);
      closed.dispose();
      await rowLike(inside, /: needs you · .* · session ended · sim-thorough · be-limit/);
      await inside.screenshot('town-10-ended');
      await command('resumeSession', { kind: 'bead', bead: 'be-limit' });
      await rowLike(inside, /: needs you · be-limit: should/);
      const resumed = await eventually('the new terminal', () => {
        const active = vscode.window.activeTerminal;
        return active !== closed && active?.name.endsWith(' · be-limit') === true && active;
      });
      assert.notEqual(await resumed.processId, await closed.processId);
    },
  },
]);
