import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { AttentionItem } from '../../server/domain/attentionItem.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, TestTown } from './support.ts';

interface Scene {
  readonly town: TestTown;
  readonly agent: Agent;
  readonly pass: (seconds: number) => Promise<void>;
  readonly shown: () => Promise<readonly AttentionItem[]>;
  /** The polecat does not know of its bead any more; or it does again. */
  readonly know: (knows: boolean) => Promise<void>;
  readonly logged: () => readonly string[];
}

async function scene(t: TestContext): Promise<Scene> {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  await town.addRig();
  const agent = await town.worker();
  const { bead } = agent.polecat;
  return {
    town,
    agent,
    pass: (seconds) => clock.pass(seconds * 1000, () => town.settle()),
    async shown() {
      const { items } = await town.ask('attention/list', {});
      return items.filter(({ state }) => state === 'misplaced');
    },
    async know(knows) {
      await town.parts.store.transact({ verb: 'test', by: 'town' }, (draft) => {
        const { bead: _, ...rest } = draft.get('agents', agent.id) ?? assert.fail();
        draft.put('agents', knows && bead !== undefined ? { ...rest, bead } : rest);
        // Nobody says which bead it was: as where the fault is the town's.
        const held = draft.get('beads', agent.bead);
        if (held) draft.put('beads', { ...held, notes: `${held.notes ?? ''}.` });
      });
      await town.settle();
    },
    logged: () => town.log.filter((line) => /fault of the town|agrees again/.test(line)),
  };
}

describe('a bead whose place is not what the town keeps', () => {
  test('is told once it stands, logged once, and gone by itself', async (t) => {
    const { town, agent, pass, shown, know, logged } = await scene(t);
    await know(false);
    assert.deepEqual(await shown(), []);
    await pass(9);
    assert.deepEqual(await shown(), []);
    await pass(2);
    const [item, ...more] = await shown();
    assert.deepEqual(more, []);
    assert.deepEqual(
      [item?.kind, item?.subject, item?.bead, item?.action.command],
      ['bead', agent.bead, agent.bead, `gt explain ${agent.bead}`],
    );
    const says = `By its records ${agent.bead} is in the place “hooked”, but ${agent.id} does not know of it, and has no bead.`;
    assert.equal(item?.reason, says);
    await town.ask('bead/update', { bead: agent.bead, priority: 0 });
    await pass(3600);
    await town.reopen();
    await town.settle();
    assert.deepEqual(await shown(), [item]);
    assert.deepEqual(logged(), [`A fault of the town's: ${says}`]);
  });

  test('goes from the list when it agrees again', async (t) => {
    const { town, pass, shown, know, logged } = await scene(t);
    await know(false);
    await pass(15);
    assert.equal((await shown()).length, 1);
    await know(true);
    await pass(15);
    assert.deepEqual(await shown(), []);
    assert.equal(town.view.get('town', 'town')?.misplaced, undefined);
    assert.match(logged().at(-1) ?? '', /agrees again/);
    assert.deepEqual(problemsOf(town), []);
  });

  test('is not told where it has passed before the town has settled, nor within a step of the town', async (t) => {
    const { town, agent, pass, shown, know, logged } = await scene(t);
    await know(false);
    await pass(5);
    await know(true);
    await pass(60);
    assert.deepEqual(await shown(), []);
    const intent = {
      id: 'start x' as never,
      kind: 'start' as const,
      agent: agent.id,
      at: '2026-01-01' as never,
    };
    await town.parts.store.transact({ verb: 'test', by: 'town' }, (draft) => draft.put('intents', intent));
    await know(false);
    await pass(60);
    assert.deepEqual(await shown(), []);
    await town.parts.store.transact({ verb: 'test', by: 'town' }, (draft) =>
      draft.remove('intents', intent.id),
    );
    await pass(15);
    assert.equal((await shown()).length, 1);
    assert.equal(logged().length, 1);
  });

  test('is found by the doctor among all', async (t) => {
    const { town, agent, know } = await scene(t);
    const look = async () => (await town.ask('town/doctor', { only: ['places'] })).findings;
    assert.deepEqual(
      (await look()).map(({ state }) => state),
      ['ok'],
    );
    await know(false);
    const [finding] = await look();
    assert.deepEqual([finding?.state, finding?.advice], ['problem', `gt explain ${agent.bead}`]);
    assert.match(finding?.evidence ?? '', /does not know of it/);
  });

  test('where a person must go on, and nobody is asked, it is told too', async (t) => {
    const { town, agent, pass, shown } = await scene(t);
    await town.parts.store.transact({ verb: 'test', by: 'town' }, (draft) => {
      const now = draft.get('agents', agent.id) ?? assert.fail();
      draft.put('agents', { ...now, state: 'done' });
    });
    await town.settle();
    await pass(25);
    const [item] = await shown();
    assert.match(item?.reason ?? '', /“attention”, but the attention list asks nobody about it/);
  });
});

test('a polecat that waits, and is given its bead by hand, knows of it, and says done of it', async (t) => {
  const { town, pass, shown } = await scene(t);
  const { agent } = await town.ask('seance/start', { rig: 'backend' });
  const bead = await town.bead('Cache work');
  await town.ask('bead/update', { bead, status: 'in_progress', assignee: agent });
  const { bead: own, session = '', worktree: directory = '' } = town.view.get('agents', agent) ?? {};
  assert.equal(own, bead);
  await pass(25);
  assert.deepEqual(await shown(), []);
  assert.deepEqual(problemsOf(town), []);
  await town.ask('work/done', { directory, noChanges: true }, town.host.launchedOf(session).caller);
  assert.equal(town.status(bead), 'closed');
  await town.settle();
});
