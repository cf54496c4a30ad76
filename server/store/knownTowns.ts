import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The towns that this user made, kept outside of them: a file for each, named by the town's id, with the town's path in it. Whatever
 * carries a `.gastown` of its own (a clone, an archive that was unpacked) cannot have put itself here, so that nothing of it is run.
 */
export interface KnownTowns {
  has(townId: string): boolean;
  /** Also forgets towns that were made long ago and whose folders are gone. */
  add(townId: string, path: string): void;
  remove(townId: string): void;
  /** Of the town in that folder. */
  idOf(path: string): string | undefined;
  /** Where the town's file would be. */
  fileOf(townId: string): string;
}

export function knownTowns(folder: string): KnownTowns {
  const fileOf = (townId: string): string => join(folder, townId);
  return {
    fileOf,
    has: (townId) => isId(townId) && existsSync(fileOf(townId)),
    add(townId, path) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const name of readdirSync(folder)) forgetIfGone(fileOf(name));
      writeFileSync(fileOf(townId), `${path}\n`, { mode: 0o600 });
    },
    idOf: (path) => idsIn(folder).find((id) => pathIn(fileOf(id)) === path),
    remove: (townId) => rmSync(fileOf(townId), { force: true }),
  };
}

function idsIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).filter(isId) : [];
}

const pathIn = (file: string): string => readFileSync(file, 'utf8').trim();

/** An id is the name of a file here, and comes from the town's own records. */
const isId = (townId: string): boolean => /^[0-9a-f-]{8,64}$/.test(townId);

/** A town whose folder is not there may have been moved, or lie on a disk that is away. */
const keptMs = 90 * 24 * 3_600_000;

/** Towns that were only tried would pile up for ever. */
function forgetIfGone(file: string): void {
  try {
    const path = readFileSync(file, 'utf8').trim();
    const isOld = Date.now() - statSync(file).mtimeMs > keptMs;
    if (isOld && path !== '' && !existsSync(path)) rmSync(file, { force: true });
  } catch {
    // Another process forgets it at this moment.
  }
}
