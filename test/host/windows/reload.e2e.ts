import assert from 'node:assert/strict';
import { smallRigs } from '../suites/smallTown.ts';
import type { Case } from '../table.ts';
import type { Host } from '../vscode/host.ts';
import { repository } from '../vscode/paths.ts';
import { prepareTown, rowAt, rowLike, showTown, terminalShows } from './preparedTown.ts';

type Sessions = { readonly sessions: readonly { readonly pid: number; readonly state: string }[] };

export const cases: readonly Case<Host>[] = [
  {
    name: 'after a reload the terminal is still the polecat’s, and its agent goes on',
    timeoutMs: 120_000,
    run: async (host) => {
      const town = await prepareTown(host, smallRigs.slice(0, 1));
      const window = await host.openWindow({ ...town.options, extensionDevelopmentPath: repository });
      await showTown(window);
      await rowLike(window, 'Rigs', /^backend: sim-thorough · idle$/);
      const { bead } = await makeAsking();
      await town.gt('sling', bead);
      await rowLike(window, 'Rigs', /: needs you · be-limit: should the limit be per user or per key\? ·/);
      const before = await running();
      await window.page.getByText('1 needs you', { exact: true }).waitFor();

      await window.reload();
      await showTown(window);
      await rowLike(window, 'Rigs', /: needs you · /);
      assert.deepEqual(await running(), before);
      const row = rowAt(window, 'Rigs', 'needs you ·');
      await row.hover();
      await row.getByRole('button', { name: 'Open Terminal' }).click();
      await terminalShows(window, 'should the limit be per user or per key?');
      await window.screenshot('reload-terminal');
      await window.page.keyboard.type('per user\n');
      await rowLike(window, 'Rigs', /: needs review · sim-thorough · be-limit Limit requests/);

      async function makeAsking(): Promise<{ bead: string }> {
        const labels = ['--labels', 'sim:ask'];
        const { id } = (await town.bd(
          'create',
          'Limit requests',
          '--rig',
          'backend',
          ...labels,
          '--json',
        )) as {
          id: string;
        };
        return { bead: id };
      }

      async function running(): Promise<readonly number[]> {
        const { sessions } = (await town.gt('session', 'list', '--json')) as Sessions;
        return sessions.map(({ pid }) => pid);
      }
    },
  },
];
