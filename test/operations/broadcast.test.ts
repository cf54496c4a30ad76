import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal, TestTown } from './support.ts';

test('who is muted is shown only what is urgent, and the rest when it is over', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const [nux, slit] = [await town.worker(), await town.worker('Cache sessions')];
  assert.deepEqual(await town.ask('notify/set', { level: 'muted' }, nux.caller), {
    who: nux.id,
    level: 'muted',
  });
  await refusal('forbidden', town.ask('notify/set', { agent: nux.id, level: 'normal' }, slit.caller));
  const { how } = await town.ask('nudge/send', { agent: nux.id, text: 'quiet' });
  assert.match(how, /is muted/);
  await town.ask('mail/send', { to: [nux.id], subject: 'a letter', text: '' });
  await town.ask('nudge/send', { agent: nux.id, text: 'loud', urgent: true });
  const shown = async (): Promise<readonly string[]> => {
    const { text = '' } = await town.ask('session/event', { event: 'prompt' }, nux.caller);
    await town.settle();
    return ['quiet', 'a letter', 'loud'].filter((word) => text.includes(`| ${word}`));
  };
  assert.deepEqual(await shown(), ['loud']);
  assert.deepEqual(await shown(), []);
  await town.ask('notify/set', { agent: nux.id, level: 'normal' });
  assert.deepEqual(await shown(), ['quiet', 'a letter']);
  assert.equal('notifications' in nux.polecat, false);
});

test('a person who wants to be left alone says so once, for every window', async (t) => {
  const town = await TestTown.open(t);
  await town.ask('notify/set', { level: 'muted' });
  assert.deepEqual(await town.ask('notify/get', {}), { who: 'overseer', level: 'muted' });
  assert.equal((await town.ask('attention/list', {})).muted, true);
  await town.ask('notify/set', { level: 'normal' });
  assert.equal((await town.ask('attention/list', {})).muted, undefined);
});

test('a broadcast goes to everyone at work, and one full mailbox keeps nobody from it', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const [nux, slit] = [await town.worker(), await town.worker('Cache sessions')];
  const done = await town.worker('Index logs');
  await done.submit();
  const to = async (more = {}): Promise<readonly string[]> => {
    const { sent } = await town.ask('nudge/broadcast', { text: 'main is frozen', ...more });
    return sent.map((each) => each.to);
  };
  const both = [nux.id, slit.id].toSorted();
  assert.deepEqual(await to({ dryRun: true }), both);
  assert.equal([...town.view.all('messages')].length, 0);
  assert.deepEqual(await to({ rig: 'backend' }), both);
  for (let at = 0; at < 49; at += 1) await town.ask('nudge/send', { agent: nux.id, text: 'x' });
  const { sent, refused } = await town.ask('nudge/broadcast', { text: 'again' });
  assert.deepEqual([sent.map((each) => each.to), refused.map(({ agent }) => agent)], [[slit.id], [nux.id]]);
  await refusal('not-found', town.ask('nudge/broadcast', { text: 'x', rig: 'nowhere' }));
});
