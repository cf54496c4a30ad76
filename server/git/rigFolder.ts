import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of a town's rigs: TOWN/RIG with `polecats/`, `crew/`, `plugins/`, and a `config.json` for people to read. */
export interface RigFolders {
  /** Makes the folder; an existing one is a fault, since the caller has looked. Gives its path. */
  create(rig: string): string;
  describe(rig: string, content: Readonly<Record<string, unknown>>): void;
  /** Removes the whole folder of a rig that the town has no record of (any more). Links in it are unlinked, never followed. */
  remove(rig: string): void;
  exists(path: string): boolean;
}

export function rigFolders(town: string): RigFolders {
  return {
    create(rig) {
      const folder = join(town, rig);
      mkdirSync(folder);
      for (const part of ['polecats', 'crew', 'plugins']) mkdirSync(join(folder, part));
      return folder;
    },
    describe(rig, content) {
      const file = join(town, rig, 'config.json');
      writeFileSync(`${file}.new`, `${JSON.stringify(content, undefined, 2)}\n`);
      renameSync(`${file}.new`, file);
    },
    remove: (rig) => rmSync(join(town, rig), { recursive: true, force: true, maxRetries: 5 }),
    exists: (path) => existsSync(path),
  };
}
