import type { Agent } from '../domain/agent.ts';
import type { Rig } from '../domain/rig.ts';
import { canResume } from '../runtimes/arguments.ts';
import { needsGitDirectories } from '../runtimes/launch.ts';
import { uuidOf } from '../runtimes/uuid.ts';
import type { Context } from './context.ts';
import type { SessionPlan } from './plan.ts';
import { repositoryOf } from './workingFolder.ts';

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
  // Names come again: what an earlier agent of the name did is somebody else's, and so is what a polecat did on another bead.
  const own = [...context.store.view.find('sessionsByAgent', agent.id)].filter(
    ({ bead, startedAt, createdAt }) =>
      startedAt !== undefined &&
      (agent.role !== 'polecat' || bead === agent.bead) &&
      createdAt >= agent.createdAt,
  );
  const [last] = own.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  // A conversation that is full takes nothing more.
  if (last?.failure?.verdict === 'context-limit') return {};
  if (last?.runtimeSession === undefined || last.runtime !== preset.id) return {};
  return canResume(preset, host) ? { resume: last.runtimeSession } : {};
}

/** Only for a runtime whose sandbox has to be told of them. */
export async function gitFoldersFor(
  context: Context,
  { preset, rig }: SessionPlan & { readonly rig?: Rig | undefined },
  agent: Agent,
): Promise<{ readonly gitDirectory?: string; readonly gitCommonDirectory?: string }> {
  if (!rig || agent.role === 'mayor' || !needsGitDirectories(preset)) return {};
  const { own, common } = await context.git.gitDirectoriesOf(
    repositoryOf(context, rig, agent),
    agent.worktree,
  );
  return own === common ? { gitDirectory: own } : { gitDirectory: own, gitCommonDirectory: common };
}
