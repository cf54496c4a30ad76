// The stand-in town as a program: `node standInServer.ts town PATH`, as the server's own program is called.
//   GT_IDLE_MS, STAND_IN_VERSION, STAND_IN_FAULT; STAND_IN_GATE: a file that has to be there before anything is served
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { townPaths } from '../../server/protocol/address.ts';
import { productVersion } from '../../server/protocol/version.ts';
import { runTown } from '../../server/rpc/runTown.ts';
import { acquireLock } from '../../server/store/lock.ts';
import { eventually } from '../support/wait.ts';
import { authenticate, checks, StandIn } from './standIn.ts';

const [, , , path = ''] = process.argv;
const paths = townPaths(path);
const environment = process.env;

process.exitCode = await runTown({
  paths,
  version: environment['STAND_IN_VERSION'] ?? productVersion,
  checks,
  lock: () => acquireLock(paths.lock),
  load,
  log: (line) => process.stderr.write(`${line}\n`),
  idleMs: Number(environment['GT_IDLE_MS'] ?? 60_000),
});

async function load() {
  if (environment['STAND_IN_FAULT']) throw new Error(environment['STAND_IN_FAULT']);
  const gate = environment['STAND_IN_GATE'];
  if (gate !== undefined) await eventually('the gate opens', () => existsSync(gate));
  appendFileSync(join(paths.state, 'served'), `${process.pid}\n`);
  const town = new StandIn();
  return {
    townId: 'town',
    handlers: town.handlers,
    authenticate,
    status: () => ({ seq: town.seq }),
    onChange: (listener: (typeof town.listeners)[number]) => void town.listeners.push(listener),
    isBusy: () => false,
    close: () => Promise.resolve(),
  };
}
