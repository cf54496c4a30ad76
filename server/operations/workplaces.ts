import { stepProgress } from '../domain/beadSteps.ts';
import { packetFor } from '../domain/handoffs.ts';
import { hookOf, instructionsFor } from '../domain/hooks.ts';
import { isAwaited } from '../domain/landings.ts';
import { blockersOf } from '../domain/readiness.ts';
import { workingPolecats } from '../domain/slinging.ts';
import type { View } from '../domain/view.ts';
import type { Crew, Mayor, Workplace } from '../domain/workplace.ts';
import type { HookResult } from '../protocol/work.ts';
import { crewText, mayorText, type RigLine } from '../runtimes/workplacePrime.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';
import { targetRef } from './targets.ts';
import { runtimeLabel } from './views.ts';

/** How many ready beads the mayor is shown. */
const shownReady = 20;

export function workplaceHook(view: View, workplace: Workplace): HookResult {
  const bead = hookOf(view, workplace.id);
  const instructions = instructionsFor(workplace, bead);
  const steps = bead && stepProgress(bead);
  return {
    agent: workplace.id,
    ...(bead ? { bead } : {}),
    workplace,
    ...(workplace.role === 'crew' ? { rig: workplace.rig } : {}),
    ...(steps ? { steps } : {}),
    ...(instructions === undefined ? {} : { instructions }),
    blockedBy: bead ? blockersOf(view, bead) : [],
    next: nextStep(workplace, bead !== undefined),
  };
}

function nextStep({ role }: Workplace, hooked: boolean): string {
  if (!hooked) return 'The hook is empty. Do what the person at this terminal says.';
  return role === 'crew'
    ? 'Do the work in this worktree, commit it, and call bd close with the id of the bead.'
    : 'Plan it: beads, convoys, gt sling. Call bd close with its id when all of it is given out.';
}

/** What a workplace's agent starts with: role, hook, beads access, and the state of git, or of the town. */
export async function primeWorkplace(
  context: Context,
  workplace: Workplace,
  own: HookResult,
): Promise<string> {
  return workplace.role === 'crew'
    ? await primeCrew(context, workplace, own)
    : primeMayor(context.store.view, workplace, own);
}

async function primeCrew(context: Context, crew: Crew, own: HookResult): Promise<string> {
  const { view } = context.store;
  const rig = findRig(view, crew.rig);
  const [head, uncommitted, target] = await Promise.all([
    context.git.headOf(rig, crew.worktree),
    context.git.status(rig, crew.worktree),
    context.git.resolve(rig, targetRef(context, rig)),
  ]);
  return crewText({
    agent: crew.id,
    rig: rig.id,
    runtimeLabel: runtimeLabel(view, crew.runtime),
    bead: own.bead,
    blockedBy: own.blockedBy,
    instructions: own.instructions,
    packet: packetFor(view, crew),
    messages: own.messages,
    worktree: crew.worktree,
    branch: head.branch,
    target: rig.branch,
    commits: await context.git.countCommits(rig, target ?? crew.base, head.sha),
    uncommitted: uncommitted.map((file) => file.path),
    home: crew.home,
  });
}

function primeMayor(view: View, mayor: Mayor, own: HookResult): string {
  const ready = [];
  for (const bead of view.find('beadsReady', '')) {
    if (ready.length >= shownReady) break;
    ready.push(bead);
  }
  return mayorText({
    runtimeLabel: runtimeLabel(view, mayor.runtime),
    bead: own.bead,
    blockedBy: own.blockedBy,
    instructions: own.instructions,
    packet: packetFor(view, mayor),
    messages: own.messages,
    rigs: rigLines(view),
    ready,
    readyCount: view.count('beadsReady', ''),
  });
}

function rigLines(view: View): RigLine[] {
  return [...view.all('rigs')]
    .toSorted((a, b) => a.id.localeCompare(b.id))
    .map((rig) => ({
      rig: rig.id,
      state: rig.state,
      runtimeLabel: runtimeLabel(view, rig.runtime),
      working: workingPolecats(view, rig.id),
      queue: [...view.find('mergeRequestsByRig', rig.id)].filter((request) => isAwaited(view, request))
        .length,
      ready: view.count('beadsReady', rig.id),
    }));
}
