import { fastHook } from './fastHook.ts';
import { run } from './run.ts';

void run('gt', fastHook, async (cli, args) => (await import('./gtProgram.ts')).runGt(cli, args));
