import type { Agent } from '../domain/agent.ts';
import { directoryOf } from '../domain/agents.ts';
import type { Rig } from '../domain/rig.ts';
import { canResume } from '../runtimes/arguments.ts';
import { needsGitDirectories } from '../runtimes/launch.ts';
import { uuidOf } from '../runtimes/uuid.ts';
import type { Context } from './context.ts';
import type { SessionPlan } from './plan.ts';
import { placeRepository } from './workplace.ts';

/** The runtime's own session: the one that goes on, or a new one under an id of ours where the runtime takes one. */
export function ownSession(
  context: Context,
  { preset, resume }: SessionPlan & { readonly resume?: string | undefined },
): { readonly resume?: string; readonly runtimeSession?: string } {
  if (resume !== undefined) return { resume };
  if (preset.sessionId.kind !== 'flag') return {};
  return { runtimeSession: uuidOf(context.hash(context.randomText(32))) };
}

/**
 * The session that can go on instead of a new one: the last of this agent that ran, where its runtime is the same, still knows it, and
 * can go on with it in such a place.
 */
export function goesOn(
  context: Context,
  { preset, host }: SessionPlan,
  agent: Agent,
): { readonly resume?: string } {
  // Names come again: what an earlier polecat of the name did is somebody else's.
  const { id, createdAt: since } = agent;
  const own = [...context.store.view.find('sessionsByAgent', id)].filter(
    ({ bead, startedAt, createdAt }) =>
      startedAt !== undefined && createdAt >= since && (agent.role !== 'polecat' || bead === agent.bead),
  );
  const [last] = own.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  if (last?.runtimeSession === undefined || last.runtime !== preset.id) return {};
  return canResume(preset, host) ? { resume: last.runtimeSession } : {};
}

/** Only for a runtime whose sandbox has to be told of them. */
export async function gitFoldersFor(
  context: Context,
  { preset, rig }: SessionPlan & { readonly rig?: Rig | undefined },
  agent: Agent,
): Promise<{ readonly gitDirectory?: string; readonly gitCommonDirectory?: string }> {
  if (!rig || !needsGitDirectories(preset)) return {};
  const { own, common } = await context.git.gitDirectoriesOf(
    placeRepository(context, rig, agent),
    directoryOf(agent),
  );
  return own === common ? { gitDirectory: own } : { gitDirectory: own, gitCommonDirectory: common };
}
