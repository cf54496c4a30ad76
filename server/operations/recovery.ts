import { hookOf } from '../domain/hooks.ts';
import type { Sha } from '../domain/ids.ts';
import { isSettled } from '../domain/landings.ts';
import { newestRequest } from '../domain/newestRequest.ts';
import type { Polecat } from '../domain/polecat.ts';
import { isStuck } from '../domain/polecats.ts';
import type { Rig } from '../domain/rig.ts';
import type { Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Recovery } from '../protocol/recovery.ts';
import type { Context } from './context.ts';
import { branchesOfGone, deleteKept } from './goneBranches.ts';
import { findPolecat, findRig } from './lookups.ts';
import { targetRef } from './targets.ts';
import { repositoryOf } from './workingFolder.ts';

export function recoveryHandlers(context: Context): Pick<Handlers, 'polecat/recovery' | 'polecat/gc'> {
  return {
    'polecat/recovery': (params) => recoveries(context, params),
    'polecat/gc': (params, caller) => collectBranches(context, params, caller.by),
  };
}

async function recoveries(
  context: Context,
  params: Params<'polecat/recovery'>,
): Promise<Result<'polecat/recovery'>> {
  const { view } = context.store;
  if (params.agent !== undefined) return [await recoveryOf(context, findPolecat(view, params.agent))];
  const polecats =
    params.rig === undefined ? view.all('agents') : view.find('agentsByRig', findRig(view, params.rig).id);
  return await Promise.all(Array.from(polecats, (polecat) => recoveryOf(context, polecat)));
}

/** What would be lost with a polecat if nothing were archived, and what that means. */
async function recoveryOf(context: Context, polecat: Polecat): Promise<Recovery> {
  const { view } = context.store;
  const place = placeOf(context, polecat);
  const request = newestRequest(view, polecat);
  const session = view.get('sessions', polecat.session ?? '');
  const tip = await context.git.resolve(place.repository, `refs/heads/${polecat.branch}`);
  const isOfTip = request !== undefined && request.tip === tip;
  const landed = isOfTip && isSettled(request.state);
  const facts = {
    uncommitted: await uncommittedIn(context, place, polecat),
    commits: tip && !landed ? await ownCommits(context, place, polecat, tip) : 0,
    behind: await behindTarget(context, place.rig, polecat),
    stashes: await stashesIn(context, place, polecat),
    running: session !== undefined && session.state !== 'ended',
    ...(request ? { mergeRequest: request.id, landing: request.state } : {}),
  };
  const submitted = isOfTip && !isStuck(view, polecat);
  const { verdict, evidence } = judge(facts, { submitted, hook: hookOf(view, polecat.id)?.id });
  return { agent: polecat.id, state: polecat.state, branch: polecat.branch, verdict, evidence, ...facts };
}

interface Place {
  readonly rig: Rig;
  readonly exists: boolean;
  readonly repository: Parameters<Context['git']['resolve']>[0];
}

function placeOf(context: Context, polecat: Polecat): Place {
  const rig = findRig(context.store.view, polecat.rig);
  const exists = context.rigFolders.exists(polecat.worktree);
  return { rig, exists, repository: exists ? repositoryOf(context, rig, polecat) : rig };
}

async function uncommittedIn(
  context: Context,
  { exists, repository }: Place,
  { worktree }: Polecat,
): Promise<readonly string[]> {
  return exists ? (await context.git.status(repository, worktree)).map(({ path }) => path) : [];
}

async function ownCommits(
  context: Context,
  { rig, repository }: Place,
  polecat: Polecat,
  tip: Sha,
): Promise<number> {
  const target = await context.git.resolve(repository, targetRef(context, rig));
  return await context.git.countCommits(repository, target ?? polecat.base, tip);
}

async function behindTarget(context: Context, rig: Rig, { base }: Polecat): Promise<number> {
  const target = await context.git.resolve(rig, targetRef(context, rig));
  return target === undefined ? 0 : await context.git.countCommits(rig, base, target).catch(() => 0);
}

/** Of linked worktrees the stash is the repository's, and its user's. */
async function stashesIn(
  context: Context,
  { exists, repository }: Place,
  { isolation }: Polecat,
): Promise<number> {
  if (!exists || isolation !== 'clone') return 0;
  return (await context.git.resolve(repository, 'refs/stash')) === undefined ? 0 : 1;
}

interface Facts {
  readonly uncommitted: readonly string[];
  readonly commits: number;
  readonly stashes: number;
  readonly running: boolean;
}

function judge(
  facts: Facts,
  { submitted, hook }: { readonly submitted: boolean; readonly hook: string | undefined },
): Pick<Recovery, 'verdict' | 'evidence'> {
  const found = evidenceOf(facts, submitted);
  const evidence = hook === undefined || submitted ? found : [...found, `${hook} on its hook`];
  if (facts.running || facts.uncommitted.length > 0 || facts.stashes > 0)
    return { verdict: 'NEEDS_RECOVERY', evidence };
  if (facts.commits > 0 && !submitted) return { verdict: 'NEEDS_MQ_SUBMIT', evidence };
  const all = evidence.length > 0 ? evidence : ['everything it committed has landed'];
  return { verdict: 'SAFE_TO_NUKE', evidence: all };
}

function evidenceOf({ uncommitted, commits, stashes, running }: Facts, submitted: boolean): string[] {
  const landing = submitted ? 'not landed, but submitted' : 'not landed';
  return [
    ...(running ? ['its session runs'] : []),
    ...(uncommitted.length > 0 ? [`${counted(uncommitted.length, 'file')} not committed`] : []),
    ...(stashes > 0 ? ['a stash'] : []),
    ...(commits > 0 ? [`${counted(commits, 'commit')} ${landing}`] : []),
  ];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Branches that polecats left when they went: each is in an archive first, and goes then. */
async function collectBranches(
  context: Context,
  params: Params<'polecat/gc'>,
  by: string,
): Promise<Result<'polecat/gc'>> {
  const { view } = context.store;
  const rigs = params.rig === undefined ? [...view.all('rigs')] : [findRig(view, params.rig)];
  const branches: Result<'polecat/gc'>['branches'][number][] = [];
  for (const rig of rigs) {
    for (const each of await branchesOfGone(context, rig)) {
      if (params.dryRun !== true) await deleteKept(context, rig, each, by);
      const { branch, sha, archive } = each;
      branches.push({ rig: rig.id, branch, sha, archive });
    }
  }
  return { branches };
}
