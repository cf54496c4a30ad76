// Everything: what the machine lacks, the build, the checks, the suites, and last the suites inside VS Code, whose
// closing line stays the last one.

import process from 'node:process';
import { join } from 'node:path';
import { root, run, seconds } from './steps.mjs';

const node = process.execPath;
const systemPackages = {
  name: 'system packages',
  command: 'bash',
  args: [join(root, 'scripts/system-packages.sh')],
  needed: true,
};
const stages = [
  ...(process.platform === 'win32' ? [] : [systemPackages]),
  { name: 'build', command: node, args: [join(root, 'esbuild.mjs')], needed: true },
  { name: 'check', command: node, args: [join(root, 'scripts/check.mjs')] },
  { name: 'e2e', command: node, args: [join(root, 'scripts/suite.mjs'), 'e2e'] },
  { name: 'in VS Code', command: node, args: [join(root, 'test/host/run.ts')] },
];

const failed = [];
for (const { name, command, args, needed } of stages) {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const code = await run(command, args);
  if (code !== 0) {
    failed.push(name);
    console.error(`== ${name} failed after ${seconds(started)}`);
    if (needed) break;
  }
}
if (failed.length > 0) console.error(`test: failed in ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
