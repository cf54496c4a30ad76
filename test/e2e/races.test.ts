import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import type { TownClient } from '../../server/rpc/client.ts';
import { git } from '../support/repository.ts';
import { connect } from './liveTown.ts';
import { installWithRig } from './rigs.ts';
import { openTerminal } from './terminal.ts';

const callers = 50;

async function crowd(
  t: TestContext,
): Promise<{ readonly clients: TownClient[]; readonly repository: string }> {
  const terminal = openTerminal(t);
  const repository = await installWithRig(terminal);
  const clients = await Promise.all(Array.from({ length: callers }, () => connect(t, terminal)));
  return { clients, repository };
}

test('of fifty callers that claim one bead over the socket, one wins', async (t) => {
  const { clients } = await crowd(t);
  const [first] = clients;
  assert.ok(first);
  for (let round = 0; round < 5; round += 1) {
    const bead = `hq-p${round}`;
    await first.request('bead/create', { title: `Part ${round}`, id: bead });
    const answers = await Promise.allSettled(
      clients.map((client, index) =>
        client.request('bead/update', { bead, claim: true, actor: `person-${index}` }),
      ),
    );
    const won = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? [answer.value.bead.assignee] : [],
    );
    assert.equal(won.length, 1);
    const lost = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as unknown] : [],
    );
    for (const reason of lost) {
      assert.ok(reason instanceof Refusal);
      assert.equal(reason.code, 'held');
      assert.ok(reason.message.includes(`already claimed by ${won[0]}`), reason.message);
    }
    assert.equal((await first.request('bead/get', { bead })).bead.assignee, won[0]);
  }
});

test('of fifty callers that sling one bead over the socket, one gets a polecat', async (t) => {
  const { clients, repository } = await crowd(t);
  const [first] = clients;
  assert.ok(first);
  const { bead } = await first.request('bead/create', { title: 'Auth work', rig: 'backend' });
  const answers = await Promise.all(
    clients.map((client) => client.request('work/sling', { beads: [bead.id] })),
  );
  const slung = answers.flatMap((answer) => answer.slung);
  assert.equal(slung.length, 1, JSON.stringify(answers.flatMap(({ refused }) => refused).slice(0, 2)));
  const refused = answers.flatMap((answer) => answer.refused);
  assert.equal(refused.length, callers - 1);
  assert.deepEqual([...new Set(refused.map(({ refusal }) => refusal.code))], ['held']);
  assert.equal((await first.request('polecat/list', {})).length, 1);
  assert.equal((await first.request('session/list', { all: true })).length, 1);
  assert.equal(git(repository, 'branch', '--list', 'polecat/*').split('\n').length, 1);
});
