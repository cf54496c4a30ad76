import { join } from 'node:path';
import { automaticConvoy } from '../domain/convoys.ts';
import { hookBead, unhook } from '../domain/hooks.ts';
import type { AgentId, ConvoyId, IntentId, Sha } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import { branchFor, nextPolecatName, worktreeFolder } from '../domain/polecatNames.ts';
import { transitionPolecat } from '../domain/polecats.ts';
import { checkSling } from '../domain/slinging.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Slung } from '../protocol/work.ts';
import type { Context } from './context.ts';
import type { SlingPlan } from './plan.ts';
import { startSession } from './startSession.ts';
import { undoing } from './undoing.ts';

/**
 * One polecat: name and hook (one transaction, with the intent) → worktree → convoy → session. Whatever fails, every step before it
 * is undone: no stray branch, folder, session or hook stays.
 */
export function spawnPolecat(context: Context, plan: SlingPlan, caller: Caller): Promise<Slung> {
  return undoing(context, async (undo) => {
    const polecat = await reserve(context, plan, caller);
    undo(() => release(context, polecat));
    await context.checkpoint('sling:reserved');

    await context.git.addWorktree(plan.rig, freshWorktree(polecat));
    undo(() => context.git.discardWorktree(plan.rig, freshWorktree(polecat)));
    await context.checkpoint('sling:worktree');

    const convoy = await joinConvoy(context, plan, caller);
    if (convoy.made) undo(() => dropConvoy(context, convoy.id));
    await context.checkpoint('sling:convoy');

    const session = await startSession(context, plan, polecat, caller);
    undo(() => session.abandon());
    await context.checkpoint('sling:session');

    await settle(context, polecat);
    return {
      bead: plan.bead.id,
      title: plan.bead.title,
      rig: plan.rig.id,
      agent: polecat.id,
      runtime: plan.preset.id,
      runtimeLabel: plan.preset.label,
      worktree: polecat.worktree,
      branch: polecat.branch,
      base: plan.base,
      host: plan.host,
      convoy: convoy.id,
      session: session.id,
      command: session.command,
      warnings: plan.warnings,
    };
  });
}

const intentOf = (agent: AgentId): IntentId => `sling ${agent}` as IntentId;

async function reserve(context: Context, plan: SlingPlan, caller: Caller): Promise<Polecat> {
  const suffix = context.randomText(5);
  const at = context.now();
  const { result } = await context.store.transact(
    { verb: 'sling', by: caller.by, subject: plan.bead.id },
    (draft) => {
      const bead = draft.get('beads', plan.bead.id) ?? plan.bead;
      checkSling(draft, { bead, rig: plan.rig, now: at });
      const taken = new Set([...draft.find('agentsByRig', plan.rig.id)].map((agent) => agent.name));
      const name = nextPolecatName(plan.rig.id, taken);
      const id = `${plan.rig.id}/${name}` as AgentId;
      const polecat: Polecat = {
        id,
        role: 'polecat',
        rig: plan.rig.id,
        name,
        state: 'spawning',
        bead: bead.id,
        runtime: plan.preset.id,
        worktree: join(plan.polecatsFolder, worktreeFolder(name, suffix)),
        branch: branchFor(name, bead.id, suffix),
        base: plan.base,
        createdAt: at,
        updatedAt: at,
        progressAt: at,
      };
      draft.put('agents', polecat);
      hookBead(draft, bead.id, id, at);
      draft.put('intents', {
        id: intentOf(id),
        kind: 'sling',
        at,
        rig: plan.rig.id,
        agent: id,
        bead: bead.id,
        worktree: polecat.worktree,
        branch: polecat.branch,
        base: plan.base,
      });
      return polecat;
    },
  );
  return result;
}

/** Takes the bead off the hook and forgets the polecat; the bead is open again. */
export async function release(context: Context, polecat: Polecat): Promise<void> {
  await context.store.transact({ verb: 'sling/undo', by: 'town', subject: polecat.bead }, (draft) => {
    unhook(draft, polecat.bead, polecat.id, context.now());
    draft.remove('agents', polecat.id);
    draft.remove('intents', intentOf(polecat.id));
  });
}

function freshWorktree({ worktree, branch, base }: Polecat): {
  directory: string;
  branch: string;
  start: Sha;
} {
  return { directory: worktree, branch, start: base };
}

async function joinConvoy(
  context: Context,
  plan: SlingPlan,
  caller: Caller,
): Promise<{ readonly id: ConvoyId; readonly made: boolean }> {
  const { result } = await context.store.transact(
    { verb: 'convoy/auto', by: caller.by, subject: plan.bead.id },
    (draft) => automaticConvoy(draft, plan.bead, { at: context.now(), hash: () => context.randomText(4) }),
  );
  return result;
}

async function dropConvoy(context: Context, convoy: ConvoyId): Promise<void> {
  await context.store.transact({ verb: 'convoy/undo', by: 'town', subject: convoy }, (draft) => {
    draft.remove('convoys', convoy);
  });
}

/** The launcher has reported the runtime's process: the polecat works, the intent has come true. */
async function settle(context: Context, polecat: Polecat): Promise<void> {
  await context.store.transact({ verb: 'sling/started', by: 'town', subject: polecat.bead }, (draft) => {
    draft.remove('intents', intentOf(polecat.id));
    const now = draft.get('agents', polecat.id);
    if (now?.state !== 'spawning') return;
    const at = context.now();
    draft.put('agents', { ...transitionPolecat(now, 'working', { at }), progressAt: at });
  });
}
