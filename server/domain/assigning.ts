import { agentOf, putAgent } from './agents.ts';
import type { Agent } from './agent.ts';
import type { Bead } from './bead.ts';
import { noteInSession, refuseFull } from './holding.ts';
import { beadOf, hookBead, hookOf, isHeld, unhook } from './hooks.ts';
import type { BeadId, Timestamp } from './ids.ts';
import type { Deferral } from './intent.ts';
import { isStuck } from './polecats.ts';
import type { Draft, View } from './view.ts';

export interface Assignment {
  readonly bead: BeadId;
  readonly agent: Agent;
  readonly instructions?: string | undefined;
  readonly at: Timestamp;
}

/**
 * Puts a bead on the hook of an agent that is there: crew, the mayor, or a polecat that waits for its first bead. Refused with `held`
 * where the hook is full or the bead somebody's, with `in-use` where the polecat has had its bead.
 */
export function assignBead(draft: Draft, { bead, agent, instructions, at }: Assignment): Bead {
  refuseFull(draft, bead, agent);
  const hooked = hookBead(draft, bead, agent.id, at);
  const { instructions: _, ...rest } = agent;
  const said = instructions === undefined ? {} : { instructions: { bead, text: instructions } };
  putAgent(draft, { ...rest, ...(rest.role === 'polecat' ? { bead } : {}), ...said, updatedAt: at });
  noteInSession(draft, agent, bead);
  return hooked;
}

/** Takes the bead off the hook again: it is open, and the agent waits for another. Not on it (any more): nothing changes. */
export function unassignBead(draft: Draft, id: BeadId, agent: Agent, at: Timestamp): Bead | undefined {
  const now = agentOf(draft, agent.id);
  if (now && hookOf(draft, agent.id)?.id === id) putAgent(draft, withoutWork(now, at));
  return unhook(draft, id, agent.id, at);
}

/** What was put off and is forced wakes; how it was put off is given, so that it can be put off again. */
export function wakeForced(draft: Draft, bead: Bead, at: Timestamp): Deferral | undefined {
  if (bead.status !== 'deferred') return undefined;
  const { deferUntil: until, ...rest } = bead;
  draft.put('beads', { ...rest, status: 'open', updatedAt: at });
  return until === undefined ? {} : { until };
}

/** Undoes `wakeForced`, where nobody has taken the bead up meanwhile. */
export function deferAgain(draft: Draft, id: BeadId, deferral: Deferral, at: Timestamp): void {
  const bead = draft.get('beads', id);
  if (bead?.status !== 'open') return;
  const until = deferral.until === undefined ? {} : { deferUntil: deferral.until };
  draft.put('beads', { ...bead, ...until, status: 'deferred', updatedAt: at });
}

/**
 * The agent that holds the bead, where it is no longer at work on it: its session has ended, or never began. What was submitted and
 * waits to land is at work in this sense.
 */
export function deadHolder(view: View, bead: Bead): Agent | undefined {
  const agent = isHeld(bead) && bead.assignee ? agentOf(view, bead.assignee) : undefined;
  if (!agent || hookOf(view, agent.id)?.id !== bead.id || isUnderWay(view, agent)) return undefined;
  const session = agent.session && view.get('sessions', agent.session);
  return session && session.state !== 'ended' ? undefined : agent;
}

/** A polecat on its way to its session, or whose work was submitted. */
function isUnderWay(view: View, agent: Agent): boolean {
  if (agent.role !== 'polecat') return false;
  return agent.state === 'spawning' || (agent.state === 'done' && !isStuck(view, agent));
}

/** The bead as it would be free, for rules that look at what is to come. */
export function asFree(view: View, id: BeadId): Bead {
  const { assignee: _, ...rest } = beadOf(view, id);
  return { ...rest, status: 'open' };
}

function withoutWork(agent: Agent, at: Timestamp): Agent {
  if (agent.role !== 'polecat') {
    const { instructions: _, ...rest } = agent;
    return { ...rest, updatedAt: at };
  }
  const { bead: _bead, instructions: _said, ...rest } = agent;
  return { ...rest, updatedAt: at };
}
