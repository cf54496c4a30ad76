import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { agentOf } from '../../server/domain/agents.ts';
import { hookOf } from '../../server/domain/hooks.ts';
import type { AgentId, Timestamp } from '../../server/domain/ids.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import type { Polecat } from '../../server/domain/polecat.ts';
import type { Rig } from '../../server/domain/rig.ts';
import type { Crew } from '../../server/domain/workplace.ts';
import type { View } from '../../server/domain/view.ts';
import { type TownPaths } from '../../server/protocol/address.ts';
import { placeFaults, placeProblems } from '../support/places.ts';
import { git } from '../support/repository.ts';

interface Place {
  readonly view: View;
  readonly parts: { readonly paths: TownPaths };
}

/**
 * What is wrong between the town's records and what lies outside, once nothing is under way: each a sentence, none where the town is
 * whole.
 */
export function problemsOf({ view, parts: { paths } }: Place): string[] {
  const polecats = [...view.all('agents')];
  const crew = [...view.all('workplaces')].filter((place): place is Crew => place.role === 'crew');
  const rigs = [...view.all('rigs')];
  const scratch = existsSync(paths.scratch) ? readdirSync(paths.scratch) : [];
  return [
    ...[...view.all('intents')].map(({ id }) => `The intent "${id}" is open.`),
    ...scratch.map((folder) => `The scratch worktree ${folder} is left.`),
    ...folderProblems(paths, rigs),
    ...rigs.flatMap((rig) => repositoryProblems(paths, rig, [...polecats, ...crew])),
    ...polecats.flatMap((polecat) => polecatProblems(view, polecat)),
    ...beadProblems(view),
    ...placeProblems(view, new Date().toISOString() as Timestamp),
    ...placeFaults(view, new Date().toISOString() as Timestamp),
    ...sessionProblems(view, paths),
    ...[...view.all('mergeRequests')].flatMap((request) => landingProblems(view, request)),
  ];
}

function folderProblems(paths: TownPaths, rigs: readonly Rig[]): string[] {
  const known = new Set<string>(['.gastown', 'plugins', ...rigs.map(({ id }) => id)]);
  return readdirSync(paths.town)
    .filter((folder) => !known.has(folder))
    .map((folder) => `The folder ${folder} belongs to no rig.`);
}

/** Worktrees, folders and branches in git, and those of the polecats, are the same. */
function repositoryProblems(paths: TownPaths, rig: Rig, workers: readonly (Polecat | Crew)[]): string[] {
  const own = workers.filter((worker) => worker.rig === rig.id);
  const folders = ['polecats', 'crew']
    .map((kind) => join(paths.town, rig.id, kind))
    .filter((each) => existsSync(each));
  const listed = git(rig.gitDirectory, 'worktree', 'list', '--porcelain')
    .split('\n')
    .filter((line) => line.startsWith('worktree '))
    .map((line) => line.slice('worktree '.length))
    .filter((path) => path.startsWith(realpathSync(paths.town)) && !path.startsWith(rig.gitDirectory));
  const branches = git(
    rig.gitDirectory,
    'for-each-ref',
    '--format=%(refname:short)',
    'refs/heads/polecat',
    'refs/heads/crew',
  )
    .split('\n')
    .filter(Boolean);
  return [
    ...differences(
      `worktree of ${rig.id}`,
      listed,
      own
        .filter((each) => each.role !== 'polecat' || each.isolation === undefined)
        .map(({ worktree }) => worktree),
    ),
    ...differences(
      `folder of ${rig.id}`,
      folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))),
      own.filter((each) => !isInPlace(each)).map(({ worktree }) => worktree),
    ),
    ...differences(
      `branch of ${rig.id}`,
      branches,
      own.map(({ branch }) => branch),
    ),
    ...checkoutProblems(rig, own),
  ];
}

const isInPlace = (worker: Polecat | Crew): worker is Polecat =>
  worker.role === 'polecat' && worker.isolation === 'in-place';

/** The user's own checkout stands on the branch of who works in it, and otherwise on one of theirs. */
function checkoutProblems(rig: Rig, own: readonly (Polecat | Crew)[]): string[] {
  if (rig.settings.isolation !== 'in-place' || rig.repository.kind !== 'path') return [];
  const head = git(rig.repository.path, 'rev-parse', '--abbrev-ref', 'HEAD');
  const [worker] = own.filter((each) => isInPlace(each));
  if (worker) return worker.branch === head ? [] : [`${worker.id} works in place, on ${head}.`];
  const dirty = git(rig.repository.path, 'status', '--porcelain');
  return [
    ...(head.startsWith('polecat/') ? [`The checkout of ${rig.id} was left on ${head}.`] : []),
    ...(dirty === '' ? [] : [`The checkout of ${rig.id} is not clean: ${dirty}.`]),
  ];
}

function differences(what: string, found: readonly string[], wanted: readonly string[]): string[] {
  return [
    ...found.filter((each) => !wanted.includes(each)).map((each) => `The ${what} ${each} is nobody's.`),
    ...wanted.filter((each) => !found.includes(each)).map((each) => `The ${what} ${each} is missing.`),
  ];
}

function polecatProblems(view: View, polecat: Polecat): string[] {
  const problems: string[] = [];
  const say = (what: string): void => void problems.push(`${polecat.id} (${polecat.state}) ${what}`);
  if (polecat.state === 'spawning') say('is still being started.');
  const hook = hookProblem(view, polecat);
  if (hook !== undefined) say(hook);
  const session = polecat.session && view.get('sessions', polecat.session);
  if (!session) say('has no session.');
  else if (session.state === 'ended' && polecat.state === 'working') say('works without a session.');
  return problems;
}

function hookProblem(view: View, polecat: Polecat): string | undefined {
  if (polecat.bead === undefined) {
    const held = hookOf(view, polecat.id);
    return held && `has ${held.id} on its hook, and waits for its first bead.`;
  }
  const bead = view.get('beads', polecat.bead);
  const holds = bead?.assignee === polecat.id && bead.status !== 'open';
  return holds || bead?.status === 'closed'
    ? undefined
    : `does not hold ${polecat.bead}, which is ${bead?.status}.`;
}

function beadProblems(view: View): string[] {
  return [...view.all('beads')]
    .filter(
      (bead) => bead.status === 'hooked' || (bead.status === 'in_progress' && bead.assignee?.includes('/')),
    )
    .filter((bead) => {
      const agent = agentOf(view, bead.assignee ?? '');
      return agent?.role === 'polecat'
        ? agent.bead !== bead.id
        : hookOf(view, agent?.id ?? ('' as AgentId))?.id !== bead.id;
    })
    .map((bead) => `${bead.id} is ${bead.status} by ${bead.assignee}, who has another bead or is gone.`);
}

function sessionProblems(view: View, paths: TownPaths): string[] {
  const live = [...view.all('sessions')]
    .filter((session) => session.state !== 'ended')
    .filter((session) => agentOf(view, session.agent)?.session !== session.id)
    .map((session) => `The session ${session.id} (${session.state}) belongs to no polecat.`);
  const files = existsSync(paths.sessions) ? readdirSync(paths.sessions) : [];
  const stray = files
    .filter((file) => {
      const session = view.get('sessions', file.split('.')[0] ?? '');
      return !session || !agentOf(view, session.agent);
    })
    .map((file) => `The file ${file} belongs to no session of a polecat.`);
  return [...live, ...stray];
}

/** What was submitted is kept by a ref, and what is verified is on the target. */
function landingProblems(view: View, request: MergeRequest): string[] {
  const rig = view.get('rigs', request.rig);
  if (!rig) return [`${request.id} is of a rig that is gone.`];
  const problems: string[] = [];
  if (resolved(rig, `refs/gastown/tips/${request.id}`) !== request.tip)
    problems.push(`${request.id} has lost its tip.`);
  if (request.state === 'merged') problems.push(`${request.id} is moved, and not proven.`);
  if (request.state !== 'verified') return problems;
  const target = targetOf(rig, request);
  try {
    git(rig.gitDirectory, 'merge-base', '--is-ancestor', request.landed ?? '', target);
  } catch {
    problems.push(`${request.id} is verified, and not on ${request.target}.`);
  }
  if (view.get('beads', request.bead)?.status !== 'closed')
    problems.push(`${request.bead} landed and is open.`);
  return problems;
}

/** Of a pull request it is the remote's, also where the town works on the user's own repository. */
function targetOf(rig: Rig, { target, pullRequest }: MergeRequest): string {
  if (rig.repository.kind === 'url') return `refs/remotes/origin/${target}`;
  return pullRequest ? `refs/gastown/targets/${target}` : `refs/heads/${target}`;
}

function resolved(rig: Rig, ref: string): string | undefined {
  try {
    return git(rig.gitDirectory, 'rev-parse', '--verify', ref);
  } catch {
    return undefined;
  }
}
