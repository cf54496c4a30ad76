// The one command to know: types, lint, format and dead code, then the suite without an editor.
// All of them run, so that one failure does not hide the next.

import process from 'node:process';
import { quietly, root, run } from './steps.mjs';
import { join } from 'node:path';

const failed = [];
for (const script of ['types', 'lint', 'format:check', 'dead']) {
  if ((await quietly(script)) !== 0) failed.push(script);
}
if ((await run(process.execPath, [join(root, 'scripts/suite.mjs'), 'fast'])) !== 0) failed.push('test:fast');

if (failed.length > 0) console.error(`check: failed in ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
