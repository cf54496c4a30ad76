import assert from 'node:assert/strict';
import { smallRigs } from '../suites/smallTown.ts';
import type { Case } from '../table.ts';
import type { Host } from '../vscode/host.ts';
import { repository } from '../vscode/paths.ts';
import { prepareTown, rowLike, showTown } from './preparedTown.ts';

type Status = { readonly server: { readonly pid: number }; readonly sessions: number };

export const cases: readonly Case<Host>[] = [
  {
    name: 'two windows show one town; one is closed, the other and the town stay as they were',
    timeoutMs: 120_000,
    run: async (host) => {
      const town = await prepareTown(host, smallRigs.slice(0, 2));
      const editor = await host.startEditor(town.options);
      const [first, second] = [await open('first'), await open('second')];

      await town.bd('create', 'Refactor auth middleware', '--rig', 'backend', '--labels', 'sim:stall');
      for (const window of [first, second]) {
        await rowLike(window, 'Beads', /^be-auth: ready · Refactor auth middleware$/);
      }
      await town.gt('sling', 'be-auth');
      for (const window of [first, second]) {
        await rowLike(window, 'Rigs', /: working · sim-thorough · be-auth Refactor auth middleware · now$/);
      }
      const before = (await town.gt('status', '--json')) as Status;
      await first.close();

      await town.bd('update', 'be-auth', '--title', 'Rework auth middleware');
      await rowLike(second, 'Rigs', /: working · sim-thorough · be-auth Rework auth middleware · now$/);
      const after = (await town.gt('status', '--json')) as Status;
      assert.deepEqual([after.server.pid, after.sessions], [before.server.pid, 1]);

      async function open(name: string) {
        const folder = await host.newFolder(name);
        const window = await editor.openWindow({ folder, extensionDevelopmentPath: repository });
        await showTown(window);
        await rowLike(window, 'Rigs', /^backend: sim-thorough · idle$/);
        return window;
      }
    },
  },
];
