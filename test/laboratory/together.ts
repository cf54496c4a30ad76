import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/wait.ts';
import { beadMs, landed, newTask, sling, type Task } from './beads.ts';
import type { Step } from './results.ts';
import { contentOf, fileOf } from './model/script.ts';
import { kill, silent } from './scenarios.ts';
import type { Laboratory } from './town.ts';

export const handoff = {
  name: 'handoff',
  title: 'Handed off',
  about:
    'Begun by one runtime, whose process is killed when its work lies in the worktree and is not committed; handed off to the next one, which finds worktree, branch and hook as they were left and takes the bead to its landing.',
  columns: ['begun, killed', 'handed off', 'landed'],

  async play(
    lab: Laboratory,
    { from, to }: { readonly from: string; readonly to: string },
    step: Step,
  ): Promise<void> {
    const task = await newTask(lab, from, 'handed', { silentAfter: 'write' });
    const before = await step(async () => {
      const agent = await silent(lab, task, { host: 'process', after: 'write' });
      return { ...(await kill(lab, task, agent)), agent };
    });
    await step(async () => {
      lab.model.play(task.bead, { word: task.word });
      assert.equal(readFileSync(join(before.worktree, fileOf(task.bead)), 'utf8'), contentOf(task.word));
      await lab.terminal.must('gt', 'session', 'handoff', before.agent, '--runtime', to);
      const { polecat, bead } = await lab.client.request('polecat/get', { agent: before.agent });
      assert.deepEqual(
        [polecat.worktree, polecat.branch, bead?.assignee, polecat.runtime],
        [before.worktree, before.branch, before.agent, to],
      );
      return `to ${to}`;
    });
    await step(() => landed(lab, task, { agent: before.agent, runtime: to }));
  },
};

export const convoy = {
  name: 'convoy',
  title: 'One convoy',
  about:
    'One bead for each runtime, each in its own rig, slung together as one convoy: it has landed when all of them have.',
  columns: ['landed'],

  /** Slings them all. What it gives waits for one of them, and for the convoy. */
  async begin(
    lab: Laboratory,
    runtimes: readonly string[],
  ): Promise<{ one(runtime: string, step: Step): Promise<void>; all(step: Step): Promise<void> }> {
    const tasks = new Map<string, Task>();
    for (const runtime of runtimes) tasks.set(runtime, await newTask(lab, runtime, 'together'));
    const beads = [...tasks.values()];
    const { convoy: made } = await lab.client.request('convoy/create', {
      title: 'All of them',
      beads: beads.map(({ bead }) => bead),
    });
    const slung = await sling(lab, beads, 'process');
    return {
      async one(runtime, step) {
        await step(async () => {
          const task = tasks.get(runtime);
          const agent = slung.find(({ bead }) => bead === task?.bead)?.agent;
          assert.ok(task && agent);
          await landed(lab, task, { agent, runtime });
        });
      },
      async all(step) {
        await step(async () => {
          const look = async (): Promise<boolean> => {
            const now = await lab.client.request('convoy/get', { convoy: made.id });
            return now.closed === beads.length && now.convoy.landedAt !== undefined;
          };
          await eventually('the convoy has landed', look, beadMs);
        });
      },
    };
  },
};
