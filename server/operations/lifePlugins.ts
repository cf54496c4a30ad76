import type { AgentId, BeadId, Sha } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { PluginStage } from '../domain/plugin.ts';
import type { Rig } from '../domain/rig.ts';
import type { Context } from './context.ts';
import type { Landing } from './landing.ts';
import { runStage } from './plugins.ts';

/** It has landed, whatever they say: they run in the background, and one that fails asks for a person. */
export function afterMerge({ context, rig, request }: Landing, landed: Sha): void {
  const { branch, target, bead, agent } = request;
  context.background(`the plugins after the merge of ${bead}`, () =>
    runStage(context, rig, 'post-merge', { branch, target, bead, agent, commit: landed }),
  );
}

/** A new polecat's folder is there; its session is not. In a checkout of the user's nothing is run. */
export function onSpawn(context: Context, rig: Rig, polecat: Polecat): Promise<readonly string[]> {
  const where = polecat.isolation === 'in-place' ? {} : { directory: polecat.worktree };
  return runStage(context, rig, 'on-spawn', { ...aboutAgent(polecat), ...where });
}

/** The polecat is gone, and its folder with it. */
export function onNuke(context: Context, rig: Rig, polecat: Polecat): Promise<readonly string[]> {
  return runStage(context, rig, 'on-nuke', aboutAgent(polecat));
}

/** An agent has stalled, or goes on in a fresh session; nobody waits for what is run then. */
export function runInBackground(
  context: Context,
  stage: Extract<PluginStage, 'on-stall' | 'on-cycle'>,
  agent: {
    readonly id: AgentId;
    readonly rig?: string;
    readonly bead?: BeadId;
    readonly branch?: string;
    readonly runtime: string;
  },
): void {
  const rig = agent.rig === undefined ? undefined : context.store.view.get('rigs', agent.rig);
  if (!rig) return;
  context.background(`the plugins of ${stage} for ${agent.id}`, () =>
    runStage(context, rig, stage, { ...aboutAgent(agent), runtime: agent.runtime }),
  );
}

function aboutAgent({
  id,
  bead,
  branch,
}: {
  readonly id: AgentId;
  readonly bead?: BeadId;
  readonly branch?: string;
}) {
  return { agent: id, ...(bead === undefined ? {} : { bead }), ...(branch === undefined ? {} : { branch }) };
}
