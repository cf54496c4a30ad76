import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../support/random.ts';
import type { ChaosOptions } from './options.ts';
import { ownProcesses } from './processes.ts';

/** Where the town lies, and how that becomes full: in earnest. */
export interface Disk {
  /** For the summary. */
  readonly how: string;
  fill(random: Random): void;
  /** As often as one likes. */
  heal(): void;
  end(): void;
}

const mebibytes = 160;

/** A small file system of its own where that may be mounted, else a limit on the size of files, where that can be set; else neither. */
export function openDisk(folder: string, directory: string, wish: ChaosOptions['disk']): Disk {
  mkdirSync(directory, { recursive: true });
  if (
    wish === 'auto' &&
    can('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700`, 'chaos', directory)
  )
    return new SmallDisk(directory);
  return can('prlimit', '--version')
    ? new LimitedFiles(folder)
    : { how: 'not played: neither mount nor prlimit', fill: nothing, heal: nothing, end: nothing };
}

const nothing = (): void => undefined;

/** ENOSPC, for whoever writes into the town: server, launchers, agents and their git. */
class SmallDisk implements Disk {
  readonly how = `ENOSPC on a tmpfs of ${mebibytes} MiB`;
  readonly #directory: string;
  readonly #balloon: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.#balloon = join(directory, 'balloon');
  }

  /** Up to the last byte, or but for a few. */
  fill(random: Random): void {
    const file = openSync(this.#balloon, 'a');
    try {
      for (const bytes of [1 << 20, 1 << 16, 1 << 12]) while (written(file, Buffer.alloc(bytes)));
    } finally {
      closeSync(file);
    }
    const size = statSync(this.#balloon).size;
    if (random.chance(0.5)) truncateSync(this.#balloon, Math.max(0, size - 4096 * random.below(16)));
  }

  heal(): void {
    rmSync(this.#balloon, { force: true });
  }

  end(): void {
    this.heal();
    can('umount', '--lazy', this.#directory);
  }
}

/** EFBIG, for the processes of the town that run now, and for what they start. */
class LimitedFiles implements Disk {
  readonly how = 'EFBIG by RLIMIT_FSIZE';
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  fill(random: Random): void {
    this.#limit(String(4096 * random.below(8)));
  }

  heal(): void {
    this.#limit('unlimited');
  }

  end(): void {
    this.heal();
  }

  /** The soft one only, which its owner may raise again. */
  #limit(bytes: string): void {
    for (const { pid } of ownProcesses(this.#folder)) can('prlimit', `--pid=${pid}`, `--fsize=${bytes}:`);
  }
}

function written(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes) === bytes.length;
  } catch {
    return false;
  }
}

function can(program: string, ...words: string[]): boolean {
  try {
    execFileSync(program, words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
