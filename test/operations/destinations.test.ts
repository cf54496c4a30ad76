import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Caller } from '../../server/protocol/caller.ts';
import type { Params } from '../../server/protocol/messages.ts';
import { type Agent, refusal, TestTown } from './support.ts';

/** No two letters are of the same moment. */
function ticking(): () => Date {
  let at = Date.parse('2026-05-01T10:00:00.000Z');
  return () => new Date((at += 1));
}

async function townWithTwo(t: TestContext): Promise<readonly [TestTown, Agent, Agent]> {
  const town = await TestTown.open(t, { now: ticking() });
  await town.addRig();
  return [town, await town.worker(), await town.worker('Cache sessions')];
}

async function send(
  town: TestTown,
  to: string,
  more: Partial<Params<'mail/send'>> = {},
  caller: Caller = town.person,
): Promise<readonly { readonly id: string; readonly to: string }[]> {
  const { sent } = await town.ask('mail/send', { to: [to], subject: 'S', text: 'T', ...more }, caller);
  return sent;
}

const claim = async (town: TestTown, caller: Caller, queue = 'work') =>
  (await town.ask('mail/claim', { queue }, caller)).mail;

test('a group gets a letter as it is when it is sent, but not who writes; who joins later gets the next', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  await town.ask('destination/create', { kind: 'group', name: 'web', members: [nux.id, 'overseer'] });
  const readers = async (caller?: Caller): Promise<string[]> =>
    (await send(town, '@web', {}, caller)).map(({ to }) => to).toSorted();
  assert.deepEqual(await readers(slit.caller), [nux.id, 'overseer']);
  assert.deepEqual(await readers(nux.caller), ['overseer']);
  const changed = await town.ask('destination/change', {
    kind: 'group',
    name: 'web',
    add: [slit.id.replace('backend/', ''), nux.id],
  });
  assert.deepEqual([changed.added, changed.reaches], [[slit.id], 3]);
  assert.deepEqual(await readers(), [nux.id, slit.id].toSorted());
  const { mail } = await town.ask('mail/list', {}, slit.caller);
  assert.equal(mail[0]?.addressed, '@web');
});

test('the town keeps them, and lists them among who can be written to', async (t) => {
  const [town, nux] = await townWithTwo(t);
  await town.ask('destination/create', { kind: 'group', name: 'web', members: [nux.id] });
  await town.ask('destination/create', { kind: 'queue', name: 'work', description: 'chores' });
  await town.ask('destination/create', { kind: 'channel', name: 'news', keep: 2 });
  await send(town, 'queue:work');
  const before = [...town.view.all('destinations')];
  await town.reopen();
  assert.deepEqual([...town.view.all('destinations')], before);
  const { addresses } = await town.ask('mail/directory', {});
  assert.deepEqual(addresses.slice(-3), [
    { address: 'channel:news', what: 'channel, 0 subscribed' },
    { address: 'group:web', what: 'group, reaches 1' },
    { address: 'queue:work', what: 'queue, 1 unclaimed: chores' },
  ]);
  const { details } = await refusal('not-found', send(town, 'queue:wrok'));
  assert.match(details.next ?? '', /Did you mean queue:work\?/);
});

test('people and the mayor make, change and delete them; a session subscribes itself, and nobody else', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  const made = { kind: 'channel', name: 'news' } as const;
  await town.ask('destination/create', made);
  await refusal('taken', town.ask('destination/create', made));
  await refusal('invalid', town.ask('destination/create', { kind: 'group', name: '$(touch x)' }));
  const subscribe = (more: object, caller: Caller): Promise<{ changed: boolean }> =>
    town.ask('destination/subscribe', { channel: 'news', ...more }, caller);
  assert.equal((await subscribe({}, nux.caller)).changed, true);
  assert.equal((await subscribe({}, nux.caller)).changed, false);
  await refusal('forbidden', subscribe({ who: nux.id, leave: true }, slit.caller));
  await subscribe({ who: slit.id }, town.person);
  assert.deepEqual((await town.ask('destination/get', made)).recipients, [nux.id, slit.id]);
  assert.equal((await subscribe({ leave: true }, nux.caller)).changed, true);
});

test('a letter of a queue is nobody’s until it is claimed, by one; the answer goes to who wrote it', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  await town.ask('destination/create', { kind: 'queue', name: 'work' });
  const [first] = await send(town, 'queue:work', { subject: 'first' }, slit.caller);
  await send(town, 'queue:work', { subject: 'second' });
  await refusal('not-found', town.ask('mail/get', { message: first?.id ?? '' }, nux.caller));
  assert.deepEqual((await town.ask('mail/list', {}, nux.caller)).mail, []);
  const claims = await Promise.all(
    [nux, slit, nux, slit].map(async ({ caller }) => (await claim(town, caller))?.subject),
  );
  assert.deepEqual(
    claims.filter((subject) => subject !== undefined),
    ['first', 'second'],
  );
  const mine = (await town.ask('mail/list', {}, nux.caller)).mail[0];
  assert.deepEqual([mine?.id, mine?.addressed, mine?.state], [first?.id, 'queue:work', 'delivered']);
  // It was shown by the claim, and is not shown again.
  assert.deepEqual(await town.ask('session/event', { event: 'prompt' }, nux.caller), {});
  const [answer] = await send(town, slit.id, { replyTo: mine?.id ?? '' }, nux.caller);
  await town.settle();
  const { mail } = await town.ask('mail/list', { thread: answer?.id ?? '' }, slit.caller);
  assert.equal(mail.length, 2);
  const { claimed = [] } = await town.ask('destination/get', { kind: 'queue', name: 'work' });
  assert.deepEqual(claimed.map(({ by }) => by).toSorted(), [nux.id, slit.id].toSorted());
});

test('a person looks into a queue, and takes a letter out for good; nothing of it is read or put away unclaimed', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  await town.ask('destination/create', { kind: 'queue', name: 'work' });
  const [sent] = await send(town, 'queue:work', { subject: 'first' }, slit.caller);
  const message = sent?.id ?? '';
  const { address, mail } = await town.ask('mail/list', { of: 'queue:work' });
  assert.deepEqual([address, mail.map(({ id }) => id)], ['queue:work', [message]]);
  await refusal('invalid', town.ask('mail/list', { of: 'queue:work' }, nux.caller));
  assert.equal((await town.ask('mail/get', { message })).mail?.state, 'queued');
  await refusal('invalid', town.ask('mail/mark', { messages: [message], as: 'archived' }));
  await town.ask('mail/mark', { messages: [message], as: 'deleted' });
  assert.equal(await claim(town, nux.caller), undefined);
});

test('a claim is given back by who has it, or a person; in its old place', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  await town.ask('destination/create', { kind: 'queue', name: 'work' });
  await send(town, 'queue:work', { subject: 'first' });
  await send(town, 'queue:work', { subject: 'second' });
  const message = (await claim(town, nux.caller))?.id ?? '';
  await refusal('not-found', town.ask('mail/release', { message }, slit.caller));
  await town.ask('mail/release', { message }, nux.caller);
  await refusal('not-found', town.ask('mail/release', { message }, nux.caller));
  assert.equal((await claim(town, slit.caller))?.subject, 'first');
  await town.ask('mail/release', { message });
  assert.equal((await claim(town, nux.caller))?.subject, 'first');
});

test('claims of who is done or gone are freed; what it had archived was done with', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  await town.ask('destination/create', { kind: 'queue', name: 'work' });
  for (const subject of ['first', 'second', 'third']) await send(town, 'queue:work', { subject });
  const first = await claim(town, nux.caller);
  await town.ask('mail/mark', { messages: [first?.id ?? ''], as: 'archived' }, nux.caller);
  await claim(town, nux.caller);
  await claim(town, slit.caller);
  await nux.submit();
  await town.settle();
  const waiting = async (): Promise<unknown> =>
    (await town.ask('destination/get', { kind: 'queue', name: 'work' })).waiting;
  assert.equal(await waiting(), 1);
  await slit.exit({ end: 'failed', code: 1 });
  assert.equal(await waiting(), 1);
  await town.ask('polecat/remove', { agent: slit.id, force: true });
  assert.equal(await waiting(), 2);
  const next = await claim(town, town.person);
  assert.deepEqual([next?.subject, next?.to, next?.state], ['second', 'overseer', 'acknowledged']);
});

test('who is removed is in no group and no channel any more', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  await town.ask('destination/create', { kind: 'group', name: 'web', members: [nux.id, slit.id] });
  await nux.exit({ end: 'failed', code: 1 });
  await town.ask('polecat/remove', { agent: nux.id, force: true });
  const { destination } = await town.ask('destination/get', { kind: 'group', name: 'web' });
  assert.deepEqual(destination.kind === 'group' && destination.members, [slit.id]);
});

test('only who may claims from a queue; without a name from any that is open', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  await town.ask('destination/create', { kind: 'queue', name: 'work', claimers: nux.id });
  await send(town, 'queue:work');
  await refusal('forbidden', claim(town, slit.caller));
  assert.deepEqual(await town.ask('mail/claim', {}, slit.caller), { waiting: 0 });
  assert.ok((await town.ask('mail/claim', {}, nux.caller)).mail);
  await refusal('not-found', claim(town, nux.caller, 'nothing'));
});

test('a channel tells its subscribers, and keeps the newest for everybody', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  await town.ask('destination/create', { kind: 'channel', name: 'news', keep: 2 });
  await town.ask('destination/subscribe', { channel: 'news' }, nux.caller);
  for (const subject of ['one', 'two', 'three']) await send(town, 'channel:news', { subject }, slit.caller);
  assert.equal((await town.ask('mail/check', {}, nux.caller)).unread, 3);
  assert.equal((await town.ask('mail/check', {}, slit.caller)).unread, 0);
  const { mail } = await town.ask('mail/announces', { channel: 'news' }, slit.caller);
  assert.deepEqual(
    mail.map(({ subject }) => subject),
    ['three', 'two'],
  );
  const kept = mail[0]?.id ?? '';
  assert.equal((await town.ask('mail/get', { message: kept }, slit.caller)).mail?.subject, 'three');
  await refusal('not-found', town.ask('mail/mark', { messages: [kept], as: 'deleted' }, nux.caller));
  await refusal('not-found', town.ask('mail/announces', { channel: 'new' }));
});

test('a nudge to a channel or a wildcard goes to each who is at work', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  await town.ask('destination/create', { kind: 'channel', name: 'news', members: [nux.id, 'overseer'] });
  await town.ask('destination/subscribe', { channel: 'news', who: slit.id });
  const to = async (address: string, caller = town.person): Promise<string[]> =>
    (await town.ask('nudge/each', { address, text: 'look' }, caller)).sent.map((each) => each.to).toSorted();
  assert.deepEqual(await to('channel:news'), [nux.id, slit.id].toSorted());
  assert.deepEqual(await to('channel:news', nux.caller), [slit.id]);
  assert.deepEqual(await to('backend/polecats/*', slit.caller), [nux.id]);
  await refusal('not-found', to('@nobody'));
});

test('drain gives all that waits, marks it delivered, and leaves it with a dry run', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  for (let at = 0; at < 30; at += 1) await send(town, nux.id, { subject: `letter ${at}` }, slit.caller);
  await town.ask('nudge/send', { agent: nux.id, text: 'look' });
  const drained = async (dryRun: boolean, caller: Caller): Promise<number> => {
    const { messages, text = '' } = await town.ask('mail/drain', dryRun ? { dryRun } : {}, caller);
    if (messages.length > 0) assert.match(text, /^<untrusted-messages>\n[^]*<\/untrusted-messages>$/);
    return messages.length;
  };
  assert.equal(await drained(true, nux.caller), 31);
  assert.equal(await drained(false, nux.caller), 31);
  assert.equal(await drained(false, nux.caller), 0);
  await send(town, 'overseer', {}, nux.caller);
  assert.equal(await drained(false, town.person), 1);
  assert.equal(await drained(false, town.person), 0);
  assert.equal((await town.ask('mail/check', {})).unread, 1);
});

test('clear deletes what was read, of the own mailbox', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  const [one] = await send(town, nux.id);
  await send(town, nux.id, { pinned: true });
  await send(town, nux.id);
  await town.ask('mail/mark', { all: true, as: 'read' }, nux.caller);
  await town.ask('mail/mark', { messages: [one?.id ?? ''], as: 'unread' }, nux.caller);
  await refusal('forbidden', town.ask('mail/clear', { of: nux.id }, slit.caller));
  assert.deepEqual(await town.ask('mail/clear', {}, nux.caller), { address: nux.id, cleared: 1, kept: 2 });
  const all = await town.ask('mail/clear', { of: nux.id, unread: true });
  assert.deepEqual(all, { address: nux.id, cleared: 1, kept: 1 });
});

test('nobody writes in the name of another', async (t) => {
  const [town, nux, slit] = await townWithTwo(t);
  await send(town, slit.id, { from: nux.id }, nux.caller);
  await refusal('forbidden', send(town, slit.id, { from: 'mayor/' }, nux.caller));
  await refusal('forbidden', send(town, slit.id, { from: '@town' }, nux.caller));
  await refusal('forbidden', send(town, slit.id, { from: nux.id }));
});

test('a letter becomes a bead on the hook, in one step or not at all', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const { agent } = await town.ask('crew/add', { rig: 'backend', name: 'dave' });
  const [first] = await send(town, agent, { subject: 'Fix $(touch x)', text: 'the <b>cache</b>' });
  const message = first?.id ?? '';
  const done = await town.ask('mail/hook', { message, agent });
  assert.deepEqual(
    [done.agent, done.bead.title, done.bead.status, done.bead.assignee, done.bead.rig],
    [agent, 'Fix $(touch x)', 'hooked', agent, 'backend'],
  );
  assert.match(done.bead.description ?? '', /^Letter m-.* from overseer:\n\nthe <b>cache<\/b>$/);
  const beads = [...town.view.all('beads')].length;
  await refusal('held', town.ask('mail/hook', { message, agent }));
  assert.equal([...town.view.all('beads')].length, beads);
  await refusal('no-session', town.ask('mail/hook', { message }));
});
