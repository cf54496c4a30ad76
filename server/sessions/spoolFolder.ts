import { realpathSync } from 'node:fs';
import { ensureOwnFolder } from './privateFiles.ts';

/**
 * Makes the folder in which a session's `gt` and `bd` leave their requests where they may not connect; only its owner enters it. Refused
 * with `forbidden` where a link or somebody else's folder stands in its place.
 */
export function makeSpool(folder: string): string {
  ensureOwnFolder(folder);
  // Sandboxes compare real paths.
  return realpathSync(folder);
}
