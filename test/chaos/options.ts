export interface ChaosOptions {
  /** The same seed makes the same choices; when they meet the town is up to the machine. */
  readonly seed: number;
  readonly rounds: number;
  readonly polecats: number;
  /** What a full disk is: `limit` a limit on the size of files, also where a file system of its own may be mounted. */
  readonly disk: 'auto' | 'limit';
  /** Leaves the folder also after a clean run. */
  readonly keep: boolean;
}

export const usage = `node test/chaos/run.ts [--seed N] [--rounds N] [--polecats N] [--disk limit] [--keep]`;

/** Undefined where the words are wrong. */
export function readOptions(words: readonly string[], usual: ChaosOptions): ChaosOptions | undefined {
  let options = usual;
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const name = word.replace('--', '');
    if (word === '--keep') {
      options = { ...options, keep: true };
      continue;
    }
    if (word === '--disk') {
      if (rest.shift() !== 'limit') return undefined;
      options = { ...options, disk: 'limit' };
      continue;
    }
    const value = Number(rest.shift());
    if (!['--seed', '--rounds', '--polecats'].includes(word)) return undefined;
    if (!Number.isInteger(value) || value < (name === 'seed' ? 0 : 1)) return undefined;
    options = { ...options, [name]: value };
  }
  return options;
}
