import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRepository } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import type { Terminal } from './terminal.ts';

/** A simulated agent that does not pause to be read. */
export const quickRuntime = {
  id: 'sim-at-once',
  label: 'At once',
  extends: 'sim',
  arguments: ['sim', '--pace', '0'],
  oneShot: ['sim', '--pace', '0'],
};

/** A town with one rig, `backend`, over a local repository, which it gives the path of. Its polecats are quick. */
export async function installWithRig(terminal: Terminal): Promise<string> {
  await terminal.must('gt', 'install', terminal.town);
  await addRuntime(terminal, quickRuntime);
  const repository = join(terminal.folder, 'backend');
  createRepository(repository);
  await terminal.must('gt', 'rig', 'create', 'backend', '--runtime', quickRuntime.id, '--repo', repository);
  return repository;
}

/** In the rig backend; `more` words of `bd create`. Gives its id. */
export async function createBead(
  terminal: Terminal,
  title: string,
  ...more: readonly string[]
): Promise<string> {
  const words = ['create', '--rig', 'backend', '--title', title, ...more];
  return (await terminal.json<{ id: string }>('bd', ...words)).id;
}

/** As `gt runtime add` reads it. */
type Preset = Readonly<Record<string, unknown>> & { readonly id: string };

/** From a file, as people do; gives what is said. */
export async function addRuntime(terminal: Terminal, preset: Preset): Promise<string> {
  const file = join(terminal.folder, `${preset.id}.json`);
  writeFileSync(file, JSON.stringify(preset));
  return await terminal.must('gt', 'runtime', 'add', file);
}

interface Landing {
  readonly bead: string;
  readonly agent: string;
  readonly state: string;
  readonly landed?: string;
}

export async function landingOf(terminal: Terminal, bead: string): Promise<Landing> {
  return await terminal.json<Landing>('gt', 'mq', 'show', bead);
}

/** Waits until the work of each bead was handed over and its session has ended. */
export async function submitted(terminal: Terminal, ...beads: string[]): Promise<void> {
  await eventually(
    `${beads.join(', ')} are submitted`,
    async () => {
      const { mergeRequests } = await terminal.json<{ mergeRequests: Landing[] }>('gt', 'mq', 'list');
      const { sessions } = await terminal.json<{ sessions: { agent: string; bead: string }[] }>(
        'gt',
        'session',
        'list',
      );
      const { polecats } = await terminal.json<{
        polecats: { bead: string; state: string; reason?: string }[];
      }>('gt', 'polecat', 'list');
      const stuck = polecats.find(({ state }) => state === 'failed' || state === 'interrupted');
      assert.equal(stuck, undefined, JSON.stringify(stuck));
      return beads.every(
        (bead) =>
          mergeRequests.some((each) => each.bead === bead && each.state === 'submitted') &&
          sessions.every((each) => each.bead !== bead),
      );
    },
    60_000,
  );
}

export async function landed(terminal: Terminal, convoy: string): Promise<void> {
  await eventually(
    `the convoy ${convoy} has landed`,
    async () => (await terminal.json<{ state: string }>('gt', 'convoy', 'show', convoy)).state === 'landed',
    60_000,
  );
}
