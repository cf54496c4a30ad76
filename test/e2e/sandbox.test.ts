import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { townPaths } from '../../server/protocol/address.ts';
import { forbidConnect, noSandbox } from '../support/forbidConnect.ts';
import { eventually } from '../support/wait.ts';
import { becomes, connect, polecatOf, sessionOf, slung } from './liveTown.ts';
import { addRuntime, installWithRig, landed, submitted } from './rigs.ts';
import { openTerminal, type Terminal, which } from './terminal.ts';

/** An agent in a sandbox of the kernel: all that it runs, `gt` and `bd` among them, may not connect. */
async function sandboxed(t: TestContext, agentScript: string): Promise<Terminal> {
  const terminal = openTerminal(t);
  await installWithRig(terminal);
  const bin = join(terminal.folder, 'bin');
  for (const name of ['sleep', 'rm']) symlinkSync(which(name) ?? '', join(bin, name));
  const script = join(terminal.folder, 'agent');
  writeFileSync(script, `#!/bin/sh\n${agentScript}\n`, { mode: 0o755 });
  await addRuntime(terminal, {
    id: 'sandboxed',
    label: 'Sandboxed',
    command: forbidConnect(terminal.folder),
    arguments: [script],
    oneShot: [script],
    prompt: { kind: 'none' },
  });
  await terminal.must('gt', 'rig', 'config', 'backend', 'runtime', 'sandboxed');
  return terminal;
}

describe('in a sandbox that forbids connecting', { skip: noSandbox, concurrency: 2 }, () => {
  test('a whole bead is worked on and lands', async (t) => {
    const terminal = await sandboxed(
      t,
      `set -e
       gt hook --json > hook.json
       bd update "$(node -p 'JSON.parse(fs.readFileSync("hook.json")).bead.id')" --notes 'from the sandbox'
       rm hook.json
       echo work > auth.txt
       git add auth.txt
       git commit --quiet -m work
       gt done`,
    );
    const bead = await slung(terminal, 'Refactor auth middleware');
    const client = await connect(t, terminal);
    await submitted(terminal, bead);
    assert.match((await client.request('bead/get', { bead })).bead.notes ?? '', /from the sandbox/);
    const spool = townPaths(terminal.town).spool;
    const [folder = ''] = readdirSync(spool);
    assert.deepEqual(readdirSync(join(spool, folder)), []);
    await terminal.must('gt', 'mq', 'merge', bead);
    await landed(terminal, 'Refactor auth middleware');
    await eventually('the spool goes with the polecat', () => readdirSync(spool).length === 0);
  });

  test('without a spool it is said that nothing was asked, with 70; no server is started', async (t) => {
    const terminal = await sandboxed(
      t,
      `unset GT_SPOOL
       gt hook > "$TMPDIR/said" 2>&1
       echo "code $?" >> "$TMPDIR/said"
       gt done >> "$TMPDIR/said" 2>&1
       echo "code $?" >> "$TMPDIR/said"`,
    );
    const bead = await slung(terminal, 'Refactor auth middleware');
    const client = await connect(t, terminal);
    await becomes(client, bead, 'failed');
    const file = join(terminal.environment['TMPDIR'] ?? '', 'said');
    const said = readFileSync(file, 'utf8').replaceAll(/\s+/gu, ' ');
    assert.match(
      said,
      /gt: This sandbox forbids connecting .*no spool folder.*code 70.*sandbox forbids.*code 70/,
    );
    assert.doesNotMatch(said, /hook is empty/i);
  });

  test('with the town server gone it is not started from inside, and the hook does not look empty', async (t) => {
    const terminal = await sandboxed(
      t,
      `while [ ! -e "$TMPDIR/gone" ]; do sleep 0.05; done
       gt hook > "$TMPDIR/said" 2>&1
       echo "code $?" >> "$TMPDIR/said"
       sleep 60`,
    );
    const bead = await slung(terminal, 'Refactor auth middleware');
    const client = await connect(t, terminal);
    const polecat = (await polecatOf(client, bead)) ?? assert.fail();
    await sessionOf(client, polecat.id);
    const pid = terminal.serverPid() ?? assert.fail();
    process.kill(pid, 'SIGKILL');
    const temporary = terminal.environment['TMPDIR'] ?? '';
    await eventually('it is gone', () => !existsSync(`/proc/${pid}`));
    rmSync(townPaths(terminal.town).server);
    writeFileSync(join(temporary, 'gone'), '');
    const file = join(temporary, 'said');
    const said = await eventually('it was said', () => {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      return text.includes('code') && text;
    });
    assert.match(said, /No town server runs, and none is started from a sandbox[\s\S]*code 70/);
    assert.ok(!existsSync(townPaths(terminal.town).server));
  });
});
