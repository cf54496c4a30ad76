import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { lifecycleOf } from '../../server/runtimes/lifecycle/lifecycle.ts';
import { temporaryFolder } from '../support/folder.ts';

/** As opencode has it: the hooks that the plugin gives. */
interface Plugin {
  event(input: { event: { type: string; properties: Record<string, unknown> } }): Promise<void>;
  'chat.message'(input: { sessionID: string }): Promise<void>;
  'experimental.chat.system.transform'(
    input: { sessionID?: string },
    output: { system: string[] },
  ): Promise<void>;
}

/** The plugin as it is written for a session, over a program in the place of `gt`. */
async function plugin(
  t: TestContext,
  script: string | undefined,
): Promise<{ hooks: Plugin; calls: () => string[]; system: (session: string) => Promise<string[]> }> {
  const folder = join(temporaryFolder(t), "it's $HOME");
  mkdirSync(folder);
  const gt = join(folder, 'gt');
  const log = join(folder, 'calls');
  if (script !== undefined)
    writeFileSync(gt, `#!/bin/sh\necho "$* $(cat)" >> '${log.replaceAll("'", `'\\''`)}'\n${script}\n`, {
      mode: 0o755,
    });
  const lifecycle = lifecycleOf(
    { lifecycleHooks: 'opencode', tools: { allow: [], deny: [] } },
    { gt, privateFolder: folder, approval: 'ask', windows: false, hash: () => '' },
  );
  const file = join(folder, 'gastown.mjs');
  writeFileSync(file, lifecycle.files[0]?.content ?? '');
  const { GasTown } = (await import(pathToFileURL(file).href)) as { GasTown: () => Promise<Plugin> };
  const hooks = await GasTown();
  return {
    hooks,
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
    system: async (sessionID) => {
      const output = { system: ['theirs'] };
      await hooks['experimental.chat.system.transform']({ sessionID }, output);
      return output.system;
    },
  };
}

const created = (id: string, parentID?: string) => ({
  event: { type: 'session.created', properties: { sessionID: id, info: { id, parentID } } },
});
const of = (type: string, sessionID: string) => ({ event: { type, properties: { sessionID } } });

describe("opencode's plugin", () => {
  test('asks for the context once, gives it with every request, and asks anew after a compaction', async (t) => {
    const { hooks, calls, system } = await plugin(t, 'echo "context $1"');
    await hooks.event(created('ses_1'));
    await hooks.event(created('ses_helper', 'ses_1'));
    assert.deepEqual(await system('ses_1'), ['theirs', 'context prime']);
    assert.deepEqual(await system('ses_1'), ['theirs', 'context prime']);
    assert.deepEqual(await system('ses_helper'), ['theirs']);
    assert.deepEqual(calls(), ['prime --hook text {"session_id":"ses_1","source":"startup"}']);
    await hooks.event(of('session.compacted', 'ses_1'));
    await system('ses_1');
    assert.equal(calls().at(-1), 'prime --hook text {"session_id":"ses_1","source":"compact"}');
  });

  test('gives what waits at a prompt, and tells of the end of a turn', async (t) => {
    const { hooks, calls, system } = await plugin(t, '[ "$2" = prompt ] && echo "a message"; exit 0');
    await hooks['chat.message']({ sessionID: 'ses_1' });
    await hooks['chat.message']({ sessionID: 'ses_2' });
    assert.ok((await system('ses_1')).includes('a message'));
    await hooks.event(of('session.idle', 'ses_2'));
    await hooks.event(of('session.idle', 'ses_1'));
    assert.deepEqual(
      calls().filter((call) => call.startsWith('event')),
      ['event prompt --hook text {"session_id":"ses_1"}', 'event stop --hook text {"session_id":"ses_1"}'],
    );
  });

  for (const [what, script] of [
    ['missing', undefined],
    ['broken', 'echo half a word; exit 1'],
  ] as const) {
    test(`a gt that is ${what} does not look like an empty hook`, async (t) => {
      const { system } = await plugin(t, script);
      assert.match((await system('ses_1')).join('\n'), /could not be asked.*do not run gt done.*gt prime/);
    });
  }
});
