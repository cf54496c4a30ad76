import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { closingLine, type Case } from '../table.ts';
import { runInBuilt } from '../vscode/built.ts';
import { bundleSuites } from '../vscode/bundle.ts';
import type { Host } from '../vscode/host.ts';
import { holding } from '../vscode/lock.ts';
import { repository } from '../vscode/paths.ts';

const fixtures = join(repository, 'test', 'host', 'fixtures');
const extensionDevelopmentPath = join(fixtures, 'orchard');

/** The harness itself: a harness that cannot fail proves nothing. */
export const cases: readonly Case<Host>[] = [
  {
    name: 'failing tests are counted and told, with positions in the sources and all that VS Code knew',
    timeoutMs: 120_000,
    run: async (host) => {
      await bundleSuites([join(fixtures, 'failing', 'failing.e2e.ts')]);
      const told: string[] = [];
      const tally = await runInBuilt(host, 'failing', { extensionDevelopmentPath }, (text) =>
        told.push(text),
      );
      const text = told.join('\n');
      assert.equal(closingLine(tally), '1 passed, 3 failed');
      assert.match(text, /^✔ passes \(\d+ ms\)$/m);
      assert.match(text, /^✖ fails [^]*test\/host\/fixtures\/failing\/failing\.e2e\.ts:\d+:\d+/m);
      assert.match(text, /^✖ hangs .*\n {4}.*took longer than 100 ms/m);
      assert.match(text, /^– is asked too much .*\n {4}nobody can see/m);
      assert.match(text, /^✖ asks for what nobody answers .*\n {4}.*no answer to "moon"/m);
      assert.match(text, /failed-failing-1\.png[^]*remoteexthost\.log/);
    },
  },
  {
    name: 'the build lock lets in one at a time',
    run: async (host) => {
      const file = join(host.scratch, 'lock');
      const order: string[] = [];
      const visit = (name: string): Promise<void> =>
        holding(file, async () => {
          order.push(`${name} in`);
          await new Promise((resolve) => setImmediate(resolve));
          order.push(`${name} out`);
        });
      await Promise.all([visit('a'), visit('a'), visit('a')]);
      assert.deepEqual(order, ['a in', 'a out', 'a in', 'a out', 'a in', 'a out']);
    },
  },
  {
    name: 'Ctrl-C leaves neither a process nor a file',
    run: async () => {
      const script = join(fixtures, 'stubborn', 'run.ts');
      const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
      const told = await new Promise<string>((resolve) =>
        child.stdout.once('data', (chunk) => resolve(String(chunk))),
      );
      const [pid, scratch] = told.trim().split(' ');
      assert.ok(
        pid !== undefined && scratch !== undefined && existsSync(`/proc/${pid}`) && existsSync(scratch),
      );

      const gone = once(child, 'exit');
      child.kill('SIGINT');
      assert.deepEqual(await gone, [130, null]);
      await eventually('the end of the stubborn process', () => !existsSync(`/proc/${pid}/cwd`));
      assert.ok(!existsSync(scratch));
    },
  },
];
