/** A town server that kills itself the first time it comes to a step: `node killedServer.ts TOWN STEP`. */
import { join } from 'node:path';
import { programsIn, serve } from '../../server/serveTown.ts';

const [town = '', step = ''] = process.argv.slice(2);
process.exitCode = await serve({
  town,
  programs: programsIn(join(import.meta.dirname, '../../dist')),
  idleMs: 60_000,
  log: (line) => process.stderr.write(`${line}\n`),
  async checkpoint(now) {
    if (now !== step) return;
    process.kill(process.pid, 'SIGKILL');
    // Nothing goes on while the signal is on its way.
    await new Promise(() => undefined);
  },
});
