import type { AgentId, Sha } from '../domain/ids.ts';
import { agentOf as agentIn } from '../domain/agents.ts';
import { hookOf, instructionsFor, startWork } from '../domain/hooks.ts';
import { newestRequest } from '../domain/newestRequest.ts';
import { noteProgress, stoppedWithoutDone } from '../domain/polecats.ts';
import { stepProgress } from '../domain/beadSteps.ts';
import { blockersOf } from '../domain/readiness.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { HookResult, PolecatDetail } from '../protocol/work.ts';
import { primeText, shortPrimeText } from '../runtimes/prompt.ts';
import type { Context } from './context.ts';
import { findAgent, findPolecat, findRig } from './lookups.ts';
import { isCurrent } from './nudges.ts';
import { noteSession, progressEveryMs } from './sessionEvents.ts';
import { polecatDetail, runtimeLabel } from './views.ts';
import { markDelivered, shownAtOnce, waitingMessages } from './waitingMessages.ts';
import { collectCommits, repositoryOf } from './workingFolder.ts';
import { primeWorkplace, workplaceHook } from './workplaces.ts';

export function listPolecats(context: Context, params: Params<'polecat/list'>): readonly PolecatDetail[] {
  const view = context.store.view;
  const polecats =
    params.rig === undefined ? view.all('agents') : view.find('agentsByRig', findRig(view, params.rig).id);
  return [...polecats]
    .toSorted((a, b) => a.id.localeCompare(b.id))
    .map((polecat) => polecatDetail(view, polecat));
}

export async function getPolecat(
  context: Context,
  params: Params<'polecat/get'>,
): Promise<Result<'polecat/get'>> {
  const view = context.store.view;
  const polecat = findPolecat(view, params.agent);
  const rig = findRig(view, polecat.rig);
  const exists = context.rigFolders.exists(polecat.worktree);
  const repository = exists ? repositoryOf(context, rig, polecat) : rig;
  const tip = await context.git.resolve(repository, `refs/heads/${polecat.branch}`);
  const commits = tip ? await context.git.countCommits(repository, polecat.base, tip) : 0;
  const status = exists ? await context.git.status(repository, polecat.worktree) : [];
  return { ...polecatDetail(view, polecat), commits, uncommitted: status.map((file) => file.path) };
}

export async function polecatChanges(
  context: Context,
  params: Params<'polecat/changes'>,
): Promise<Result<'polecat/changes'>> {
  const view = context.store.view;
  const polecat = findPolecat(view, params.agent);
  const rig = findRig(view, polecat.rig);
  await collectCommits(context, rig, polecat);
  const branch = await context.git.resolve(rig, `refs/heads/${polecat.branch}`);
  const tip = branch ?? newestRequest(view, polecat)?.tip ?? polecat.base;
  const files = await context.git.changedFiles(rig, polecat.base, tip);
  const worktree = context.rigFolders.exists(polecat.worktree) ? { worktree: polecat.worktree } : {};
  return { base: polecat.base, tip, ...worktree, files };
}

export async function polecatFile(
  context: Context,
  params: Params<'polecat/file'>,
): Promise<Result<'polecat/file'>> {
  const view = context.store.view;
  const rig = findRig(view, findPolecat(view, params.agent).rig);
  const text = await context.git.fileAt(rig, params.sha as Sha, params.path);
  return text === undefined ? {} : { text };
}

/** The caller's own hook; people name an agent. An agent that reads its hook has picked its work up, which is noted without being waited for. */
export function readHook(context: Context, params: { readonly agent?: string }, caller: Caller): HookResult {
  const result = hook(context, params, caller);
  if (caller.agent !== result.agent) return result;
  context.background(`progress of ${result.agent}`, () => noteWork(context, caller.agent));
  return withMessages(context, result, caller);
}

/** What waits for the agent comes with its hook; that it was handed over is noted without being waited for. */
function withMessages(context: Context, result: HookResult, caller: Caller): HookResult {
  const { agent } = caller;
  const waiting = agent && isCurrent(context, caller) ? waitingMessages(context, agent) : [];
  const messages = shownAtOnce(waiting).shown;
  if (!agent || messages.length === 0) return result;
  context.background(`messages of ${agent}`, () => markDelivered(context, agent, messages));
  return { ...result, messages };
}

async function noteWork(context: Context, agent: AgentId | undefined): Promise<void> {
  const view = context.store.view;
  const known = agent && agentIn(view, agent);
  if (!known) return;
  const { id } = known;
  const at = context.now();
  const fresh = Date.parse(at) - Date.parse(known.progressAt) < progressEveryMs;
  const hooked = hookOf(view, id);
  const rested = known.role === 'polecat' && known.reason === stoppedWithoutDone;
  if (fresh && hooked?.status !== 'hooked' && !rested) return;
  await context.store.transact({ verb: 'work/progress', by: id, subject: hooked?.id ?? id }, (draft) => {
    const now = agentIn(draft, id);
    if (now?.role === 'polecat' && now.state !== 'done') draft.put('agents', noteProgress(now, at));
    else if (now && now.role !== 'polecat') draft.put('workplaces', { ...now, progressAt: at });
    const bead = hookOf(draft, id);
    if (bead?.status === 'hooked') startWork(draft, bead.id, id, at);
  });
}

function hook(context: Context, params: { readonly agent?: string }, caller: Caller): HookResult {
  const view = context.store.view;
  const polecat = findAgent(view, agentOf(params, caller));
  if (polecat.role !== 'polecat') return workplaceHook(view, polecat);
  const bead = hookOf(view, polecat.id);
  const mergeRequest = newestRequest(view, polecat);
  const steps = bead && stepProgress(bead);
  const said = instructionsFor(polecat, bead);
  return {
    agent: polecat.id,
    ...(bead ? { bead } : {}),
    polecat,
    rig: polecat.rig,
    ...(steps ? { steps } : {}),
    ...(said === undefined ? {} : { instructions: said }),
    blockedBy: bead ? blockersOf(view, bead) : [],
    ...(mergeRequest ? { mergeRequest } : {}),
    next: nextStep(polecat.state, bead !== undefined),
  };
}

function nextStep(state: string, hooked: boolean): string {
  if (state === 'done') return 'The work was submitted. There is nothing more to do in this session.';
  if (hooked) return 'Do the work in this worktree, commit it, and call gt done.';
  return 'The hook is empty. Wait for work; start nothing else.';
}

function agentOf(params: { readonly agent?: string }, caller: Caller): AgentId | string {
  const mayAsk = caller.role === 'person' || caller.agentRole === 'mayor';
  if (params.agent !== undefined && (mayAsk || params.agent === caller.agent)) return params.agent;
  if (params.agent !== undefined) {
    throw new Refusal(
      'forbidden',
      `A session may only look at its own hook, and this one is ${caller.agent}.`,
      { field: 'agent' },
    );
  }
  if (caller.agent) return caller.agent;
  throw new Refusal('no-session', 'This is no session of an agent, so it has no hook of its own.', {
    field: 'agent',
    next: 'gt hook RIG/NAME (gt polecat list shows them)',
  });
}

export async function prime(
  context: Context,
  params: Params<'work/prime'>,
  caller: Caller,
): Promise<Result<'work/prime'>> {
  const view = context.store.view;
  const own = readHook(context, params, caller);
  const polecat = findAgent(view, own.agent);
  const isOwn = caller.agent === polecat.id && caller.session !== undefined;
  if (isOwn) await noteSession(context, { id: caller.session, agent: polecat.id }, params.runtimeSession);
  if (polecat.role !== 'polecat') return { text: await primeWorkplace(context, polecat, own), hook: own };
  const rig = findRig(view, polecat.rig);
  const repository = repositoryOf(context, rig, polecat);
  const [head, uncommitted] = await Promise.all([
    context.git.headOf(repository, polecat.worktree),
    context.git.status(repository, polecat.worktree),
  ]);
  const commits = await context.git.countCommits(repository, polecat.base, head.sha);
  const goesOn = params.source === 'compact' || params.source === 'resume';
  const text = (goesOn ? shortPrimeText : primeText)({
    role: 'polecat',
    agent: polecat.id,
    rig: rig.id,
    runtimeLabel: runtimeLabel(view, polecat.runtime),
    bead: own.bead,
    instructions: own.instructions,
    blockedBy: own.blockedBy,
    worktree: polecat.worktree,
    branch: polecat.branch,
    base: polecat.base,
    target: rig.branch,
    commits,
    uncommitted: uncommitted.map((file) => file.path),
    messages: own.messages ?? [],
  });
  return { text, hook: own };
}
