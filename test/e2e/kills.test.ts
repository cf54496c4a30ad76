import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { townPaths } from '../../server/protocol/address.ts';
import type { TownClient } from '../../server/rpc/client.ts';
import { openStore } from '../../server/store/store.ts';
import { problemsOf } from '../operations/invariants.ts';
import { git } from '../support/repository.ts';
import { randomOf } from '../support/random.ts';
import { eventually } from '../support/wait.ts';
import { connect } from './liveTown.ts';
import { installWithRig } from './rigs.ts';
import { isAlive, openTerminal, type Terminal } from './terminal.ts';

const beads = Array.from({ length: 6 }, (_, index) => `be-p${index}`);

test('a town server that is killed again and again loses no work, and everything lands', async (t) => {
  const seed = Date.now() % 100_000;
  const random = randomOf(seed);
  const terminal = openTerminal(t);
  const repository = await installWithRig(terminal);
  await terminal.must('gt', 'rig', 'config', 'backend', 'merge', 'auto');
  for (const id of beads) await terminal.must('bd', 'create', `Part ${id}`, '--rig', 'backend', '--id', id);
  const heads = [git(repository, 'rev-parse', 'main')];
  for (let round = 0; round < 8; round += 1) {
    await terminal.must('gt', 'status');
    const before = await connect(t, terminal);
    const seq = await seqOf(before);
    const asked = terminal.gt('sling', ...beads);
    let answered = false;
    const answer = asked.finally(() => (answered = true));
    const target = seq + random.below(60);
    await eventually('the town has got some way', async () => answered || (await seqOf(before)) >= target);
    kill(terminal);
    await answer;
    heads.push(git(repository, 'rev-parse', 'main'));
  }
  await terminal.must('gt', 'status');
  const client = await connect(t, terminal);
  await eventually(`everything has landed (seed ${seed})`, () => goOn(client, terminal), 120_000);
  for (const head of heads) git(repository, 'merge-base', '--is-ancestor', head, 'main');
  assert.equal(git(repository, 'status', '--porcelain'), '');
  await terminal.must('gt', 'down', '--force');
  assert.deepEqual(await problemsAfterwards(t, terminal), []);
});

async function seqOf(client: TownClient): Promise<number> {
  return (await client.request('town/status', {})).seq;
}

function kill(terminal: Terminal): void {
  const pid = terminal.serverPid();
  if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL');
}

/** One step of a person who looks after the town; true when there is nothing left to do. */
async function goOn(client: TownClient, terminal: Terminal): Promise<boolean> {
  const polecats = await client.request('polecat/list', {});
  for (const { polecat } of polecats) {
    if (polecat.state === 'failed' || polecat.state === 'interrupted')
      await terminal.gt('session', 'run', polecat.id);
  }
  const { items } = await client.request('bead/list', {});
  const open = items.filter(({ bead }) => bead.status === 'open').map(({ bead }) => bead.id);
  if (open.length > 0) await terminal.gt('sling', ...open);
  return items.length === 0 && polecats.length === 0;
}

async function problemsAfterwards(t: TestContext, terminal: Terminal): Promise<string[]> {
  const paths = townPaths(terminal.town);
  await eventually('the town server has left', () => terminal.serverPid() === undefined);
  const store = await openStore({ directory: paths.state, now: () => new Date(), readOnly: true });
  t.after(() => store.close());
  assert.ok([...store.view.all('mergeRequests')].length >= beads.length);
  return problemsOf({ view: store.view, parts: { paths } });
}
