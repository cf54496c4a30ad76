// `gt hook` and `bd show` as whole processes against a warm town server, each beside an empty node, turn by turn.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Row, spread } from './figures.ts';
import { makeTown, serveBuilt } from './townOf.ts';

const rounds = 40;
const bar = 1.3;

export async function cliStart(dist: string): Promise<Row[]> {
  const made = await makeTown(10_000);
  const served = await serveBuilt(made.town, join(dist, 'server.cjs'));
  try {
    const environment = { ...process.env, GT_TOWN: made.town };
    const empty = ['-e', '0'];
    const hook = [join(dist, 'gt.cjs'), 'hook'];
    const show = [join(dist, 'bd.cjs'), 'show', 'be-42'];
    const inSession = { ...environment, GT_SESSION: made.sessionFile };
    return [
      compare('gt hook', { empty, args: hook, environment: inSession }),
      compare('bd show', { empty, args: show, environment }),
    ];
  } finally {
    await served.stop();
    made.remove();
  }
}

interface Comparison {
  readonly empty: readonly string[];
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

function compare(what: string, { empty, args, environment }: Comparison): Row {
  const base: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < rounds + 3; round += 1) {
    const pair = [timed(empty, environment), timed(args, environment)] as const;
    // The first ones warm the disk.
    if (round < 3) continue;
    base.push(pair[0]);
    ours.push(pair[1]);
  }
  const ratio = Number((spread(ours).median / spread(base).median).toFixed(3));
  return {
    what: `${what}, whole process, warm server`,
    bar: `at most ${bar} × an empty node`,
    holds: ratio <= bar,
    figures: { ratio, milliseconds: spread(ours), emptyNodeMilliseconds: spread(base) },
  };
}

function timed(args: readonly string[], env: NodeJS.ProcessEnv): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  const took = performance.now() - start;
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${status}: ${stderr}`);
  return took;
}
