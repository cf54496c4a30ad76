// A town under random kills, full disks, dead remotes and conflicting work: `npm run chaos -- --seed 42 --rounds 300 --polecats 20`.
import { spawnSync } from 'node:child_process';
import { runChaos } from './chaos.ts';
import { readOptions, usage } from './options.ts';
import { outcomeLines } from './summary.ts';

const apart = 'GT_CHAOS_APART';
const usual = {
  seed: Date.now() % 1_000_000,
  rounds: 300,
  polecats: 20,
  disk: 'auto',
  keep: false,
} as const;
const words = process.argv.slice(2);
process.exitCode = isApart() ? await main() : inOwnMounts();

async function main(): Promise<number> {
  const options = readOptions(words, usual);
  if (!options) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`chaos: seed ${options.seed}`);
  const stop = new AbortController();
  // A run that is ended is one that is shorter: what it has begun is brought to its end, and looked through.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const outcome = await runChaos(options, say, stop.signal);
  for (const line of outcomeLines(outcome)) say(line);
  return outcome.problems.length === 0 ? 0 : 1;
}

/** The small disk that is mounted goes with the last of its processes, whatever becomes of this one. */
function inOwnMounts(): number {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  const again = [process.execPath, ...process.execArgv, import.meta.filename, ...words];
  const env = { ...process.env, [apart]: '1' };
  const mine = spawnSync('unshare', ['--mount', '--propagation', 'private', 'true'], { stdio: 'ignore' });
  const [command = '', ...rest] =
    mine.status === 0 ? ['unshare', '--mount', '--propagation', 'private', ...again] : again;
  return spawnSync(command, rest, { env, stdio: 'inherit' }).status ?? 1;
}

function isApart(): boolean {
  return process.env[apart] !== undefined;
}
