import assert from 'node:assert/strict';
import { FakeClock } from '../support/fakeClock.ts';
import { Agent, TestTown } from './support.ts';

const minute = 60_000;

export interface Timed {
  readonly town: TestTown;
  readonly clock: FakeClock;
  readonly pass: (minutes: number) => Promise<void>;
}

export async function timedTown(t: Parameters<typeof TestTown.open>[0]): Promise<Timed> {
  const clock = new FakeClock();
  const town = await TestTown.open(t, {
    now: clock.date,
    sleep: clock.sleep,
    // A machine with much to do is no start that fails.
    waits: { startMs: 30_000 },
  });
  return { town, clock, pass: (minutes) => clock.pass(minutes * minute, () => town.settle()) };
}

/** The beads that polecats have, in the order they were started. */
export function worked(town: TestTown): string[] {
  return [...town.view.all('agents')]
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))
    .flatMap(({ bead }) => bead ?? []);
}

function agentOn(town: TestTown, bead: string): Agent {
  const [polecat] = town.view.find('agentsByBead', bead);
  assert.ok(polecat, `nobody has ${bead}`);
  return new Agent(town, { ...polecat, agent: polecat.id } as never);
}

/** Nothing to land: the bead is closed and its polecat gone. */
export async function finish(town: TestTown, bead: string): Promise<void> {
  const agent = agentOn(town, bead);
  await agent.done({ noChanges: true });
  await agent.exit({ end: 'done' });
  await town.settle();
}

export async function queue(town: TestTown, beads: readonly string[]): Promise<string[]> {
  const { queued = [], refused } = await town.ask('work/sling', { beads, queue: true });
  assert.deepEqual(refused, []);
  return queued.map(({ bead }) => bead);
}

export async function explained(town: TestTown, bead: string): Promise<string> {
  const { reason } = await town.ask('bead/explain', { bead });
  return reason;
}
