import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/wait.ts';
import { connect, inside, must, slung, sessionOf, becomes } from './liveTown.ts';
import { installWithRig } from './rigs.ts';
import { openTerminal } from './terminal.ts';

interface Claim {
  readonly mail?: { readonly id: string; readonly to: string };
}

test('of two gt that claim at the same moment exactly one gets the letter, over the real town server', async (t) => {
  const terminal = openTerminal(t);
  await terminal.must('gt', 'install', terminal.town);
  await terminal.must('gt', 'mail', 'queue', 'create', 'work');
  for (let round = 0; round < 5; round += 1) {
    await terminal.must('gt', 'mail', 'send', 'queue:work', '-s', `Part ${round}`, '-m', 'all of it');
    const claims = await Promise.all(
      [0, 1].map(() => terminal.json<Claim>('gt', 'mail', 'claim', 'work', '--json')),
    );
    const got = claims.flatMap(({ mail }) => mail ?? []);
    assert.equal(got.length, 1, JSON.stringify(claims));
    await terminal.must('gt', 'mail', 'archive', got[0]?.id ?? '');
  }
  const many = Array.from({ length: 4 }, (_, at) => `Part ${at}`);
  for (const subject of many) await terminal.must('gt', 'mail', 'send', 'queue:work', '-s', subject);
  const claims = await Promise.all(
    [0, 1, 2, 3, 4, 5].map(() => terminal.json<Claim>('gt', 'mail', 'claim', '--json')),
  );
  const got = claims.flatMap(({ mail }) => mail?.id ?? []);
  assert.deepEqual([got.length, new Set(got).size], [4, 4]);
});

test('in sessions: two agents claim one letter, one gets it, and gives it back when it is removed', async (t) => {
  const terminal = openTerminal(t);
  await installWithRig(terminal);
  const client = await connect(t, terminal);
  const beads = [
    await slung(terminal, 'Refactor auth', { behaviour: 'stall' }),
    await slung(terminal, 'Cache sessions', { behaviour: 'stall' }),
  ];
  const agents = await Promise.all(beads.map((bead) => becomes(client, bead, 'working')));
  await must(terminal.gt('mail', 'queue', 'create', 'work', '--claimers', 'backend/polecats/*'));
  await must(terminal.gt('mail', 'send', 'queue:work', '-s', 'Update the licence headers'));
  const runs = await Promise.all(
    agents.map(async ({ id }) => {
      const gt = inside(terminal, (await sessionOf(client, id)).id);
      return JSON.parse(await must(gt('gt', 'mail', 'claim', '--json'))) as Claim;
    }),
  );
  const won = runs.flatMap(({ mail }) => mail ?? []);
  assert.equal(won.length, 1, JSON.stringify(runs));
  const holder = won[0]?.to ?? '';
  assert.ok(agents.some(({ id }) => id === holder));
  await must(terminal.gt('session', 'stop', holder));
  await eventually('its session ends', async () => (await sessionOf(client, holder)).state === 'ended');
  await must(terminal.gt('polecat', 'remove', holder, '--force'));
  const { waiting } = await client.request('destination/get', { kind: 'queue', name: 'work' });
  assert.equal(waiting, 1);
});
