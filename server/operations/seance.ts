import { agentOf } from '../domain/agents.ts';
import type { AgentRole } from '../domain/agent.ts';
import { crewIdOf } from '../domain/agentNames.ts';
import type { Bead } from '../domain/bead.ts';
import { hookOf } from '../domain/hooks.ts';
import type { AgentId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { checkRoom, checkSling } from '../domain/slinging.ts';
import { displayText } from '../domain/text.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Seance, SeanceStartParams } from '../protocol/seance.ts';
import { firstWords } from '../runtimes/seancePrompt.ts';
import { assign, type Errand, placeOf, planErrand, refuseWhileRunning } from './assign.ts';
import type { Context } from './context.ts';
import { findBead, findRig } from './lookups.ts';
import { mayorNow } from './mayor.ts';
import type { SpawnPlan } from './plan.ts';
import { planPolecat, wouldRun, wouldSpawn } from './planSpawn.ts';
import { spawnPolecat, type Spawned } from './spawn.ts';

/**
 * A session on any runtime with the same four things: role and rig, hook, beads access, git state. A polecat is a new one; crew and
 * mayor are those that are there. Whatever fails, every step before it is undone.
 */
export async function startSeance(
  context: Context,
  params: SeanceStartParams,
  caller: Caller,
): Promise<Seance> {
  const role = params.role ?? 'polecat';
  const bead = params.bead === undefined ? undefined : findBead(context.store.view, params.bead);
  if (role === 'polecat') return await startPolecat(context, { ...params, bead }, caller);
  const errand = errandOf(context, role, { ...params, bead });
  refuseWhileRunning(context.store.view, errand.agent);
  const plan = await planErrand(context, errand, caller);
  const onHook = bead ?? hookOf(context.store.view, errand.agent.id);
  const place = placeOf(errand.agent);
  if (params.dryRun) return seanceOf(role, { ...place, ...wouldRun(plan) }, onHook);
  return seanceOf(role, await assign(context, errand, caller), onHook);
}

type Wish = Omit<SeanceStartParams, 'bead'> & { readonly bead: Bead | undefined };

async function startPolecat(context: Context, wish: Wish, caller: Caller): Promise<Seance> {
  if (wish.name !== undefined) {
    throw new Refusal('invalid', 'A polecat gets its name from the pool of its rig.', {
      field: 'name',
      next: 'Leave the name out, or say --role crew.',
    });
  }
  const rig = rigWanted(context, wish);
  const { bead } = wish;
  const view = context.store.view;
  if (bead) checkSling(view, { bead, rig, now: context.now() });
  else checkRoom(view, rig);
  const plan: SpawnPlan = {
    ...(await planPolecat(context, rig, wish, caller)),
    ...(bead ? { bead } : {}),
  };
  if (wish.dryRun) return seanceOf('polecat', wouldSpawn(context, plan), bead);
  return seanceOf('polecat', await spawnPolecat(context, plan, caller), bead);
}

function rigWanted(context: Context, { rig, role = 'polecat' }: Pick<Wish, 'rig' | 'role'>): Rig {
  if (rig !== undefined) return findRig(context.store.view, rig);
  throw new Refusal('invalid', `A session of the role ${role} needs a rig.`, {
    field: 'rig',
    next: 'gt seance start --rig RIG; gt rig list shows them.',
  });
}

function errandOf(context: Context, role: Exclude<AgentRole, 'polecat'>, wish: Wish): Errand {
  const { bead, runtime, host } = wish;
  const agent = role === 'mayor' ? mayorWanted(context, wish) : crewWanted(context, wish);
  return { agent, bead, runtime, host };
}

function mayorWanted(context: Context, { rig, name }: Wish): Errand['agent'] {
  const field = rig === undefined ? 'name' : 'rig';
  if (rig === undefined && (name === undefined || name === 'mayor')) return mayorNow(context);
  throw new Refusal('invalid', 'The mayor belongs to the town: it has no rig, and no other name.', {
    field,
    next: 'gt mayor start',
  });
}

function crewWanted(context: Context, wish: Wish): Errand['agent'] {
  const rig = rigWanted(context, wish);
  const { name } = wish;
  if (name === undefined) {
    throw new Refusal('invalid', 'Say which crew member is to begin.', {
      field: 'name',
      next: `gt crew list ${rig.id}`,
    });
  }
  const agent = agentOf(context.store.view, crewIdOf(rig.id, name));
  if (agent) return agent;
  const shown = displayText(name, 60);
  throw new Refusal('not-found', `There is no crew member "${shown}" in ${rig.id}.`, {
    field: 'name',
    next: `gt crew add ${rig.id} ${shown}`,
  });
}

function seanceOf(
  role: AgentRole,
  one: Omit<Spawned, 'session'> & { session?: string },
  bead: Bead | undefined,
): Seance {
  const {
    agent,
    rig,
    worktree: directory,
    branch,
    runtime,
    runtimeLabel,
    host,
    session,
    command,
    warnings,
  } = one;
  const words = {
    role,
    agent: agent as AgentId,
    rig: rig as Rig['id'] | undefined,
    bead: bead?.id,
    directory,
  };
  return {
    agent,
    role,
    ...(rig === undefined ? {} : { rig }),
    ...(bead ? { bead: bead.id } : {}),
    runtime,
    runtimeLabel,
    directory,
    ...(branch === undefined ? {} : { branch }),
    host,
    ...(session === undefined ? {} : { session }),
    command,
    prompt: firstWords(words),
    warnings,
  };
}
