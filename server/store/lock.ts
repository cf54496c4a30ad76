import { closeSync, constants, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import { errorCode } from './files.ts';

/** Held by the kernel for the life of this process, or until it is released. */
export interface Lock {
  release(): void;
}

/** Takes the lock on a file, without waiting; undefined where another holder has it. */
type Way = (path: string) => Lock | undefined;

/** What the platform has to offer; the product leaves all of it to the default, a test or another runtime may not have `node:sqlite`. */
export interface LockWays {
  readonly sqlite?: Sqlite | undefined;
  readonly platform?: NodeJS.Platform;
  /** Linux: puts `flock` on an open file, by running that program with the descriptor inherited; says whether it got the lock. */
  readonly flock?: (descriptor: number) => boolean;
}

export interface Sqlite {
  readonly DatabaseSync: typeof DatabaseSync;
}

/**
 * The only lock of a town: whoever has it is the town server. Undefined where somebody else has it. It lasts until `release` or the
 * end of the process, however that ends. Refused with `unavailable` where the file cannot be locked at all, path named.
 */
export function acquireLock(path: string, ways: LockWays = { sqlite: loadSqlite() }): Lock | undefined {
  const lock = wayFor(ways)(path);
  if (lock) held.add(lock);
  return lock && { release: () => release(lock) };
}

/** A lock that nobody refers to any more would be collected, and its file closed with it. */
const held = new Set<Lock>();

function release(lock: Lock): void {
  if (held.delete(lock)) lock.release();
}

function wayFor({ sqlite, platform = process.platform, flock }: LockWays): Way {
  if (sqlite) return (path) => lockDatabase(sqlite, path);
  if (platform === 'darwin')
    return (path) => openExclusively(path, openingLocks.darwin, ['EAGAIN', 'EWOULDBLOCK']);
  if (platform === 'win32')
    return (path) => openExclusively(path, openingLocks.win32, ['EBUSY', 'EPERM', 'EACCES']);
  if (platform === 'linux' && flock) return (path) => lockDescriptor(path, flock);
  throw new Refusal('unavailable', `This Node (${process.version}) has no way to lock a town.`, {
    next: 'Use Node 22.13 or newer.',
  });
}

const busy = 5;

/** An immediate transaction holds a lock of the kernel's on the file, although it never writes anything. */
function lockDatabase(sqlite: Sqlite, path: string): Lock | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new sqlite.DatabaseSync(path);
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    database?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) return undefined;
    throw cannotLock(path, error);
  }
  const owned = database;
  return { release: () => owned.close() };
}

/** `O_EXLOCK | O_NONBLOCK` of macOS, and libuv's `UV_FS_O_EXLOCK`: opening takes the lock, closing gives it back. */
const openingLocks = { darwin: 0x0020 | 0x0004, win32: 0x10000000 };

function openExclusively(path: string, flags: number, taken: readonly string[]): Lock | undefined {
  try {
    const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | flags, 0o600);
    return { release: () => closeSync(descriptor) };
  } catch (error) {
    if (taken.includes(errorCode(error) ?? '')) return undefined;
    throw cannotLock(path, error);
  }
}

function lockDescriptor(path: string, flock: (descriptor: number) => boolean): Lock | undefined {
  const descriptor = openToLock(path);
  if (flock(descriptor)) return { release: () => closeSync(descriptor) };
  closeSync(descriptor);
  return undefined;
}

function openToLock(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  } catch (error) {
    throw cannotLock(path, error);
  }
}

function cannotLock(path: string, error: unknown): Refusal {
  const why = messageOf(error);
  return new Refusal('unavailable', `${path} cannot be locked: ${why}.`, {
    next: 'Check who owns the folder and that it can be written.',
  });
}

/** Node calls `node:sqlite` experimental, with a line on stderr each time. One transaction that writes nothing is all we take of it. */
function loadSqlite(): Sqlite | undefined {
  const original = Object.getOwnPropertyDescriptor(process, 'emitWarning') ?? {};
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    Object.defineProperty(process, 'emitWarning', original);
  }
}
