import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mail } from '../../server/domain/message.ts';
import type { DestinationView } from '../../server/protocol/destination.ts';
import { before } from './samples.ts';
import { gt, lines } from './support.ts';

function view(kind: 'group' | 'queue' | 'channel', fields: object, more: object = {}): DestinationView {
  const made = { createdAt: before(5), createdBy: 'overseer' };
  const name = (fields as { name?: string }).name ?? 'web';
  return { destination: { id: `${kind}:${name}`, kind, name, ...made, ...fields }, ...more } as never;
}

const claimed = {
  id: 'm-1',
  kind: 'mail',
  from: 'mayor',
  to: 'backend/nux',
  addressed: 'queue:work',
  claim: { queue: 'queue:work', at: before(0) },
  subject: 'Update the licence headers',
  text: 'all of them',
  type: 'task',
  priority: 2,
  thread: 'm-1',
  state: 'delivered',
  createdAt: before(2),
} as unknown as Mail;

test('groups, queues and channels are listed on 80 columns, and their texts are text', async () => {
  const queues = {
    'destination/list': {
      destinations: [
        view(
          'queue',
          { name: 'work', claimers: 'backend/polecats/*', description: 'a \u001B[31mb' },
          { waiting: 3 },
        ),
      ],
    },
  };
  for (const words of [
    ['mail', 'queue'],
    ['mail', 'queue', 'list'],
  ]) {
    const said = await gt(words, queues);
    assert.deepEqual(said.asked, [{ method: 'destination/list', params: { kind: 'queue' } }]);
    assert.equal(
      said.stdout,
      lines(`
        QUEUE  UNCLAIMED  CLAIMERS            MADE BY   WHAT
        work   3          backend/polecats/*  overseer  a b
      `),
    );
  }
  const none = await gt(['mail', 'channel'], { 'destination/list': { destinations: [] } });
  assert.equal(none.stdout, 'There is no channel.\nNext: gt mail channel create NAME\n');
});

test('one group says whom it reaches; in JSON it is the record with what is counted', async () => {
  const group = {
    ...view('group', { members: ['group:all', 'backend/nux'] }, { reaches: 2 }),
    recipients: ['backend/nux', 'mayor'],
  };
  const answers = { 'destination/get': group };
  const said = await gt(['mail', 'group', 'show', '@web'], answers);
  assert.deepEqual(said.asked[0]?.params, { kind: 'group', name: '@web' });
  assert.equal(
    said.stdout,
    lines(`
      group web
        made 5 m ago by overseer
        members: group:all, backend/nux
        reaches: backend/nux, mayor
      Next: gt mail send @web -s SUBJECT -m TEXT
    `),
  );
  const json = JSON.parse((await gt(['mail', 'group', 'web', '--json'], answers)).stdout) as object;
  const keys = 'createdAt createdBy id kind members name reaches recipients';
  assert.equal(Object.keys(json).toSorted().join(' '), keys);
});

for (const [words, params] of [
  [
    'group create web a b --member c,d -d what',
    { kind: 'group', name: 'web', members: ['a', 'b', 'c', 'd'], description: 'what' },
  ],
  [
    'queue create work --claimers backend/polecats/*',
    { kind: 'queue', name: 'work', claimers: 'backend/polecats/*' },
  ],
  [
    'channel create news --retain-count=0 --retain-hours=24',
    { kind: 'channel', name: 'news', keep: 1000, hours: 24 },
  ],
  ['channel create news --retain-count 5 --retain-hours 0', { kind: 'channel', name: 'news', keep: 5 }],
] as const) {
  test(`mail ${words}`, async () => {
    const said = await gt(['mail', ...words.split(' ')], {
      'destination/create': view(params.kind, { name: params.name }),
    });
    assert.deepEqual(said.asked, [{ method: 'destination/create', params }]);
    assert.match(said.stdout, new RegExp(`^Made the ${params.kind} ${params.name}\\.\nNext: gt mail send `));
  });
}

test('members are added and taken out, and who subscribes is said', async () => {
  const change = {
    'destination/change': { ...view('group', { members: ['mayor'] }), added: ['mayor'], removed: [] },
  };
  const added = await gt(['mail', 'group', 'add', 'web', 'mayor/'], change);
  assert.deepEqual(added.asked[0]?.params, { kind: 'group', name: 'web', add: ['mayor/'] });
  assert.match(added.stdout, /^Added mayor\.\n/);
  const removed = await gt(['mail', 'group', 'remove', 'web', 'x'], change);
  assert.deepEqual(removed.asked[0]?.params, { kind: 'group', name: 'web', remove: ['x'] });
  assert.match(removed.stdout, /^None of them was in it\.\n/);
  const { destination } = view('channel', { name: 'news', subscribers: [], keep: 1 });
  for (const [word, params, says] of [
    ['subscribe', {}, 'overseer is subscribed to news.\n'],
    ['unsubscribe', { leave: true }, 'overseer is not subscribed to news.\n'],
  ] as const) {
    const said = await gt(['mail', 'channel', word, 'news'], {
      'destination/subscribe': { destination, who: 'overseer', changed: true },
    });
    assert.deepEqual([said.asked[0]?.params, said.stdout], [{ channel: 'news', ...params }, says]);
  }
});

test('a claim prints the letter behind a bar, and what to do with it', async () => {
  const answers = { 'mail/claim': { mail: claimed, waiting: 2 } };
  const said = await gt(['mail', 'claim', 'work'], answers);
  assert.equal(
    said.stdout,
    lines(`
      Letter m-1
        From:   mayor
        To:     backend/nux, by queue:work
        Sent:   2 m ago · task · P2 · delivered
        | Update the licence headers
        |
        | all of them
      Claimed. 2 letters left. When it is done: gt mail archive m-1
      Not for you: gt mail release m-1
    `),
  );
  const json = JSON.parse((await gt(['mail', 'claim', '--json'], answers)).stdout) as {
    mail: { claim: object };
    waiting: number;
  };
  assert.deepEqual([json.mail.claim, json.waiting], [claimed.claim, 2]);
  const none = await gt(['mail', 'claim'], { 'mail/claim': { waiting: 0 } });
  assert.deepEqual([none.code, none.stdout, none.asked[0]?.params], [0, 'Nothing is unclaimed.\n', {}]);
});

test('release, announces, hook, drain, clear', async () => {
  const released = await gt(['mail', 'release', 'm-1'], {
    'mail/release': { mail: { ...claimed, to: 'queue:work' as never } },
  });
  assert.equal(released.stdout, 'Gave m-1 back to queue:work.\n');
  const { destination: channel } = view('channel', { name: 'news', subscribers: [], keep: 1 });
  for (const words of [
    ['announces', 'news'],
    ['channel', 'news'],
  ]) {
    const said = await gt(['mail', ...words], {
      'mail/announces': { channel: channel as never, mail: [] },
    });
    assert.deepEqual(said.asked, [{ method: 'mail/announces', params: { channel: 'news' } }]);
    assert.match(said.stdout, /^Nothing was said in channel:news\./);
  }
  const announced = await gt(['mail', 'announces', 'news'], {
    'mail/announces': { channel: channel as never, mail: [claimed] },
  });
  assert.equal(
    announced.stdout,
    lines(`
      LETTER  FROM   SENT     SUBJECT
      m-1     mayor  2 m ago  Update the licence headers
      Next: gt mail read m-1
    `),
  );
  const hooked = await gt(['mail', 'hook', '1', 'mayor'], {
    'mail/hook': { agent: 'mayor', bead: { id: 'hq-x', title: 'T' } as never },
  });
  assert.deepEqual(hooked.asked[0]?.params, { message: '1', agent: 'mayor' });
  assert.match(hooked.stdout, /^Put hq-x on the hook of mayor: T\n/);
  const messages = [claimed];
  for (const words of ['mail drain -n --max-age 1h --all', 'mail drain --identity x -q', 'nudge drain -q']) {
    const said = await gt(words.split(' '), { 'mail/drain': { address: 'x', messages, text: 'a\nb' } });
    assert.deepEqual(said.asked[0], {
      method: 'mail/drain',
      params: words.includes('-n ') ? { dryRun: true } : {},
    });
    assert.equal(said.stdout, 'a\nb\n');
  }
  const empty = await gt(['mail', 'drain'], { 'mail/drain': { address: 'x', messages: [] } });
  assert.deepEqual([empty.code, empty.stdout], [0, 'Nothing waits.\n']);
  const cleared = await gt(['mail', 'clear', 'backend/nux', '--all'], {
    'mail/clear': { address: 'backend/nux', cleared: 3, kept: 1 },
  });
  assert.deepEqual(cleared.asked[0]?.params, { of: 'backend/nux', unread: true });
  assert.equal(cleared.stdout, 'Deleted 3 letters of backend/nux; 1 kept.\n');
});

test('archive --stale puts away what came before the session, and lists it with --dry-run', async () => {
  const old = { ...claimed, id: 'm-old', claim: undefined, createdAt: before(60) } as unknown as Mail;
  const young = { ...old, id: 'm-new', createdAt: before(1) } as Mail;
  const answers = {
    'session/list': [{ agent: 'backend/nux', createdAt: before(30) } as never],
    'mail/list': { address: 'backend/nux', mail: [young, old] },
    'mail/mark': { mail: [old] },
  };
  const around = { environment: { GT_SESSION: '/s.json', BD_ACTOR: 'backend/nux' } };
  const dry = await gt('mail archive --stale --dry-run'.split(' '), answers, around);
  assert.equal(dry.stdout, 'Would archive 1 letter: m-old\n');
  const done = await gt('mail archive --stale'.split(' '), answers, around);
  assert.deepEqual(done.asked.at(-1), {
    method: 'mail/mark',
    params: { as: 'archived', messages: ['m-old'] },
  });
  assert.equal((await gt('mail archive --stale'.split(' '), answers)).code, 2);
});
