import { activityIn } from './activity.ts';
import { archive, restore } from './archive.ts';
import {
  archiveContent,
  archiveRefs,
  branchFromArchive,
  crashRefs,
  deleteArchive,
  deleteCrashRef,
} from './archives.ts';
import {
  branchExists,
  branches,
  defaultBranch,
  deleteBranch,
  localBranches,
  requireBranch,
} from './branches.ts';
import { cloneBare, openLocal } from './clone.ts';
import { archiveClone, removeClone, restoreClone } from './cloneArchive.ts';
import { checkConfiguration, unapprovedConfiguration } from './configuration.ts';
import type { Core } from './core.ts';
import type { ExecuteOptions } from './execute.ts';
import { createExecute } from './execute.ts';
import { gitDirectoriesOf } from './gitDirectories.ts';
import { headOf } from './head.ts';
import {
  canFastForward,
  changedFiles,
  countCommits,
  diffStat,
  fileAt,
  isAncestor,
  log,
  resolve,
} from './history.ts';
import { copyIncluded } from './include.ts';
import { discardCheckout, enterCheckout, homeOf, leaveCheckout, ownCheckout } from './inPlace.ts';
import { mergeFastForwardInCheckout, updateRef } from './landing.ts';
import {
  filesSince,
  mergeTree,
  openScratchObjects,
  listScratchObjects,
  removeScratchObjects,
  workAt,
  workOf,
} from './mergeTree.ts';
import { createFetch } from './network.ts';
import { bareCopy, newRepository } from './newRepository.ts';
import { landedByPatch } from './patchId.ts';
import { push, remoteTip } from './push.ts';
import { fetchBranch, fetchPullRequest, isTakenUp, remoteUrl } from './pullRequest.ts';
import { createQueue } from './queue.ts';
import { rebaseOnto } from './rebase.ts';
import { removeWorktree } from './removal.ts';
import { targetRef } from './repository.ts';
import { signatures } from './signatures.ts';
import { inspectSource } from './source.ts';
import { commitAll, status } from './status.ts';
import { indexLock, removeIndexLock } from './locks.ts';
import { deleteTownRefs, landedNotOn, ownTownRefs } from './townRefs.ts';
import { filesOf } from './treeFiles.ts';
import { unlandedRefs } from './unlanded.ts';
import { userIdentity } from './userIdentity.ts';
import { createVersion, version } from './version.ts';
import { addClone, bringBack, cloneAt, discardClone } from './workClone.ts';
import { checkoutsOf, listWorktrees } from './worktreeList.ts';
import { watchHead } from './watchHead.ts';
import { addScratch, addWorktree, discardWorktree, removeScratch } from './worktrees.ts';

/** Every call of git there is; each is documented where it is written, and takes here all parameters but the first. */
const calls = {
  version,
  userIdentity,
  newRepository,
  bareCopy,
  cloneBare,
  openLocal,
  unapprovedConfiguration,
  checkConfiguration,
  branches,
  localBranches,
  defaultBranch,
  branchExists,
  requireBranch,
  deleteBranch,
  resolve,
  isAncestor,
  canFastForward,
  countCommits,
  changedFiles,
  diffStat,
  fileAt,
  filesOf,
  log,
  signatures,
  headOf,
  gitDirectoriesOf,
  status,
  activityIn,
  commitAll,
  addWorktree,
  discardWorktree,
  removeWorktree,
  addClone,
  discardClone,
  bringBack,
  archiveClone,
  removeClone,
  ownCheckout,
  homeOf,
  enterCheckout,
  discardCheckout,
  leaveCheckout,
  copyIncluded,
  listWorktrees,
  checkoutsOf,
  archive,
  restore,
  restoreClone,
  archiveContent,
  archiveRefs,
  branchFromArchive,
  deleteArchive,
  crashRefs,
  deleteCrashRef,
  addScratch,
  removeScratch,
  rebaseOnto,
  updateRef,
  mergeFastForwardInCheckout,
  push,
  remoteTip,
  remoteUrl,
  fetchBranch,
  fetchPullRequest,
  isTakenUp,
  unlandedRefs,
  ownTownRefs,
  deleteTownRefs,
  landedNotOn,
  indexLock,
  removeIndexLock,
  landedByPatch,
  openScratchObjects,
  removeScratchObjects,
  listScratchObjects,
  workOf,
  workAt,
  mergeTree,
  filesSince,
};

type Calls = typeof calls;
type Bound<Call> = Call extends (core: Core, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/**
 * The only way to git. A repository is named by `{ gitDirectory, repository, approvedConfiguration }`, which a rig is. Every call on one
 * re-reads its configuration first and is refused with `unapproved` while that names programs nobody has approved.
 */
export type Git = { readonly [Name in keyof Calls]: Bound<Calls[Name]> } & {
  readonly fetch: ReturnType<typeof createFetch>;
  readonly inspectSource: typeof inspectSource;
  readonly targetRef: typeof targetRef;
  readonly cloneAt: typeof cloneAt;
  readonly watchHead: typeof watchHead;
};

export type GitOptions = ExecuteOptions;

export function createGit(options: GitOptions): Git {
  const { emptyHooksDirectory } = options;
  const execute = createExecute(options);
  const shared = {
    execute,
    queue: createQueue(),
    emptyHooksDirectory,
    version: createVersion(execute, emptyHooksDirectory),
  };
  const coreOfCall = (): Core => ({ ...shared, checked: new Map() });
  const bound = Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [
      name,
      bind(call as (core: Core, ...rest: never[]) => unknown, coreOfCall),
    ]),
  );
  return {
    ...(bound as { [Name in keyof Calls]: Bound<Calls[Name]> }),
    fetch: createFetch(coreOfCall),
    inspectSource,
    targetRef,
    cloneAt,
    watchHead,
  };
}

function bind(
  call: (core: Core, ...rest: never[]) => unknown,
  coreOfCall: () => Core,
): (...rest: never[]) => unknown {
  return (...rest) => call(coreOfCall(), ...rest);
}
