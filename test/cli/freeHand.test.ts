import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import { sampleRig } from './samples.ts';
import { type Answers, gt } from './support.ts';

/** What a rig gives a free hand to: its runtime, its setup command. */

const auto = {
  rig: sampleRig('backend').rig,
  settings: { ...sampleRig('backend').rig.settings, approval: 'auto' as const },
};

const asks: Answers = {
  'rig/configure': ({ confirmed }) => {
    if (confirmed === true) return sampleRig('backend', {}, { settings: auto.settings });
    throw new Refusal('unapproved', 'It acts without asking anybody.', {
      next: 'gt rig config backend approval auto --yes',
      facts: { confirm: 'approval' },
    });
  },
};

test('approval auto is asked of a person on a terminal, and set where they agree', async () => {
  const words = ['rig', 'config', 'backend', 'approval', 'auto'];
  const yes = await gt(words, asks, { agrees: true });
  assert.deepEqual([yes.code, yes.asked.length], [0, 2]);
  assert.match(yes.stdout, /^backend: approval is auto now\.$/m);
  const no = await gt(words, asks, { agrees: false });
  assert.deepEqual([no.code, no.asked.length], [1, 1]);
  for (const around of [{}, { agrees: true }]) {
    const program = await gt([...words, '--json'], asks, around);
    assert.deepEqual([program.code, program.asked.length], [1, 1]);
  }
  const nobody = await gt(words, asks);
  assert.equal(
    nobody.stderr,
    'gt: It acts without asking anybody.\nNext: gt rig config backend approval auto --yes\n',
  );
});

test('--yes confirms it; among the words of a program it is one of them', async () => {
  const params = async (...words: string[]): Promise<unknown> =>
    (await gt(['rig', 'config', ...words], asks)).asked[0]?.params;
  const approved = { rig: 'backend', key: 'approval', words: ['auto'], confirmed: true };
  assert.deepEqual(await params('backend', 'approval', 'auto', '--yes'), approved);
  assert.deepEqual(await params('--yes', 'backend', 'approval', 'auto'), approved);
  const inPlace = { rig: 'backend', key: 'isolation', words: ['in-place'], confirmed: true };
  assert.deepEqual(await params('backend', 'isolation', 'in-place', '--yes'), inPlace);
  const setup = { rig: 'backend', key: 'setup', words: ['npx', '--yes', 'tool'] };
  assert.deepEqual(await params('backend', 'setup', 'npx', '--yes', 'tool'), setup);
  assert.deepEqual(await params('--yes', 'backend', 'setup', 'npx', '--yes', 'tool'), {
    ...setup,
    confirmed: true,
  });
});

test('a rig whose runtime acts unasked says so in the list and in its page', async () => {
  const rig = sampleRig('backend', {}, { settings: auto.settings });
  const list = await gt(['rig', 'list'], { 'rig/list': [rig, sampleRig('frontend')] });
  assert.match(list.stdout, /^Warning: Runtimes act without asking anybody in backend \(approval auto\)\.$/m);
  const quiet = await gt(['rig', 'list'], { 'rig/list': [sampleRig('frontend')] });
  assert.doesNotMatch(quiet.stdout, /Warning/);
  const info = await gt(['rig', 'info', 'backend'], { 'rig/get': rig });
  assert.match(info.stdout, /^Approval: auto$/m);
});

test('a setup command is approved like the programs of the configuration, and shown beside them', async () => {
  const keys = [
    { key: 'core.editor', value: 'vi', scope: 'local' },
    { key: 'setup', value: './setup.sh (with what is now in setup.sh)', scope: 'rig' },
  ];
  const answers: Answers = {
    'rig/approve': ({ hash }) => {
      if (hash === 'abc123') return { rig: sampleRig('backend').rig, keys };
      throw new Refusal('stale', 'It is not what you saw.', { facts: { hash: 'abc123', keys } });
    },
  };
  const said = await gt(['rig', 'approve', 'backend'], answers, { agrees: true });
  assert.deepEqual([said.code, said.asked.length], [0, 2]);
  assert.match(said.stderr, /git would run:\n {2}core\.editor = vi {2}\(local\)\n/);
  assert.match(
    said.stderr,
    /This would run in each new workplace:\n {2}\.\/setup\.sh \(with what is now in setup\.sh\)\n$/,
  );
});
