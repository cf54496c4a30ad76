import assert from 'node:assert/strict';
import type { Polecat } from '../../server/domain/polecat.ts';
import type { HostKind, Session } from '../../server/domain/session.ts';
import { townPaths } from '../../server/protocol/address.ts';
import type { TownClient } from '../../server/rpc/client.ts';
import { reachTown } from '../../server/rpc/reach.ts';
import { sessionFiles } from '../../server/sessions/sessionFile.ts';
import type { Ran } from '../support/runNode.ts';
import { eventually } from '../support/wait.ts';
import { createBead } from './rigs.ts';
import { runProgram, serverProgram, type Scope, type Terminal } from './terminal.ts';

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

interface Slinging {
  /** How the simulated agent plays it. */
  readonly behaviour?: string;
  readonly host?: HostKind;
}

/** A bead that is made and slung. Gives the bead. */
export async function slung(
  terminal: Terminal,
  title: string,
  { behaviour, host }: Slinging = {},
): Promise<string> {
  const labels = behaviour === undefined ? [] : ['--labels', `sim:${behaviour}`];
  const id = await createBead(terminal, title, ...labels);
  await terminal.must('gt', 'sling', id, ...(host === undefined ? [] : ['--host', host]));
  return id;
}

/** `gt` and `bd` as the agent of a session runs them. */
export function inside(terminal: Terminal, session: string, cwd = terminal.folder) {
  const file = sessionFiles(townPaths(terminal.town).sessions, session).session;
  const environment = { ...terminal.environment, GT_SESSION: file };
  return (program: 'gt' | 'bd', ...words: string[]): Promise<Ran> =>
    runProgram(program, words, { cwd, environment });
}

/** What it prints; it must succeed. */
export async function must(run: Promise<Ran>): Promise<string> {
  const { code, stdout, stderr } = await run;
  assert.equal(code, 0, `${stdout}${stderr}`);
  return stdout;
}
