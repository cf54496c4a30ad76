/** A town that is killed by itself: `node killedTown.ts FOLDER SCENARIO STEP`. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tip, write } from '../support/repository.ts';
import { GhStandIn } from './ghStandIn.ts';
import { scenarios } from './scenarios.ts';
import { TestTown } from './support.ts';

/** What must not be lost. */
export interface Kept {
  readonly commits: readonly string[];
  /** Where the target stood in its repository. */
  readonly target: string;
  readonly repository: string;
}

const [folder = '', name = '', step = ''] = process.argv.slice(2);
let armed = false;
const town = await TestTown.in(folder, {
  ...(name === 'land-pr' ? { path: new GhStandIn(folder).path } : {}),
  async checkpoint(now) {
    if (!armed || now !== step) return;
    process.kill(process.pid, 'SIGKILL');
    // Nothing goes on while the signal is on its way.
    await new Promise(() => undefined);
  },
});
const scenario = scenarios[name];
if (!scenario) throw new Error(`There is no scenario ${name}.`);
const commits: string[] = [];
const act = await scenario(town, {
  keep: (sha) => void commits.push(sha),
  edit: (directory) => write(directory, { 'uncommitted.txt': 'not committed\n' }),
});
const remote = join(folder, 'backend.git');
const repository = existsSync(remote) ? remote : join(folder, 'backend-repository');
if (existsSync(repository)) {
  const kept: Kept = { commits, repository, target: tip(repository, 'main') };
  writeFileSync(join(folder, 'kept.json'), JSON.stringify(kept));
}
armed = true;
await act();
await town.settle();
process.stderr.write(`The step ${step} was not come to.\n`);
process.exit(3);
