import {
  existsSync,
  mkdirSync,
  promises as fs,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** The folders of a town's rigs: TOWN/RIG with `polecats/`, `crew/`, `plugins/`, and a `config.json` for people to read. */
export interface RigFolders {
  /** Makes the folder; an existing one is a fault, since the caller has looked. Gives its path. */
  create(rig: string): string;
  describe(rig: string, content: Readonly<Record<string, unknown>>): void;
  /** Removes the whole folder of a rig that the town has no record of (any more). Links in it are unlinked, never followed. */
  remove(rig: string): void;
  /** Of such a rig only what the town made. Gives the folder where people have put something in it, as plugins: that stays. */
  removeOwn(rig: string): string | undefined;
  /** As remove, for a rig whose making was cut off. Gives false, and leaves all of it, where something else lies in it as well. */
  removeUnfinished(rig: string): boolean;
  exists(path: string): boolean;
  /** What all files below take on the disk, in bytes; links are not followed, and what goes meanwhile counts for nothing. */
  size(path: string): Promise<number>;
}

const folders: readonly string[] = ['polecats', 'crew', 'plugins'];

/** What a rig is made of before anyone works in it. */
export const rigParts: ReadonlySet<string> = new Set([
  ...folders,
  'repository.git',
  'config.json',
  'config.json.new',
]);

export function rigFolders(town: string): RigFolders {
  return {
    create(rig) {
      const folder = join(town, rig);
      mkdirSync(folder);
      for (const part of folders) mkdirSync(join(folder, part));
      return folder;
    },
    describe(rig, content) {
      const file = join(town, rig, 'config.json');
      writeFileSync(`${file}.new`, `${JSON.stringify(content, undefined, 2)}\n`);
      renameSync(`${file}.new`, file);
    },
    remove: (rig) => rmSync(join(town, rig), { recursive: true, force: true, maxRetries: 5 }),
    removeOwn(rig) {
      const folder = join(town, rig);
      const plugins = join(folder, 'plugins');
      for (const part of rigParts)
        if (part !== 'plugins') rmSync(join(folder, part), { recursive: true, force: true, maxRetries: 5 });
      for (const path of [plugins, folder])
        if (existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
      return existsSync(folder) ? folder : undefined;
    },
    removeUnfinished(rig) {
      if (!existsSync(join(town, rig))) return true;
      const isOurs = readdirSync(join(town, rig)).every((name) => rigParts.has(name));
      const isUnused = folders.every((part) => isEmpty(join(town, rig, part)));
      if (isOurs && isUnused) this.remove(rig);
      return isOurs && isUnused;
    },
    exists: (path) => existsSync(path),
    size: sizeBelow,
  };
}

const isEmpty = (folder: string): boolean => !existsSync(folder) || readdirSync(folder).length === 0;

/** The blocks that a file has, where the system tells them: a sparse file takes less than its length. */
async function sizeBelow(path: string): Promise<number> {
  const stat = await fs.lstat(path).catch(() => undefined);
  if (stat === undefined) return 0;
  const own = stat.blocks > 0 ? stat.blocks * 512 : stat.size;
  if (!stat.isDirectory()) return own;
  let sum = own;
  // One after the other: a measurement must not keep the disk from those who work.
  for (const name of await fs.readdir(path).catch(() => [])) sum += await sizeBelow(join(path, name));
  return sum;
}
