import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { polecat, session } from '../domain/support.ts';
import { openStore } from '../../server/store/store.ts';
import { temporaryFolder } from '../support/folder.ts';

test('a town from before crew and mayor is opened as it is, from its journal and from its snapshot', async (t) => {
  const directory = temporaryFolder(t);
  const now = (): Date => new Date();
  const nux = polecat('backend/nux', 'be-a');
  const first = await openStore({ directory, now });
  await first.transact({ verb: 'sling', by: 'overseer' }, (draft) => {
    draft.put(...nux);
    draft.put(...session('s-1', nux[1]));
  });
  await first.close();
  const texts = (): string[] =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && file.name.includes('json'))
      .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
  for (const kind of ['journal', 'snapshot']) {
    assert.ok(texts().some((text) => text.includes('backend/nux')));
    assert.ok(!texts().some((text) => text.includes('workplaces')), kind);
    const store = await openStore({ directory, now });
    assert.deepEqual(store.view.get('agents', 'backend/nux'), nux[1]);
    assert.deepEqual([...store.view.find('agentsByBead', 'be-a')], [nux[1]]);
    assert.equal(store.view.get('sessions', 's-1')?.bead, 'be-a');
    assert.deepEqual([...store.view.all('workplaces')], []);
    await store.writeSnapshot();
    await store.close();
  }
});
