import { sep } from 'node:path';
import { messageOf } from '../domain/fault.ts';
import { isAwaited } from '../domain/landings.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { Rig } from '../domain/rig.ts';
import type { Crew } from '../domain/workplace.ts';
import { crewOf } from '../domain/agents.ts';
import type { Context } from './context.ts';
import type { Check, Trouble } from './doctorCheck.ts';
import { lookAtCrashes, lookAtRadar } from './doctorKept.ts';
import { archiveOrphan, branchesOfGone, deleteKept } from './goneBranches.ts';
import { keepRef } from './keepRef.ts';
import { targetRef } from './targets.ts';

/** What the records say, and what git has. A repository that cannot be read is told of once. */
export const repositoryChecks: readonly Check[] = [
  { about: 'rigs', fine: 'The repository of every rig is there, with its branch.', look: lookAtRigs },
  { about: 'worktrees', fine: 'Worktrees and agents are the same.', look: inEach(lookAtWorktrees) },
  { about: 'branches', fine: 'No branch is left of a polecat that is gone.', look: inEach(lookAtBranches) },
  { about: 'archives', fine: 'Every archive resolves.', look: inEach(lookAtArchives) },
  {
    about: 'crashes',
    fine: 'What crashed sessions had committed is kept.',
    look: inEach(lookAtCrashes),
  },
  { about: 'radar', fine: 'The radar has left nothing behind.', look: lookAtRadar },
  { about: 'tips', fine: 'Every tip that waits to land is kept.', look: inEach(lookAtTips) },
];

async function lookAtRigs(context: Context): Promise<readonly Trouble[]> {
  const found: Trouble[] = [];
  for (const rig of context.store.view.all('rigs')) {
    const why = await brokenRig(context, rig);
    if (why === undefined) continue;
    const evidence = `The repository of ${rig.id} cannot be worked in: ${why}`;
    const advice = `Bring ${rig.gitDirectory} back, or gt rig remove ${rig.id}.`;
    found.push({ subject: rig.id, state: 'problem', evidence, advice });
  }
  return found;
}

async function brokenRig(context: Context, rig: Rig): Promise<string | undefined> {
  try {
    const target = await context.git.resolve(rig, targetRef(context, rig));
    return target === undefined ? `there is no branch ${rig.branch}.` : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Of the rigs whose repositories can be read. */
function inEach(
  look: (context: Context, rig: Rig) => Promise<readonly Trouble[]>,
): (context: Context) => Promise<readonly Trouble[]> {
  return async (context) => {
    const found: Trouble[] = [];
    for (const rig of Array.from(context.store.view.all('rigs')))
      if ((await brokenRig(context, rig)) === undefined) found.push(...(await look(context, rig)));
    return found;
  };
}

async function lookAtWorktrees(context: Context, rig: Rig): Promise<readonly Trouble[]> {
  const { view } = context.store;
  const agents = [...view.find('agentsByRig', rig.id), ...crewOf(view, rig.id)];
  const lost = agents.filter((agent) => !context.rigFolders.exists(agent.worktree));
  const known = new Set(agents.map(({ worktree }) => worktree));
  const busy = [...view.all('intents')].some((intent) => 'worktree' in intent);
  const listed = busy ? [] : await context.git.listWorktrees(rig);
  const orphans = listed.filter(
    ({ directory, main, locked }) =>
      !main && locked === 'gastown' && isBelow(context, rig, directory) && !known.has(directory),
  );
  return [
    ...lost.map((agent) => lostFolder(agent)),
    ...orphans.map(({ directory, branch }) => ({
      subject: directory,
      state: 'problem' as const,
      evidence: `The worktree ${directory} (${branch ?? 'on no branch'}) belongs to nobody.`,
      advice: 'gt doctor --fix archives it, then removes it.',
      mend: () => archiveOrphan(context, rig, { directory, branch }),
    })),
  ];
}

/** Only in the town's own folders: what a person adds elsewhere is theirs. */
function isBelow(context: Context, rig: Rig, directory: string): boolean {
  const folder = context.paths.town + sep + rig.id + sep;
  return directory.startsWith(`${folder}polecats${sep}`) || directory.startsWith(`${folder}crew${sep}`);
}

function lostFolder(agent: Polecat | Crew): Trouble {
  const remove = agent.role === 'crew' ? 'gt crew remove' : 'gt polecat remove';
  return {
    subject: agent.id,
    state: 'problem',
    evidence: `The folder of ${agent.id}, ${agent.worktree}, is gone.`,
    advice: `${remove} ${agent.id} --force archives what git still has of it.`,
  };
}

async function lookAtBranches(context: Context, rig: Rig): Promise<readonly Trouble[]> {
  return (await branchesOfGone(context, rig)).map((each) => ({
    subject: `${rig.id} ${each.branch}`,
    state: 'warning' as const,
    evidence: `The branch ${each.branch} of ${rig.id} is of a polecat that is gone.`,
    advice: `gt polecat gc ${rig.id}, which archives it first.`,
    mend: () => deleteKept(context, rig, each, 'town'),
  }));
}

async function lookAtArchives(context: Context, rig: Rig): Promise<readonly Trouble[]> {
  const found: Trouble[] = [];
  for (const { id, agent, ref, sha } of Array.from(context.store.view.find('archivesByRig', rig.id))) {
    if ((await context.git.resolve(rig, ref)) === sha) continue;
    found.push({
      subject: id,
      state: 'problem',
      evidence: `The archive ${id} of ${agent} does not resolve: ${ref} should hold ${sha.slice(0, 10)}.`,
      advice: `git update-ref ${ref} ${sha} brings it back where git still has the commit.`,
    });
  }
  return found;
}

async function lookAtTips(context: Context, rig: Rig): Promise<readonly Trouble[]> {
  const { view } = context.store;
  const waiting = [...view.find('mergeRequestsByRig', rig.id)].filter((each) => isAwaited(view, each));
  const found: Trouble[] = [];
  for (const { id, bead, tip } of waiting) {
    const ref = `refs/gastown/tips/${id}`;
    if ((await context.git.resolve(rig, ref)) === tip) continue;
    found.push({
      subject: id,
      state: 'problem',
      evidence: `What ${bead} submitted, ${tip.slice(0, 10)}, is not kept by ${ref}.`,
      mend: () => keepRef(context, rig, ref, tip),
    });
  }
  return found;
}
