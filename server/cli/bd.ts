import { fastShow } from './fastShow.ts';
import { run } from './run.ts';

void run('bd', fastShow, async (cli, args) => (await import('./bdProgram.ts')).runBd(cli, args));
