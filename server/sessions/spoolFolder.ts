import { chmodSync, mkdirSync, realpathSync, rmSync } from 'node:fs';

/** Makes the folder in which a session's `gt` and `bd` leave their requests where they may not connect; only its owner enters it. */
export function makeSpool(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  // Sandboxes compare real paths.
  return realpathSync(folder);
}

/** Links in it are unlinked, never followed. */
export function removeSpool(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
