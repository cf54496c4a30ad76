import type { Agent } from '../domain/agent.ts';
import { agentOf } from '../domain/agents.ts';
import { asFree, assignBead, deadHolder, refuseFull, unassignBead, wakeForced } from '../domain/assigning.ts';
import { targetForms } from '../domain/agentNames.ts';
import { hookOf } from '../domain/hooks.ts';
import { Refusal } from '../domain/refusal.ts';
import { checkBead, refuseOtherRig } from '../domain/slinging.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { HookResult } from '../protocol/work.ts';
import { rigOf } from './assign.ts';
import type { Context } from './context.ts';
import { findAgent, findBead, recordOf } from './lookups.ts';
import { mayorNow } from './mayor.ts';
import { readHook } from './polecats.ts';
import { releaseHolder } from './release.ts';

/** Puts a bead on a hook and starts nothing: whoever has the hook finds it there. On it already: nothing changes. */
export async function putOnHook(
  context: Context,
  params: Params<'hook/put'>,
  caller: Caller,
): Promise<HookResult> {
  const agent = whoseHook(context, params.agent, caller);
  const { view } = context.store;
  const bead = findBead(view, params.bead);
  if (hookOf(view, agent.id)?.id === bead.id) return readHook(context, { agent: agent.id }, asPerson(caller));
  const holder = params.force ? deadHolder(view, bead) : undefined;
  if (holder) {
    refuseFull(view, bead.id, agent);
    checkBead(view, { bead: asFree(view, bead.id), now: context.now(), force: true });
    await releaseHolder(context, bead.id, holder, caller);
  }
  await context.store.transact({ verb: 'hook/put', by: caller.by, subject: bead.id }, (draft) => {
    const at = context.now();
    const now = findBead(draft, bead.id);
    const rig = rigOf(draft, agent);
    const force = params.force === true;
    checkBead(draft, { bead: now, now: at, force });
    if (rig) refuseOtherRig(draft, { bead: now, rig, now: at, force });
    if (force) wakeForced(draft, now, at);
    assignBead(draft, { bead: bead.id, agent: recordOf(draft, agent), at });
  });
  return readHook(context, { agent: agent.id }, asPerson(caller));
}

/** Opens the bead again; the work stays where it is. */
export async function clearHook(
  context: Context,
  params: Params<'hook/clear'>,
  caller: Caller,
): Promise<Result<'hook/clear'>> {
  const { view } = context.store;
  const agent = whoseHook(context, params.agent, caller);
  const held = hookOf(view, agent.id);
  const wanted = params.bead === undefined ? held : findBead(view, params.bead);
  if (wanted && wanted.id !== held?.id) {
    throw new Refusal(
      'held',
      `${wanted.id} is not on the hook of ${agent.id}${held ? `, which holds ${held.id}` : ''}.`,
      {
        field: 'bead',
        next: `gt hook show ${agent.id}`,
      },
    );
  }
  if (!held) return readHook(context, { agent: agent.id }, asPerson(caller));
  if (agent.role === 'polecat') {
    throw new Refusal('in-use', `${agent.id} is a polecat at work on ${held.id}.`, {
      next: `gt unsling ${held.id} ends it and archives its work.`,
    });
  }
  await context.store.transact({ verb: 'hook/clear', by: caller.by, subject: held.id }, (draft) =>
    unassignBead(draft, held.id, agent, context.now()),
  );
  return { ...readHook(context, { agent: agent.id }, asPerson(caller)), freed: held.id };
}

/** People and the mayor name an agent; crew mean themselves. Polecats do what they were given. */
export function whoseHook(context: Context, named: string | undefined, caller: Caller): Agent {
  const { view } = context.store;
  const own = caller.agent && agentOf(view, caller.agent);
  const isOwn = named === undefined || named === caller.agent;
  if (caller.role === 'session') {
    if (!own || own.session !== caller.session || own.role === 'polecat') {
      throw new Refusal(
        'forbidden',
        'A polecat takes the bead that it was given, and gives it back with gt done.',
        {
          next: 'gt hook',
        },
      );
    }
    if (isOwn) return own;
    if (own.role !== 'mayor') {
      throw new Refusal('forbidden', `This session is ${caller.by} and has only its own hook.`, {
        field: 'agent',
      });
    }
  }
  if (named === undefined) {
    throw new Refusal(
      'no-session',
      'You are in no session, so there is no hook of your own: say whose it is.',
      {
        field: 'agent',
        next: `Name an agent behind the bead, as ${targetForms.replace('RIG, ', '')}.`,
      },
    );
  }
  return named === 'mayor' ? mayorNow(context) : findAgent(view, named);
}

/** The answer is about the hook that was named; reading one's own would count as having begun. */
function asPerson(caller: Caller): Caller {
  const { session: _session, agent: _agent, ...rest } = caller;
  return { ...rest, role: 'person' };
}
