import type { Rig } from '../domain/rig.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Slung } from '../protocol/work.ts';
import type { Context } from './context.ts';
import { planPlace } from './inPlace.ts';
import { folderFor, planSession, type SessionChoice, type SessionPlan, type SpawnPlan } from './plan.ts';
import { freshTarget } from './targets.ts';

/** Which runtime a new polecat would run, from where its branch would begin, and where it would work. Nothing is changed. */
export async function planPolecat(
  context: Context,
  rig: Rig,
  choice: SessionChoice,
  caller: Caller,
): Promise<SpawnPlan> {
  const session = await planSession(context, rig, choice, caller);
  const base = await freshTarget(context, rig);
  return { ...session, rig, base, ...(await planPlace(context, rig, base)) };
}

/** What a dry run tells of it. Its name is chosen only when it is made. */
export function wouldSpawn(context: Context, plan: SpawnPlan): Omit<Slung, 'bead' | 'title'> {
  return {
    rig: plan.rig.id,
    agent: `${plan.rig.id}/…`,
    worktree: plan.checkout?.directory ?? folderFor(context, plan.rig.id, 'polecats'),
    branch: `polecat/…/${plan.bead?.id ?? 'seance'}-…`,
    base: plan.base,
    ...wouldRun(plan),
  };
}

export function wouldRun({
  preset,
  host,
  program,
  warnings,
}: SessionPlan): Pick<Slung, 'runtime' | 'runtimeLabel' | 'host' | 'command' | 'warnings'> {
  return { runtime: preset.id, runtimeLabel: preset.label, host, command: [program], warnings };
}
