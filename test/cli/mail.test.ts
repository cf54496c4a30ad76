import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mail } from '../../server/domain/message.ts';
import { before } from './samples.ts';
import { gt, lines } from './support.ts';

function letter(fields: Partial<Mail> = {}): Mail {
  return {
    id: 'm-1',
    kind: 'mail',
    from: 'backend/slit',
    to: 'backend/nux',
    subject: 'API changed',
    text: 'see\nbe-auth',
    type: 'notification',
    priority: 2,
    thread: 'm-1',
    state: 'queued',
    createdAt: before(2),
    ...fields,
  } as Mail;
}

test('send takes the flags of other towns as they are written', async () => {
  const said = await gt(
    'mail send mayor/ --subject Hi -m text --type task --priority 1 --urgent --cc a,b --cc c --reply-to m-9 --notify --pinned'.split(
      ' ',
    ),
    { 'mail/send': { sent: [letter()], notes: ['The witness of backend is code.'] } },
  );
  assert.deepEqual(said.asked[0]?.params, {
    to: ['mayor/'],
    subject: 'Hi',
    text: 'text',
    type: 'task',
    cc: ['a', 'b', 'c'],
    replyTo: 'm-9',
    priority: 1,
    urgent: true,
    pinned: true,
  });
  assert.equal(said.stdout, 'The witness of backend is code.\nQueued m-1 for backend/nux.\n');
  const both = await gt(['mail', 'send', 'x', '-s', 'a', '-m', 'b', '--stdin']);
  assert.deepEqual([both.code, both.asked.length], [2, 0]);
});

test('a reply goes to who wrote it, with its subject', async () => {
  const said = await gt(['mail', 'reply', '1', 'all', 'done'], {
    'mail/get': { mail: letter(), unread: 1 },
    'mail/send': { sent: [letter()], notes: [] },
  });
  assert.deepEqual(
    said.asked.map(({ params }) => params),
    [
      { message: '1', peek: true },
      { to: ['backend/slit'], subject: 'Re: API changed', text: 'all done', replyTo: 'm-1' },
    ],
  );
});

test('the inbox and a letter, on 80 columns, with nothing of their text as anything but text', async () => {
  const mail = [
    letter({
      id: 'm-2' as Mail['id'],
      urgent: true,
      subject: `\u001B[31mred\u001B[0m ${'long '.repeat(20)}`,
    }),
    letter({ state: 'acknowledged' }),
  ];
  const inbox = await gt(['mail', 'inbox', '--unread'], {
    'mail/list': { address: 'backend/nux', mail },
  });
  assert.deepEqual(inbox.asked[0]?.params, { unread: true });
  assert.equal(
    inbox.stdout,
    lines(`
      2 letters for backend/nux, 1 unread
         LETTER  FROM          STATE           SENT     SUBJECT
      1  m-2     backend/slit  unread, urgent  2 m ago  red long long long long long…
      2  m-1     backend/slit  read            2 m ago  API changed
    `),
  );
  const read = await gt(['mail', 'read', '2'], { 'mail/get': { mail: letter(), unread: 0 } });
  assert.equal(
    read.stdout,
    lines(`
      Letter m-1
        From:   backend/slit
        To:     backend/nux
        Sent:   2 m ago · notification · P2 · queued
        | API changed
        |
        | see
        | be-auth
      Next: gt mail reply m-1 -m TEXT
    `),
  );
});

test('check ends with 0 where there is mail, with 1 where there is none, and with --inject always with 0', async () => {
  const check = (unread: number, ...more: string[]) =>
    gt(['mail', 'check', ...more], { 'mail/check': { address: 'backend/nux', unread } });
  assert.equal((await check(2)).code, 0);
  const none = await check(0, '--json');
  assert.deepEqual(
    [none.code, JSON.parse(none.stdout)],
    [1, { address: 'backend/nux', unread: 0, has_new: false }],
  );
  const inject = await check(0, '--inject');
  assert.deepEqual([inject.code, inject.stdout], [0, '']);
  const broken = await gt(['mail', 'check', '--inject'], {
    'mail/check': () => {
      throw new Error('boom');
    },
  });
  assert.deepEqual([broken.code, broken.stdout], [0, '']);
});

test('search tries the pattern here; one that is none is wrong usage', async () => {
  const mail = [letter(), letter({ id: 'm-2' as Mail['id'], subject: 'other', from: 'mayor' })];
  const found = async (...words: string[]): Promise<unknown> => {
    const said = await gt(['mail', 'search', ...words, '--json'], { 'mail/list': { address: 'x', mail } });
    return (JSON.parse(said.stdout) as { mail: { id: string }[] }).mail.map(({ id }) => id);
  };
  assert.deepEqual(await found('api|zzz'), ['m-1']);
  assert.deepEqual(await found('be-a', '--subject'), []);
  assert.deepEqual(await found('be-a', '--body'), ['m-1', 'm-2']);
  assert.deepEqual(await found('.', '--from', 'mayor'), ['m-2']);
  assert.equal((await gt(['mail', 'search', '('])).code, 2);
});

test('marks take letters or --all', async () => {
  const said = await gt(['mail', 'archive', 'm-1', '2'], { 'mail/mark': { mail: [letter()] } });
  assert.deepEqual(said.asked[0]?.params, { as: 'archived', messages: ['m-1', '2'] });
  assert.equal(said.stdout, '1 letter archived: m-1\n');
  for (const words of [['mark-read'], ['delete', 'm-1', '--all']])
    assert.equal((await gt(['mail', ...words])).code, 2, words.join(' '));
});
