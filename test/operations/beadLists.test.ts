import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RigName, Timestamp } from '../../server/domain/ids.ts';
import { blockedBeads, listBeads, readyBeads } from '../../server/operations/beadLists.ts';
import type { Context } from '../../server/operations/context.ts';
import type { BeadView } from '../../server/protocol/bead.ts';
import type { Page } from '../../server/protocol/page.ts';
import { openStore, type Store } from '../../server/store/store.ts';
import { bead, dependency } from '../support/beads.ts';
import { temporaryFolder } from '../support/folder.ts';

const count = 157;

/** The lists look at the store and at nothing else. */
const over = (store: Store): Context => ({ store }) as unknown as Context;

async function townOfBeads(directory: string): Promise<Store> {
  const store = await openStore({ directory, now: () => new Date() });
  await store.transact({ verb: 'test', by: 'test' }, (draft) => {
    for (let n = 0; n < count; n += 1) {
      const createdAt = new Date(Date.UTC(2026, 0, 1, 0, 0, (n * 7) % 60)).toISOString() as Timestamp;
      const rig = n % 3 === 0 ? {} : { rig: `rig${n % 2}` as RigName };
      const priority = ((n * 5) % 5) as 0 | 1 | 2 | 3 | 4;
      draft.put('beads', bead({ id: `be-${n}`, priority, createdAt, ...rig }));
      if (n % 4 === 1) draft.put('dependencies', dependency(`be-${n}`, `be-${n - 1}`));
    }
  });
  return store;
}

function pagesOf(list: (after: string | undefined) => Page<BeadView>): {
  ids: string[];
  totals: Set<number>;
} {
  const ids: string[] = [];
  const totals = new Set<number>();
  for (let after: string | undefined; ;) {
    const page = list(after);
    ids.push(...page.items.map((item) => item.bead.id));
    totals.add(page.total);
    after = page.next;
    if (after === undefined) return { ids, totals };
  }
}

const cursor = (after: string | undefined): { after?: string } => (after === undefined ? {} : { after });

void test('pages put together are the whole list, in order, each bead once', async (context) => {
  const store = await townOfBeads(temporaryFolder(context));
  const town = over(store);
  const lists = {
    open: (limit: number) => (after?: string) => listBeads(town, { limit, ...cursor(after) }),
    ofRig: (limit: number) => (after?: string) =>
      listBeads(town, { limit, rig: 'rig1', all: true, ...cursor(after) }),
    ofNoRig: (limit: number) => (after?: string) => listBeads(town, { limit, rig: 'hq', ...cursor(after) }),
    filtered: (limit: number) => (after?: string) =>
      listBeads(town, { limit, priority: 0, ...cursor(after) }),
    ready: (limit: number) => (after?: string) => readyBeads(town, { limit, ...cursor(after) }),
    blocked: (limit: number) => (after?: string) => blockedBeads(town, { limit, ...cursor(after) }),
  };
  await store.transact({ verb: 'test', by: 'test' }, (draft) => draft.put('rigs', { id: 'rig1' } as never));
  for (const [name, list] of Object.entries(lists)) {
    const whole = pagesOf(list(1000));
    const paged = pagesOf(list(7));
    assert.deepEqual(paged.ids, whole.ids, name);
    assert.equal(new Set(paged.ids).size, paged.ids.length, name);
    assert.deepEqual([...paged.totals], [whole.ids.length], name);
    assert.ok(whole.ids.length > 7, `${name}: ${whole.ids.length}`);
  }
  for (const id of pagesOf(lists.ofNoRig(1000)).ids)
    assert.equal(store.view.get('beads', id)?.rig, undefined);
  await store.close();
});

void test('a page goes on behind a bead that has left the list, and is refused where the bead is gone', async (context) => {
  const store = await townOfBeads(temporaryFolder(context));
  const town = over(store);
  const all = pagesOf((after) => readyBeads(town, { limit: 1000, ...cursor(after) })).ids;
  const last = all[9] ?? '';
  await store.transact({ verb: 'test', by: 'test' }, (draft) => {
    const found = draft.get('beads', last);
    if (found) draft.put('beads', { ...found, status: 'closed', closedAt: found.createdAt });
  });
  const behind = readyBeads(town, { limit: 5, after: last }).items.map((item) => item.bead.id);
  assert.deepEqual(
    behind.filter((id) => all.slice(0, 10).includes(id)),
    [],
  );
  assert.equal(behind[0], all[10]);
  await store.transact({ verb: 'test', by: 'test' }, (draft) => draft.remove('beads', last));
  assert.throws(() => readyBeads(town, { limit: 5, after: last }), { code: 'stale' });
  await store.close();
});
