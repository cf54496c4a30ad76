import assert from 'node:assert/strict';
import type { Polecat } from '../../server/domain/polecat.ts';
import type { Session } from '../../server/domain/session.ts';
import type { TownClient } from '../../server/rpc/client.ts';
import { reachTown } from '../../server/rpc/reach.ts';
import { eventually } from '../support/wait.ts';
import { serverProgram, type Scope, type Terminal } from './terminal.ts';
import { createBead } from './rigs.ts';

/** A connection of a person to the town server of the terminal, which runs already. */
export async function connect(t: Scope, terminal: Terminal): Promise<TownClient> {
  const client = await reachTown({ town: terminal.town, client: 'test', start: false, serverProgram });
  t.after(() => client.close());
  return client;
}

export async function polecatOf(client: TownClient, bead: string): Promise<Polecat | undefined> {
  const polecats = await client.request('polecat/list', {});
  return polecats.find(({ polecat }) => polecat.bead === bead)?.polecat;
}

/** Waits until the polecat of a bead is in a state; gives it. */
export function becomes(
  client: TownClient,
  bead: string,
  state: Polecat['state'],
  deadlineMs = 30_000,
): Promise<Polecat> {
  return eventually(
    `the polecat of ${bead} is ${state}`,
    async () => {
      const polecat = await polecatOf(client, bead);
      return polecat?.state === state && polecat;
    },
    deadlineMs,
  );
}

/** The newest session of a polecat. */
export async function sessionOf(client: TownClient, agent: string): Promise<Session> {
  const [session] = await client.request('session/list', { agent, all: true });
  return session ?? assert.fail(`${agent} has no session`);
}

/** A bead that the simulated agent plays as the label says, slung. Gives the bead. */
export async function slung(terminal: Terminal, title: string, behaviour?: string): Promise<string> {
  const labels = behaviour === undefined ? [] : ['--labels', `sim:${behaviour}`];
  const id = await createBead(terminal, title, ...labels);
  await terminal.must('gt', 'sling', id);
  return id;
}
