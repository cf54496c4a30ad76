// Preloaded into a program: writes what modules it loaded into the file that RECORD_LOADS names.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import process from 'node:process';

const loaded = [];

registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});

process.on('exit', () => writeFileSync(process.env.RECORD_LOADS, JSON.stringify(loaded)));
