// `npm run demo`: the demonstration from a fresh clone. What follows `--` goes to `gt demo`.

import { join } from 'node:path';
import process from 'node:process';
import { buildIfStale } from './fresh.mjs';
import { root, run } from './steps.mjs';

const built = await buildIfStale();
process.exitCode =
  built === 0
    ? await run(process.execPath, [join(root, 'dist/gt.cjs'), 'demo', ...process.argv.slice(2)])
    : built;
