import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { createRepository, tempFolder, type Files } from '../support/repository.ts';

export const launcherProgram = join(import.meta.dirname, '../../server/launcher.ts');

/** A stand-in for `gt` and `bd`: prints the hook that it was given, notes how it was called else, refuses done with uncommitted work. */
const script = `#!/bin/sh
if [ "$1" = hook ]; then exec cat "$STAND_IN/hook.json"; fi
printf '%s\\037' "$@" >> "$STAND_IN/calls"
printf '\\036' >> "$STAND_IN/calls"
dirty=$(git status --porcelain)
case "$*" in
  *escalated*) ;;
  *) if [ -n "$dirty" ]; then echo "Uncommitted work: $dirty" >&2; exit 1; fi ;;
esac
echo Submitted.
`;

export interface StandIn {
  /** The agent's worktree: a repository with one commit on main, work branch checked out. */
  readonly worktree: string;
  readonly environment: Record<string, string>;
  /** How \`gt done\` and \`bd\` were called so far. */
  calls(): readonly (readonly string[])[];
}

export function standIn(
  context: TestContext,
  bead:
    | {
        readonly id: string;
        readonly title: string;
        readonly description?: string;
        readonly labels?: readonly string[];
      }
    | undefined,
  files?: Files,
): StandIn {
  const folder = tempFolder(context);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const name of ['gt', 'bd']) {
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  }
  writeFileSync(join(folder, 'hook.json'), JSON.stringify({ agent: 'backend/nux', rig: 'backend', bead }));
  const worktree = join(folder, 'worktree');
  createRepository(worktree, files ? { files } : {});
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  return {
    worktree,
    environment: {
      ...(inherited as Record<string, string>),
      PATH: [bin, process.env['PATH']].join(delimiter),
      STAND_IN: folder,
      HOME: folder,
      GIT_AUTHOR_NAME: 'nux',
      GIT_AUTHOR_EMAIL: 'nux@backend.gastown.invalid',
      GIT_COMMITTER_NAME: 'nux',
      GIT_COMMITTER_EMAIL: 'nux@backend.gastown.invalid',
    },
    calls() {
      const file = join(folder, 'calls');
      if (!existsSync(file)) return [];
      const records = readFileSync(file, 'utf8').split('\u001E').slice(0, -1);
      return records.map((record) => record.split('\u001F').slice(0, -1));
    },
  };
}
