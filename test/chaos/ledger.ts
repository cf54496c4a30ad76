import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../support/repository.ts';
import type { RigPlace } from './place.ts';

/** What the town has said yes to, and what was seen from outside: kept where no fault reaches it. */
export class Ledger {
  /** Every bead whose creation was acknowledged, with its rig; none: the town's own. */
  readonly beads = new Map<string, { readonly rig?: string; readonly behaviour?: string }>();
  readonly closed = new Set<string>();
  readonly convoys = new Set<string>();
  /** Whose landing was acknowledged as proven. */
  readonly landed = new Set<string>();
  /** Commits that stood on a polecat's branch, or were checked out in a worktree, by rig. */
  readonly tips = new Map<string, { readonly rig: string; readonly where: string }>();
  /** Contents of uncommitted files in worktrees that were about to go: the id that git gives them, and where they lay. */
  readonly blobs = new Map<string, { readonly rig: string; readonly path: string }>();
  /** Where the targets stood. */
  readonly targets = new Map<string, { readonly rig: string }>();

  /** Reads what git has of the rig, as a stranger would. */
  observe(rig: RigPlace): void {
    const lines = quietly(
      rig.gitDirectory,
      'for-each-ref',
      '--format=%(objectname) %(refname)',
      'refs/heads/polecat',
    );
    for (const line of lines) {
      const [sha = '', where = ''] = line.split(' ');
      this.tips.set(sha, { rig: rig.name, where });
    }
    const listed = quietly(rig.gitDirectory, 'worktree', 'list', '--porcelain').join('\n');
    for (const [, where = '', sha = ''] of listed.matchAll(/^worktree (.*)\nHEAD ([0-9a-f]{40})$/gm))
      if (!where.includes('/scratch/') && sha !== beingMade) this.tips.set(sha, { rig: rig.name, where });
    for (const sha of quietly(rig.home, 'rev-parse', '--verify', 'refs/heads/main'))
      this.targets.set(sha, { rig: rig.name });
  }

  /** What lies uncommitted in a worktree where nobody writes any more, to be kept in the ledger if the worktree goes. */
  filesOf(
    rig: RigPlace,
    worktree: string,
  ): ReadonlyMap<string, { readonly rig: string; readonly path: string }> {
    const found = new Map<string, { readonly rig: string; readonly path: string }>();
    if (!existsSync(join(worktree, '.git'))) return found;
    const status = ['--no-optional-locks', 'status', '--porcelain', '--untracked-files=all', '-z'];
    const changed = quietly(worktree, ...status)
      .join('\n')
      .split('\0');
    for (const path of changed
      .filter((line) => /^(\?\?| M|M |A |AM|MM) /.test(line))
      .map((line) => line.slice(3)))
      for (const sha of quietly(worktree, 'hash-object', '--', path)) found.set(sha, { rig: rig.name, path });
    return found;
  }
}

/** What git writes as the HEAD of a worktree while it makes it: no commit. */
const beingMade = '0'.repeat(40);

/** Its lines; none where it fails, as git may in a round of full disks and repositories that are away. */
function quietly(directory: string, ...words: string[]): string[] {
  try {
    return git(directory, ...words)
      .split('\n')
      .filter(Boolean);
  } catch {
    return [];
  }
}
