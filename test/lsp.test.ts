import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { LanguageClient } from './e2e/languageClient.ts';
import { dataOf, refusal } from './e2e/lspTalk.ts';
import { temporaryFolder } from './rpc/place.ts';

const program = join(import.meta.dirname, 'lspStandIn.ts');
const method = 'gastown/runtime/test';
const notification = 'gastown/runtimeTest';

async function begun(t: TestContext): Promise<LanguageClient> {
  const folder = temporaryFolder(t);
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder };
  const client = new LanguageClient(t, { cwd: folder, environment, program });
  const { capabilities } = (await client.begin()) as {
    capabilities: { executeCommandProvider: { commands: string[] } };
  };
  assert.ok(capabilities.executeCommandProvider.commands.includes('gastown.runtime.test'));
  return client;
}

test('a runtime is tested without any town, and what is seen is told while it is seen', async (t) => {
  const client = await begun(t);
  const result = (await client.request(method, { runtime: 'mine', live: true })) as Record<string, unknown>;
  assert.deepEqual([result['event'], result['compatible']], ['result', false]);
  assert.deepEqual(
    client.all(notification).map(({ event }) => event),
    ['begin', 'step', 'result'],
  );
  assert.equal(client.all(notification)[0]?.['live'], true);
  const again = (await client.execute('gastown.runtime.test', { runtime: 'mine' })) as Record<
    string,
    unknown
  >;
  assert.equal(again['runtime'], 'mine');
  assert.equal(await client.leave(), 0);
});

test('one at a time; a request that is taken back ends its test', async (t) => {
  const client = await begun(t);
  const endless = refusal(client.request(method, { runtime: 'endless' }));
  await client.hears(notification, ({ event }) => event === 'step');
  const endlessId = client.count;
  const second = await refusal(client.request(method, { runtime: 'mine' }));
  assert.deepEqual(
    [second.message, dataOf(second)['code']],
    ['A runtime is being tested already.', 'in-use'],
  );
  client.cancel(endlessId);
  assert.equal((await endless).code, -32_800);
  assert.equal(((await client.request(method, { runtime: 'mine' })) as { event: string }).event, 'result');
});

test('what the test refuses arrives with its reason; a name that is an option gets nowhere', async (t) => {
  const client = await begun(t);
  const refused = await refusal(client.request(method, { runtime: 'refused' }));
  assert.deepEqual([refused.message, dataOf(refused)['code']], ['There is no runtime refused.', 'not-found']);
  for (const [params, field] of [
    [{ runtime: '--live' }, 'runtime'],
    [{ runtime: '' }, 'runtime'],
    [{}, 'runtime'],
    [{ runtime: 'sim', live: 'yes' }, 'live'],
  ] as const) {
    const wrong = dataOf(await refusal(client.request(method, params)));
    assert.deepEqual([wrong['code'], wrong['field']], ['invalid', field]);
  }
  const silent = await refusal(client.request(method, { runtime: 'silent' }));
  assert.equal(silent.message, 'The test ended without a result.');
});
