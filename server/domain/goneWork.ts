import type { Archive } from './archive.ts';
import type { AgentId, BeadId, RigName, RuntimeName, Sha } from './ids.ts';
import { splitAgentId } from './polecatNames.ts';
import type { View } from './view.ts';

/** Whose work stands on a branch that was left. */
export interface GoneWork {
  readonly agent: AgentId;
  readonly name: string;
  readonly bead?: BeadId;
  readonly runtime: RuntimeName;
  readonly base: Sha;
  /** The newest that keeps all of it, where there is one. */
  readonly archive?: Archive;
}

/**
 * The work of a polecat that is gone, where a record of the town names the branch and the branch stands where that says. Undefined where
 * a polecat has it, where no record knows it so, and where it is a result: of a rig that merges nothing, or what a person had brought back as a branch.
 */
export function workOfBranch(
  view: View,
  rig: RigName,
  { branch, sha }: { readonly branch: string; readonly sha: Sha },
): GoneWork | undefined {
  for (const polecat of view.find('agentsByRig', rig)) if (polecat.branch === branch) return undefined;
  const requests = [...view.find('mergeRequestsByRig', rig)].filter((each) => each.branch === branch);
  const landed = requests.find(({ tip, state }) => tip === sha && state === 'verified');
  const archives = [...view.find('archivesByRig', rig)].filter(
    ({ branch: its, restoredAs, why }) => (its === branch && why !== 'orphaned') || restoredAs === branch,
  );
  if (archives.some((each) => isResult(each, branch, landed !== undefined))) return undefined;
  const archive = archives.findLast(({ tip, branchTip }) => (branchTip ?? tip) === sha);
  const of = archive ?? landed;
  if (!of) return undefined;
  const { agent, bead, runtime, base } = of;
  const { name } = splitAgentId(agent);
  return {
    agent,
    name,
    ...(bead === undefined ? {} : { bead }),
    runtime,
    base,
    ...(archive ? { archive } : {}),
  };
}

/** Archives of earlier versions do not say it; of those, what closed without landing may be one. */
function isResult({ restoredAs, keepsBranch, why }: Archive, branch: string, landed: boolean): boolean {
  return restoredAs === branch || keepsBranch === true || (why === 'landed' && !landed);
}
