import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { membersNow, recipientsOf } from '../../server/domain/addresses.ts';
import { destinationId, type Destination, type DestinationKind } from '../../server/domain/destination.ts';
import {
  addMembers,
  announce,
  announced,
  createDestination,
  deleteDestination,
  findDestination,
  leaveDestinations,
  parseDestinationName,
  removeMembers,
} from '../../server/domain/destinations.ts';
import type { AgentId, MessageId, Timestamp } from '../../server/domain/ids.ts';
import { clearMail, mailOf, markMail, postMail } from '../../server/domain/mail.ts';
import { claimOldest, freeClaims, giveBack, mayClaim, putInQueue } from '../../server/domain/mailQueues.ts';
import type { Mail } from '../../server/domain/message.ts';
import { dropMessages } from '../../server/domain/messages.ts';
import type { MailChannel, MailQueue } from '../../server/domain/destination.ts';
import { given, polecat, refusedBy, rig } from './support.ts';
import type { GivenRecord } from './townTwin.ts';

const nux = 'backend/nux' as AgentId;
const slit = 'backend/slit' as AgentId;
const at = (minute: number): Timestamp =>
  new Date(Date.UTC(2026, 4, 1, 10, minute)).toISOString() as Timestamp;

function made(kind: DestinationKind, name: string, fields: object = {}): Destination {
  const id = destinationId(kind, name);
  const own = { group: { members: [] }, queue: { claimers: '*' }, channel: { subscribers: [], keep: 3 } };
  return { id, kind, name, createdAt: at(0), createdBy: 'overseer', ...own[kind], ...fields } as Destination;
}

const record = (destination: Destination): GivenRecord => ['destinations', destination];

function letter(id: string, to: string, minute = 1): Mail {
  return {
    id: id as MessageId,
    kind: 'mail',
    from: 'overseer',
    to: to as AgentId,
    subject: id,
    text: '',
    type: 'task',
    priority: 2,
    thread: id as MessageId,
    state: 'queued',
    createdAt: at(minute),
  };
}

const agents: readonly GivenRecord[] = [rig('backend', 'be'), polecat(nux, 'be-a'), polecat(slit, 'be-b')];

describe('names', () => {
  test('lower-case letters, digits, hyphens and underscores', () => {
    for (const name of ['a', 'on-call_2', '9', 'x'.repeat(32)])
      assert.equal(parseDestinationName('queue', name), name);
  });

  const hostile = ['', '../x', 'a\nb', 'a\u001B[31m', '$(id)', '__proto__', 'x'.repeat(33)];
  const wrong = 'A -a a/b @x a:b * ü town crew list show witness'.split(' ');
  for (const name of [...hostile, ...wrong, 'a b']) {
    test(`refused: ${JSON.stringify(name)}`, () => {
      const refusal = refusedBy(() => parseDestinationName('group', name));
      assert.equal(refusal.code, 'invalid');
      assert.ok(!refusal.message.includes('\u001B'));
    });
  }
});

describe('groups', () => {
  test('nested ones count everybody once, and a member that is gone is nobody', () => {
    given(
      ...agents,
      record(made('group', 'all', { members: ['group:web', nux, 'backend/gone'] })),
      record(made('group', 'web', { members: ['backend/polecats/*', 'overseer'] })),
    )
      .when((draft) => recipientsOf(draft, '@all', slit))
      .thenHolds(({ to, isGroup }) => {
        assert.equal(isGroup, true);
        assert.deepEqual(to.toSorted(), [nux, 'overseer']);
      });
  });

  test('a group is no member of itself, however far around; one that was written so is walked once', () => {
    const town = given(
      ...agents,
      record(made('group', 'a', { members: [nux] })),
      record(made('group', 'b', { members: ['group:a'] })),
      record(made('group', 'c', { members: ['group:b'] })),
    );
    town
      .when((draft) => addMembers(draft, destinationId('group', 'a'), ['@c']))
      .thenRefused('cycle', /group:c/);
    town.when((draft) => addMembers(draft, destinationId('group', 'a'), ['list:a'])).thenRefused('cycle');
    given(...agents, record(made('group', 'loop', { members: ['group:loop', slit] })))
      .when((draft) => membersNow(draft, ['group:loop']))
      .thenHolds((all) => assert.deepEqual(all, [slit]));
  });

  test('members are kept by the names that the town knows, once, and taken out by whatever name', () => {
    given(...agents, record(made('group', 'a')))
      .when((draft) => {
        const id = destinationId('group', 'a');
        addMembers(draft, id, ['nux', 'backend/polecats/nux', '@town', 'mayor/']);
        return removeMembers(draft, id, ['nux', 'nobody']);
      })
      .thenHolds(({ destination, changed }) => {
        assert.deepEqual(changed, [nux]);
        assert.deepEqual(destination.kind === 'group' && destination.members, ['@town', 'mayor']);
      });
  });

  for (const [what, code] of [
    ['backend/nox', 'not-found'],
    ['@nothing', 'not-found'],
    ['nowhere/polecats/*', 'not-found'],
    ['queue:work', 'invalid'],
    ['channel:x', 'invalid'],
    ['backend/witness', 'invalid'],
  ] as const) {
    test(`no member: ${what}`, () => {
      given(...agents, record(made('queue', 'work')))
        .when((draft) => createDestination(draft, made('group', 'a', { members: [what] })))
        .thenRefused(code);
    });
  }

  test('an unknown one is refused with the near names', () => {
    given(...agents, record(made('group', 'reviewers')))
      .when((draft) => recipientsOf(draft, '@reviewer'))
      .thenRefused('not-found', /Did you mean group:reviewers\?/);
    given(...agents, record(made('group', 'web')))
      .when((draft) => recipientsOf(draft, '@wbe'))
      .thenRefused('not-found', /Did you mean group:web\?/);
    given(...agents)
      .when((draft) => recipientsOf(draft, 'backend/nuks'))
      .thenRefused('not-found', /Did you mean backend\/nux\?/);
  });

  test('who is gone is in nothing any more, so that the next of its name gets nothing', () => {
    given(
      ...agents,
      record(made('group', 'a', { members: [nux, slit] })),
      record(made('channel', 'b', { subscribers: [nux] })),
    )
      .when((draft) => leaveDestinations(draft, nux))
      .thenHolds((_, town) => {
        assert.deepEqual(membersNow(town, ['group:a']), [slit]);
        assert.deepEqual(recipientsOf(town, 'channel:b').to, []);
      });
  });

  test('one that is part of another goes only by force, and then out of it', () => {
    const town = given(record(made('group', 'a', { members: ['group:b'] })), record(made('group', 'b')));
    const id = destinationId('group', 'b');
    town.when((draft) => deleteDestination(draft, id, false)).thenRefused('in-use', /group:a/);
    town
      .when((draft) => deleteDestination(draft, id, true))
      .thenHolds((_, after) => {
        assert.equal(after.get('destinations', id), undefined);
        assert.deepEqual(findDestination(after, 'group', '@a'), made('group', 'a'));
      });
  });
});

describe('queues', () => {
  const work = made('queue', 'work') as MailQueue;
  const waiting = (draft: Parameters<typeof putInQueue>[0]): void => {
    putInQueue(draft, letter('m-1', work.id, 1));
    putInQueue(draft, letter('m-2', work.id, 2));
  };

  test('the oldest is claimed, once, and given back to its place', () => {
    given(...agents, record(work))
      .when((draft) => {
        waiting(draft);
        const first = claimOldest(draft, [work], { by: nux, at: at(5) });
        const second = claimOldest(draft, [work], { by: slit, at: at(5) });
        const none = claimOldest(draft, [work], { by: slit, at: at(5) });
        if (first) giveBack(draft, first);
        const again = claimOldest(draft, [work], { by: slit, at: at(6) });
        return [first, second, none, again];
      })
      .thenHolds(([first, second, none, again]) => {
        assert.deepEqual([first?.id, first?.to, first?.state], ['m-1', nux, 'delivered']);
        assert.equal(second?.id, 'm-2');
        assert.equal(none, undefined);
        assert.deepEqual([again?.id, again?.to, again?.claim?.at], ['m-1', slit, at(6)]);
      });
  });

  test('who is gone loses its claims to the queue, and keeps what it has done with', () => {
    given(...agents, record(work))
      .when((draft) => {
        waiting(draft);
        const done = claimOldest(draft, [work], { by: nux, at: at(5) });
        claimOldest(draft, [work], { by: nux, at: at(5) });
        if (done) markMail(draft, done.id, 'archived', at(6));
        dropMessages(draft, nux);
      })
      .thenHolds((_, town) => {
        assert.deepEqual(mailOf(town, work.id), [letter('m-2', work.id, 2)]);
        assert.equal(town.get('messages', 'm-1'), undefined);
      });
  });

  test('neither clearing nor what is too old to be kept takes what is claimed or pinned', () => {
    given(...agents, record(work))
      .when((draft) => {
        waiting(draft);
        const held = claimOldest(draft, [work], { by: nux, at: at(5) });
        if (held) markMail(draft, held.id, 'read', at(5));
        postMail(draft, { ...letter('m-pinned', nux), pinned: true });
        markMail(draft, 'm-pinned' as MessageId, 'read', at(5));
        for (let index = 0; index < 260; index += 1) {
          const id = `m-x${index}` as MessageId;
          postMail(draft, letter(id, nux, 10 + index));
          markMail(draft, id, 'read', at(5));
        }
        const kept = mailOf(draft, nux).map(({ id }) => id as string);
        return { kept, cleared: clearMail(draft, nux, true) };
      })
      .thenHolds(({ kept, cleared }, town) => {
        assert.ok(kept.includes('m-1') && kept.includes('m-pinned'));
        assert.ok(kept.length <= 203, String(kept.length));
        assert.equal(cleared, kept.length - 2);
        assert.deepEqual(
          mailOf(town, nux).map(({ id }) => id),
          ['m-1', 'm-pinned'],
        );
      });
  });

  test('only those whom it is open to, and people, may claim', () => {
    const queue = made('queue', 'q', { claimers: 'backend/polecats/*' }) as MailQueue;
    given(...agents, record(queue), record(made('group', 'g', { members: [slit] })))
      .when((draft) => [
        mayClaim(draft, queue, nux),
        mayClaim(draft, queue, 'backend/crew/dave'),
        mayClaim(draft, queue, 'overseer'),
        mayClaim(draft, { ...queue, claimers: 'group:g' }, slit),
        mayClaim(draft, { ...queue, claimers: 'group:g' }, nux),
        mayClaim(draft, { ...queue, claimers: 'backend/gone' }, nux),
      ])
      .thenHolds((may) => assert.deepEqual(may, [true, false, true, true, false, false]));
  });

  test('one in which letters wait goes only by force; they go to the person, and claims that come back do, too', () => {
    const town = given(...agents, record(work));
    town
      .when((draft) => {
        waiting(draft);
        deleteDestination(draft, work.id, false);
      })
      .thenRefused('in-use', /2 letters wait/);
    town
      .when((draft) => {
        waiting(draft);
        claimOldest(draft, [work], { by: nux, at: at(5) });
        deleteDestination(draft, work.id, true);
        freeClaims(draft, nux);
      })
      .thenHolds((_, after) =>
        assert.deepEqual(
          mailOf(after, 'overseer').map(({ id, addressed, state }) => [id, addressed, state]),
          [
            ['m-1', 'queue:work', 'queued'],
            ['m-2', 'queue:work', 'queued'],
          ],
        ),
      );
  });

  test('nobody holds more than fifty', () => {
    given(...agents, record(work))
      .when((draft) => {
        for (let index = 0; index <= 50; index += 1) {
          putInQueue(draft, letter(`m-${index}`, work.id));
          claimOldest(draft, [work], { by: nux, at: at(5) });
        }
      })
      .thenRefused('capacity', /gt mail release/);
  });

  test('five hundred that wait are enough', () => {
    given(record(work))
      .when((draft) => {
        for (let index = 0; index <= 500; index += 1) putInQueue(draft, letter(`m-${index}`, work.id));
      })
      .thenRefused('capacity', /gt mail claim work/);
  });
});

describe('channels', () => {
  test('the newest letters are kept, by count and by hours', () => {
    const channel = made('channel', 'news', { hours: 1 }) as MailChannel;
    given(record(channel))
      .when((draft) => {
        for (let index = 0; index < 5; index += 1)
          announce(draft, channel.id, letter(`m-${index}`, 'x', index));
        return announced(draft, channel, at(63));
      })
      .thenHolds((fresh, town) => {
        assert.deepEqual(
          mailOf(town, channel.id).map(({ id }) => id),
          ['m-2', 'm-3', 'm-4'],
        );
        assert.deepEqual(
          fresh.map(({ id }) => id),
          ['m-3', 'm-4'],
        );
      });
  });

  test('what it kept goes with it', () => {
    given(record(made('channel', 'news')))
      .when((draft) => {
        announce(draft, destinationId('channel', 'news'), letter('m-1', 'x'));
        deleteDestination(draft, destinationId('channel', 'news'), false);
      })
      .thenHolds((_, town) => assert.equal(town.get('messages', 'm-1'), undefined));
  });

  test('it keeps one to a thousand', () => {
    given()
      .when((draft) => createDestination(draft, made('channel', 'news', { keep: 1001 })))
      .thenRefused('invalid');
    given(record(made('channel', 'news')))
      .when((draft) => createDestination(draft, made('channel', 'news')))
      .thenRefused('taken');
  });
});
