import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { FakeClock } from '../support/fakeClock.ts';
import { git } from '../support/repository.ts';
import { GhStandIn } from './ghStandIn.ts';
import { type TestRig, TestTown } from './support.ts';

/** A town whose rig lands through pull requests. */
export interface Stage {
  readonly town: TestTown;
  readonly rig: TestRig;
  readonly gh: GhStandIn;
  readonly clock: FakeClock;
  /** The bare repository that the pull requests are of. */
  readonly remote: string;
}

export async function staged(t: TestContext, kind: 'url' | 'path' = 'url'): Promise<Stage> {
  const folderOf = { path: '' };
  const clock = new FakeClock();
  const options = {
    now: clock.date,
    sleep: clock.sleep,
    get path() {
      return folderOf.path;
    },
  };
  const town = await TestTown.open(t, options);
  const gh = new GhStandIn(town.folder);
  folderOf.path = gh.path;
  await town.reopen({ now: clock.date, sleep: clock.sleep, path: gh.path });
  const rig = await town.addRig({ kind });
  await town.configure('backend', 'merge', 'pr');
  if (rig.remote !== undefined) return { town, rig, gh, clock, remote: rig.remote };
  const remote = join(town.folder, 'upstream.git');
  git(town.folder, 'clone', '--quiet', '--bare', rig.repository, remote);
  git(rig.repository, 'remote', 'add', 'origin', remote);
  return { town, rig, gh, clock, remote };
}
