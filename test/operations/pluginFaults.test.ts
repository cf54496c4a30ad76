import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pluginTroubles } from '../../server/domain/pluginRuns.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { page, script, writePlugin } from '../support/plugins.ts';
import { TestTown } from './support.ts';

const quarter = 15 * 60_000;

for (const gate of [
  'type = "cooldown"\nduration = "24h"',
  'type = "event"\non = ["bead/create"]',
  'type = "cron"\nschedule = "30 8 * * *"\ntimezone = "UTC"',
]) {
  const [kind = ''] = gate.split('\n');
  test(`a plugin that the town could not run is tried again, and a person is told once (${kind})`, async (t) => {
    const clock = new FakeClock();
    const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
    const pass = (ms: number): Promise<void> => clock.pass(ms, () => town.settle());
    await town.addRig();
    const folder = join(town.parts.paths.town, 'backend', 'plugins');
    const book = join(town.folder, 'book');
    writePlugin(folder, 'sweep/plugin.md', page(`name = "sweep"\n[gate]\n${gate}`));
    const code = `require('fs').appendFileSync(${JSON.stringify(book)}, 'x')`;
    writePlugin(folder, 'sweep/run.sh', script(code));
    // Where copies of plugins go there is no folder, as on a disk that is full.
    const copies = join(town.parts.paths.state, 'plugins');
    rmSync(copies, { recursive: true });
    writeFileSync(copies, '');
    const { id, hash = '' } = await town.ask('plugin/get', { plugin: 'sweep' });
    await town.ask('plugin/approve', { plugin: id, hash });
    await town.settle();
    await town.bead('Calls it', 'backend');
    await pass(60 * 60_000);
    const [trouble, ...more] = pluginTroubles(town.view);
    assert.deepEqual(more, []);
    assert.match(trouble?.reason ?? '', /^The town could not run it, and tries again: .*(ENOTDIR|EEXIST)/);
    assert.ok(!existsSync(book));

    rmSync(copies);
    await pass(quarter);
    assert.equal(readFileSync(book, 'utf8'), 'x');
    assert.deepEqual(pluginTroubles(town.view), []);
    await pass(4 * quarter);
    assert.equal(readFileSync(book, 'utf8'), 'x');
  });
}
