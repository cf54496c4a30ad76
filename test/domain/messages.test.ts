import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AgentId, MessageId, Timestamp } from '../../server/domain/ids.ts';
import type { Nudge } from '../../server/domain/message.ts';
import {
  acknowledgeMessage,
  checkMessageText,
  deliverMessage,
  dropMessages,
  messagesOf,
  queueMessage,
} from '../../server/domain/messages.ts';
import { refusedBy } from './support.ts';
import { TownTwin } from './townTwin.ts';

const nux = 'backend/nux' as AgentId;
const [first, second, third] = ['01', '02', '03'].map(
  (seconds) => `2026-05-01T10:00:${seconds}.000Z` as Timestamp,
) as [Timestamp, Timestamp, Timestamp];

function message(id: string, fields: Partial<Nudge> = {}): Nudge {
  return {
    id: id as MessageId,
    kind: 'nudge',
    from: 'overseer',
    to: nux,
    text: 'look',
    state: 'queued',
    createdAt: first,
    ...fields,
  };
}

describe('the text of a nudge', () => {
  test('is one line, and loses only the blanks around it', () => {
    assert.equal(checkMessageText('  see  be-auth; "$(id)" ünï 🚂 '), 'see  be-auth; "$(id)" ünï 🚂');
    assert.equal(checkMessageText('🚂'.repeat(1000)), '🚂'.repeat(1000));
  });

  for (const text of [
    '',
    '   ',
    'x'.repeat(1001),
    'one\ntwo',
    'a\tb',
    'a\rb',
    'a\u001B[31mb',
    'a\u0003',
    'a\u202Eb',
    'a\u200Bb',
    'a\u2028b',
  ]) {
    test(`is refused: ${JSON.stringify(text).slice(0, 30)}`, () => {
      const refusal = refusedBy(() => checkMessageText(text));
      assert.deepEqual([refusal.code, refusal.details.field], ['invalid', 'text']);
    });
  }
});

describe('a message', () => {
  test('goes from queued over delivered to acknowledged, and never back', () => {
    const town = new TownTwin();
    const state = (): unknown => town.get('messages', 'm-1')?.state;
    queueMessage(town, message('m-1'));
    deliverMessage(town, 'm-1' as MessageId, second);
    assert.equal(state(), 'delivered');
    deliverMessage(town, 'm-1' as MessageId, third);
    assert.equal(town.get('messages', 'm-1')?.deliveredAt, second);
    acknowledgeMessage(town, 'm-1' as MessageId, third);
    assert.deepEqual([state(), town.get('messages', 'm-1')?.acknowledgedAt], ['acknowledged', third]);
    deliverMessage(town, 'm-1' as MessageId, third);
    acknowledgeMessage(town, 'm-1' as MessageId, first);
    assert.deepEqual([state(), town.get('messages', 'm-1')?.acknowledgedAt], ['acknowledged', third]);
  });

  test('that nobody is there to read is refused at fifty; what was read makes room and is kept for a while', () => {
    const town = new TownTwin();
    for (let at = 0; at < 50; at += 1) queueMessage(town, message(`m-${at}`));
    assert.equal(refusedBy(() => queueMessage(town, message('m-50'))).code, 'capacity');
    for (let at = 0; at < 200; at += 1) {
      acknowledgeMessage(town, `m-${at}` as MessageId, second);
      queueMessage(town, message(`m-${at + 50}`));
    }
    assert.equal(messagesOf(town, nux).length, 50 + 100);
    assert.ok(town.get('messages', 'm-249'));
  });

  test('goes with its agent, and only with it', () => {
    const town = new TownTwin();
    queueMessage(town, message('m-1'));
    queueMessage(town, message('m-2', { to: 'backend/slit' as AgentId }));
    dropMessages(town, nux);
    assert.deepEqual(
      [...town.all('messages')].map(({ id }) => id),
      ['m-2'],
    );
  });
});
