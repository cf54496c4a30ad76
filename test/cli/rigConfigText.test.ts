import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleRig } from './samples.ts';
import { gt, lines } from './support.ts';

test('gt rig config prints the settings of a rig', async () => {
  const said = await gt(['rig', 'config', 'backend'], { 'rig/get': sampleRig('backend') });
  assert.deepEqual([said.code, said.stderr], [0, '']);
  assert.equal(
    said.stdout,
    lines(`
        KEY             VALUE        MAY BE
        runtime         claude-code  the name of a runtime
        branch          main         the name of a branch
        state           active       active, parked or docked
        merge           review       review, auto or none
        push            false        true or false
        check           npm test     a program and its arguments, or none
        session         auto         auto, editor, tmux or process
        ids             readable     readable or hash
        maxPolecats     10           1 to 100
        approval        ask          ask or auto
        isolation       auto         auto, worktree, clone or in-place
        setup           none         a program and its arguments, or none
        include         on           on or off
        stallAfter      15m          1m to 24h
        maxNudges       2            0 to 10
        remedy          nudge        none, nudge, restart or escalate
        stallLimit      none         1m to 24h, or none
        pushOnCrash     true         true or false
        radar           2            1 to 1440 (minutes), or off
        holdCollisions  false        true or false
        budgetTurns     none         1 to 100000, or none
        budgetMinutes   none         1 to 100000, or none
    `),
  );
});
