import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import { townHash } from '../protocol/address.ts';

/** macOS takes 103 bytes, Linux 107, Java 102; some versions of Node cut what is longer without a word. */
export const maxEndpointBytes = 102;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the town's server listens: a socket in a folder that only this user can enter, made if need be, or a pipe with a name that
 * cannot be guessed. Only the owner of the town's lock may call it, for a socket that an earlier owner left there is removed.
 * Refused with `unavailable`: the folder is a link, somebody else's, open to others, or its path too long.
 */
export function makeEndpoint(town: string, environment: Environment = process.env): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\gastown-${randomBytes(16).toString('hex')}`;
  const endpoint = runtimePath(`gt-${townHash(town)}.sock`, environment);
  try {
    unlinkSync(endpoint);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return endpoint;
}

/** Where the socket of a town may lie, or have lain. Nothing is made. */
export function endpointsOf(town: string, environment: Environment = process.env): readonly string[] {
  if (process.platform === 'win32') return [];
  return runtimeFolders(environment).map((folder) => join(folder, `gt-${townHash(town)}.sock`));
}

/** Of its tmux server, where it has or had one. */
export function tmuxSocketsOf(town: string, environment: Environment = process.env): readonly string[] {
  if (process.platform === 'win32') return [];
  return runtimeFolders(environment).map((folder) => join(folder, tmuxName(town)));
}

export const tmuxName = (town: string): string => `gt-${townHash(town)}.tmux`;

/** A path for a socket of that name in the runtime folder, which is made if need be. Refused as for the endpoint. */
export function runtimePath(name: string, environment: Environment = process.env): string {
  const folder = runtimeFolders(environment).find(
    (each) => Buffer.byteLength(join(each, name)) <= maxEndpointBytes,
  );
  if (folder === undefined) {
    throw unusable(
      join(runtimeFolders(environment)[0] ?? '', name),
      `is longer than ${maxEndpointBytes} bytes`,
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  checkFolder(folder);
  return join(folder, name);
}

function runtimeFolders(environment: Environment): string[] {
  const runtime = environment['XDG_RUNTIME_DIR'];
  const temporary = `gastown-${userInfo().uid}`;
  const folders = [join(tmpdir(), temporary), join('/tmp', temporary)];
  return runtime && isAbsolute(runtime) && isOurs(runtime) ? [join(runtime, 'gastown'), ...folders] : folders;
}

/** Under `su` and `sudo` the variable may still name another user's folder. */
function isOurs(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === userInfo().uid;
}

function checkFolder(folder: string): void {
  const found = lstatSync(folder);
  if (!found.isDirectory()) throw unusable(folder, 'is not a folder');
  if (found.uid !== userInfo().uid) throw unusable(folder, 'belongs to another user');
  if ((found.mode & 0o077) !== 0) throw unusable(folder, 'is open to other users');
}

function unusable(path: string, why: string): Refusal {
  return new Refusal('unavailable', `The town server cannot listen: ${path} ${why}.`, {
    next: 'Set XDG_RUNTIME_DIR to a folder of your own that nobody else can enter, or mend this one.',
    facts: { path },
  });
}
