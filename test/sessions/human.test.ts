import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runNode } from '../support/runNode.ts';
import { launcherProgram, standIn } from './standIn.ts';

test("human: the hook, then the user's own shell in the worktree, and its exit code", async (t) => {
  const place = standIn(t, { id: 'be-auth', title: 'Refactor auth middleware' });
  const shell = join(place.worktree, 'shell');
  writeFileSync(shell, '#!/bin/sh\necho "shell in $(pwd) [$ELECTRON_RUN_AS_NODE]"\nexit 9\n');
  chmodSync(shell, 0o755);
  const ran = await runNode([launcherProgram, 'human'], {
    cwd: place.worktree,
    env: { ...place.environment, SHELL: shell, ELECTRON_RUN_AS_NODE: '1' },
  });
  assert.equal(ran.code, 9);
  assert.match(ran.stdout, /^\{"agent":"backend\/nux".*"be-auth".*\}shell in .*\/worktree \[\]\n$/s);
});
