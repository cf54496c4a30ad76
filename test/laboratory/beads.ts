import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { AgentId } from '../../server/domain/ids.ts';
import type { Polecat } from '../../server/domain/polecat.ts';
import { identityOf } from '../../server/domain/polecatNames.ts';
import { stoppedWithoutDone } from '../../server/domain/polecats.ts';
import type { HostKind } from '../../server/domain/session.ts';
import type { Slung } from '../../server/protocol/work.ts';
import { git } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import { contentOf, fileOf, type Part, type Step } from './model/script.ts';
import type { Seen } from './model/server.ts';
import type { Laboratory } from './town.ts';

/** A bead that only a CLI which read its hook can do right. */
export interface Task {
  readonly bead: string;
  readonly rig: string;
  readonly word: string;
}

/** A whole bead of one CLI; some of them take half a minute to start. */
export const beadMs = 180_000;

export async function newTask(
  lab: Laboratory,
  runtime: string,
  name: string,
  part: Omit<Part, 'word'> = {},
): Promise<Task> {
  const rig = await lab.rigOf(runtime);
  const { prefix } = (await lab.client.request('rig/get', { rig })).rig;
  // Ten letters and digits.
  const word = `word-${BigInt(`0x${randomBytes(8).toString('hex')}`)
    .toString(36)
    .padStart(10, '0')
    .slice(-10)}`;
  const id = `${prefix}-${name}`;
  const { bead } = await lab.client.request('bead/create', { rig, id, title: `Write it down: ${word}` });
  lab.model.play(bead.id, { ...part, word });
  return { bead: bead.id, rig, word };
}

export async function sling(
  lab: Laboratory,
  tasks: readonly Task[],
  host: HostKind,
): Promise<readonly Slung[]> {
  const { slung, refused } = await lab.client.request('work/sling', {
    beads: tasks.map(({ bead }) => bead),
    host,
  });
  assert.deepEqual(
    refused.map(({ message }) => message),
    [],
  );
  return slung;
}

/** Waits until the model was asked about the bead. */
export async function asked(lab: Laboratory, task: Task): Promise<void> {
  await unlessOver(lab, task, `the first request about ${task.bead}`, () => lab.model.about(task.bead)[0]);
}

/** Waits until the model was asked with that step answered. */
export async function answered(lab: Laboratory, task: Task, step: Step): Promise<void> {
  const look = (): Seen | undefined => lab.model.about(task.bead).find((seen) => seen.answered.has(step));
  await unlessOver(lab, task, `the step ${step} of ${task.bead}`, look);
}

/** Waits until the bead has landed and nothing of it runs; then its commit and its record are as they must be. */
export async function landed(
  lab: Laboratory,
  task: Task,
  { agent, runtime }: { readonly agent: string; readonly runtime: string },
): Promise<void> {
  const { bead, rig, word } = task;
  const { mergeRequest } = await unlessOver(lab, task, `the landing of ${bead}`, async () => {
    const found = await lab.client.request('mergeRequest/list', { rig, all: true });
    return found.find((each) => each.mergeRequest.bead === bead && each.mergeRequest.state === 'verified');
  });
  const { landed: commit = '', branch, agent: worker, target } = mergeRequest;
  assert.deepEqual([worker, mergeRequest.runtime], [agent, runtime]);
  assert.match(branch, new RegExp(`^polecat/${agent.split('/')[1]}/`));
  const repository = lab.repositoryOf(rig);
  git(repository, 'merge-base', '--is-ancestor', commit, `refs/heads/${target}`);
  const { name, email } = identityOf(agent as AgentId);
  assert.equal(
    git(repository, 'log', '-1', '--format=%an <%ae> %cn <%ce> %s', commit),
    `${name} <${email}> ${name} <${email}> ${bead}: ${word}`,
  );
  assert.equal(`${git(repository, 'show', `${commit}:${fileOf(bead)}`)}\n`, contentOf(word));
  const { bead: after } = await lab.client.request('bead/get', { bead });
  assert.deepEqual([after.status, after.notes], ['closed', word]);
  await ended(lab, agent);
}

/** Waits until no session of the agent runs and the worktree is gone. */
async function ended(lab: Laboratory, agent: string): Promise<void> {
  await eventually(
    `${agent} and its session have ended`,
    async () => {
      const sessions = (await lab.client.request('session/list', {})).filter(
        (session) => session.agent === agent,
      );
      const polecats = await lab.client.request('polecat/list', {});
      return sessions.length === 0 && polecats.every(({ polecat }) => polecat.id !== agent);
    },
    60_000,
  );
}

/** What is looked for, or a failure at once where its agent has failed. */
async function unlessOver<T>(
  lab: Laboratory,
  task: Task,
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  return await eventually(
    what,
    async () => {
      const found = await look();
      if (found !== undefined) return found;
      const polecat = await polecatOfBead(lab, task);
      if (polecat && isOver(polecat)) return new Over(polecat);
      return undefined;
    },
    beadMs,
  ).then((found) => {
    if (found instanceof Over) throw new Error(`${what} did not come: ${found.sentence}`);
    return found;
  });
}

const over: ReadonlySet<Polecat['state']> = new Set(['failed', 'interrupted', 'needs-you', 'rate-limited']);

/** Also one that sits in its terminal and thinks that it is through. */
function isOver({ state, reason }: Polecat): boolean {
  return over.has(state) || reason === stoppedWithoutDone;
}

class Over {
  readonly sentence: string;

  constructor({ id, state, reason }: Polecat) {
    this.sentence = `${id} is ${state}. ${reason ?? ''}`;
  }
}

async function polecatOfBead(lab: Laboratory, { bead, rig }: Task): Promise<Polecat | undefined> {
  const polecats = await lab.client.request('polecat/list', { rig });
  return polecats.find(({ polecat }) => polecat.bead === bead)?.polecat;
}
