import type { Agent } from '../domain/agent.ts';
import { agentOf } from '../domain/agents.ts';
import type { Bead } from '../domain/bead.ts';
import type { HandoffFacts, HandoffWords, Handoff } from '../domain/handoff.ts';
import { checkWords, clearHandoffs, handoffFor, keepHandoff, lastWords, newest } from '../domain/handoffs.ts';
import { hookOf } from '../domain/hooks.ts';
import type { HandoffId, RuntimeName } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import { newestRequest } from '../domain/newestRequest.ts';
import { stepProgress } from '../domain/beadSteps.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText, plainText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { findAgent, findBead, findRig } from './lookups.ts';
import { isCurrent } from './nudges.ts';
import { askForNext, planNext, stopForNext } from './ownHandoff.ts';
import { repositoryOf } from './workingFolder.ts';

const shownFiles = 50;

type Methods = Extract<keyof Handlers, `handoff/${string}`>;

export function handoffHandlers(context: Context): Pick<Handlers, Methods> {
  return {
    'handoff/write': (params, caller) => write(context, params, caller),
    'handoff/clear': (params, caller) => clear(context, params, caller),
    'handoff/get': (params, caller) => get(context.store.view, params, caller),
  };
}

/** The packet as it would be handed over now, kept with the bead unless it is only to be looked at. */
async function write(
  context: Context,
  params: Params<'handoff/write'>,
  caller: Caller,
): Promise<Result<'handoff/write'>> {
  const agent = ownAgent(context, params.agent, caller);
  const next = params.next && (await planNext(context, agent, params.next, caller));
  const to = next ? { to: next.runtime } : {};
  const packet = await collect(context, agent, { by: caller.by, words: params.words ?? {}, ...to });
  if (params.dryRun === true) return packet;
  const meta = { verb: 'handoff/write', by: caller.by, subject: packet.bead ?? agent.id };
  const { result } = await context.store.transact(meta, (draft) => {
    if (next) askForNext(draft, agent.id, { ...next, at: context.now() });
    return keepHandoff(draft, packet);
  });
  if (next) stopForNext(context, agent.id);
  return result;
}

async function clear(
  context: Context,
  params: Params<'handoff/clear'>,
  caller: Caller,
): Promise<Result<'handoff/clear'>> {
  const agent = ownAgent(context, params.of, caller);
  const meta = { verb: 'handoff/clear', by: caller.by, subject: agent.id };
  return { cleared: (await context.store.transact(meta, (draft) => clearHandoffs(draft, agent))).result };
}

function get(view: View, { of }: Params<'handoff/get'>, caller: Caller): Result<'handoff/get'> {
  const named = of ?? caller.agent;
  if (named === undefined)
    throw new Refusal('no-session', 'This is no session of an agent, so it has no packet of its own.', {
      field: 'of',
      next: 'gt resume BEAD',
    });
  const { agent, bead } = findAgentOrBead(view, named);
  const handoff = bead ? newest(view, bead.id) : agent && handoffFor(view, agent);
  return handoff ? { handoff } : {};
}

/** A session writes its own; a person any agent's. */
function ownAgent(context: Context, named: string | undefined, caller: Caller): Agent {
  const { view } = context.store;
  const text = named ?? caller.agent;
  if (text === undefined) {
    throw new Refusal('no-session', 'This is no session of an agent: name whose work is handed over.', {
      field: 'agent',
      next: 'gt handoff RIG/NAME',
    });
  }
  const { agent } = findAgentOrBead(view, text);
  if (!agent) throw new Refusal('not-found', `Nobody works on ${displayText(text, 60)}.`, { field: 'agent' });
  if (caller.role === 'person' || (agent.id === caller.agent && isCurrent(context, caller))) return agent;
  throw new Refusal('forbidden', `A session writes its own packet only, and this one is ${caller.by}.`, {
    field: 'agent',
  });
}

interface Wish {
  readonly by: string;
  readonly words: HandoffWords;
  readonly to?: RuntimeName;
}

/** What is known of the work, and what its agent said last where nothing else is said of it. */
export async function collect(context: Context, agent: Agent, { by, words, to }: Wish): Promise<Handoff> {
  const { view } = context.store;
  const bead = hookOf(view, agent.id);
  return {
    id: `ho-${context.randomText(5)}` as HandoffId,
    agent: agent.id,
    ...(agent.role === 'mayor' ? {} : { rig: agent.rig }),
    ...(bead ? { bead: bead.id } : {}),
    from: agent.runtime,
    ...(to === undefined ? {} : { to }),
    by,
    at: context.now(),
    words: { ...lastWords(view, agent), ...checkWords(words) },
    facts: { ...beadFacts(view, agent), ...(await gitFacts(context, agent)) },
  };
}

function beadFacts(view: View, agent: Agent): HandoffFacts {
  const bead = hookOf(view, agent.id);
  const steps = bead && stepProgress(bead);
  return {
    ...(bead ? { goal: displayText(bead.title, 500) } : {}),
    ...(steps ? { steps: `${steps.done}/${steps.total}` } : {}),
    ...(agent.role === 'polecat' ? landingFacts(view, agent) : {}),
  };
}

function landingFacts(view: View, polecat: Polecat): HandoffFacts {
  const asked = polecat.state === 'needs-you' ? polecat.reason : undefined;
  const question = asked === undefined ? {} : { asked: displayText(asked, 1000) };
  const request = newestRequest(view, polecat);
  if (!request || request.state === 'verified') return question;
  const { state, reason, checkOutput = [], gates = [] } = request;
  return {
    ...question,
    landing: displayText(reason === undefined ? state : `${state}: ${reason}`, 500),
    ...(gates.length > 0
      ? { gates: gates.map(({ name, outcome }) => `${displayText(name, 60)}: ${outcome}`) }
      : {}),
    ...(checkOutput.length > 0 ? { checks: checkOutput.map((line) => plainText(line)) } : {}),
  };
}

/** What cannot be read is left out: a packet is not worth a refusal. */
async function gitFacts(context: Context, agent: Agent): Promise<HandoffFacts> {
  if (agent.role === 'mayor' || !context.rigFolders.exists(agent.worktree)) return {};
  const rig = findRig(context.store.view, agent.rig);
  const repository = agent.role === 'polecat' ? repositoryOf(context, rig, agent) : rig;
  try {
    const [head, status] = await Promise.all([
      context.git.headOf(repository, agent.worktree),
      context.git.status(repository, agent.worktree),
    ]);
    const [commits, files] = await Promise.all([
      context.git.countCommits(repository, agent.base, head.sha),
      context.git.diffStat(repository, agent.base, head.sha),
    ]);
    return {
      branch: agent.branch,
      base: agent.base,
      tip: head.sha,
      commits,
      files: files.slice(0, shownFiles),
      ...(files.length > shownFiles ? { moreFiles: files.length - shownFiles } : {}),
      uncommitted: status.slice(0, shownFiles).map((file) => displayText(file.path, 300)),
    };
  } catch (error) {
    context.log(`The work of ${agent.id} could not be read for its packet: ${String(error)}`);
    return {};
  }
}

/** A bead stands for whoever holds it. What is no agent is a bead. */
function findAgentOrBead(view: View, text: string): { readonly agent?: Agent; readonly bead?: Bead } {
  try {
    return { agent: findAgent(view, text.replace(/\/$/u, '')) };
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'not-found') throw error;
    const bead = findBead(view, text);
    const agent = agentOf(view, bead.assignee ?? '');
    return { bead, ...(agent ? { agent } : {}) };
  }
}
