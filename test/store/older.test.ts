import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { recipientsOf } from '../../server/domain/addresses.ts';
import type { AgentId, MessageId, Timestamp } from '../../server/domain/ids.ts';
import { isHeld, isUnread, mailOf } from '../../server/domain/mail.ts';
import type { Mail } from '../../server/domain/message.ts';
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

test('a town from before groups, queues and channels is opened as it is, with its letters', async (t) => {
  const directory = temporaryFolder(t);
  const now = (): Date => new Date();
  const old: Mail = {
    id: 'm-1' as MessageId,
    kind: 'mail',
    from: 'overseer',
    to: 'mayor' as AgentId,
    subject: 'S',
    text: '',
    type: 'notification',
    priority: 2,
    thread: 'm-1' as MessageId,
    state: 'queued',
    createdAt: '2026-05-01T10:00:00.000Z' as Timestamp,
  };
  const first = await openStore({ directory, now });
  await first.transact({ verb: 'mail/send', by: 'overseer' }, (draft) => draft.put('messages', old));
  await first.close();
  for (const kind of ['journal', 'snapshot']) {
    const texts = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && file.name.includes('json'))
      .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
    assert.ok(!texts.some((text) => text.includes('destinations')), kind);
    const store = await openStore({ directory, now });
    assert.deepEqual(mailOf(store.view, 'mayor'), [old]);
    assert.deepEqual([isUnread(old), isHeld(old)], [true, false]);
    assert.deepEqual([...store.view.all('destinations')], []);
    assert.deepEqual(recipientsOf(store.view, 'mayor/').to, ['mayor']);
    await store.writeSnapshot();
    await store.close();
  }
});
