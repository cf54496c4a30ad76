import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { collections } from '../../server/domain/records.ts';
import { git } from '../support/repository.ts';
import type { TestTown } from './support.ts';

interface Traces {
  readonly records: unknown;
  readonly rigs: unknown;
  readonly sessions: unknown;
  readonly folders: unknown;
  readonly launched: unknown;
}

/**
 * All that a step can leave behind, in a form that two moments can be compared in: records, refs, worktrees, folders, session files.
 * Sessions that have ended are history, and when a record was changed last is no difference.
 */
export function tracesOf(town: TestTown): Traces {
  const { view, parts } = town;
  const records = collections.flatMap((collection) =>
    [...view.all(collection)]
      .filter((record) => !('exit' in record))
      .map((record) => {
        const { updatedAt: _, ...rest } = { updatedAt: undefined, ...record };
        return [collection, rest] as const;
      }),
  );
  const rigs = [...view.all('rigs')].map((rig) => ({
    rig: rig.id,
    refs: git(rig.gitDirectory, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n'),
    worktrees: git(rig.gitDirectory, 'worktree', 'list', '--porcelain').split('\n'),
    polecats: readdirSync(join(parts.paths.town, rig.id, 'polecats')),
  }));
  const sessions = existsSync(parts.paths.sessions) ? readdirSync(parts.paths.sessions) : [];
  const folders = readdirSync(parts.paths.town);
  return { records, rigs, sessions, folders, launched: [...town.host.launched.keys()] };
}
