import { join } from 'node:path';
import { messageOf, stackOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import { checkSling, rigOfBead } from '../domain/slinging.ts';
import type { Caller } from '../protocol/caller.ts';
import type { RefusalData } from '../protocol/hello.ts';
import type { SlingParams, SlingResult, Slung } from '../protocol/work.ts';
import type { Context } from './context.ts';
import { findBead, findRig } from './lookups.ts';
import { planSession, type SlingPlan } from './plan.ts';
import { setupSteps } from './setup.ts';
import { spawnPolecat } from './spawn.ts';
import { freshTarget } from './targets.ts';

/**
 * Gives beads to polecats and starts them. Each bead stands alone: one that is refused does not stop the others, and leaves nothing
 * behind. An answer in `slung` means that the runtime's process was seen to run.
 */
export async function sling(context: Context, params: SlingParams, caller: Caller): Promise<SlingResult> {
  const beads = [...new Set(params.beads)];
  const outcomes = await Promise.all(beads.map((bead) => slingOne(context, bead, params, caller)));
  return {
    slung: outcomes.flatMap((outcome) => ('slung' in outcome ? [outcome.slung] : [])),
    refused: outcomes.flatMap((outcome) => ('refused' in outcome ? [outcome.refused] : [])),
  };
}

type Outcome = { readonly slung: Slung } | { readonly refused: SlingResult['refused'][number] };

async function slingOne(
  context: Context,
  text: string,
  params: SlingParams,
  caller: Caller,
): Promise<Outcome> {
  try {
    const plan = await planSling(context, text, params, caller);
    if (params.dryRun) return { slung: describe(plan) };
    return { slung: await spawnPolecat(context, plan, caller) };
  } catch (error) {
    const refusal = error instanceof Refusal ? error : undone(context, text, error);
    return { refused: { bead: text, message: refusal.message, refusal: dataOf(refusal) } };
  }
}

/** A fault is one bead's: the others are slung all the same, and the answer says so of each. */
function undone(context: Context, bead: string, fault: unknown): Refusal {
  context.log(`slinging ${bead}: ${stackOf(fault)}`);
  const why = messageOf(fault);
  return new Refusal('failed', `${displayText(bead, 60)} was not slung, and nothing of it is left: ${why}`, {
    next: `The log of the town server has more: ${join(context.paths.logs, 'town.log')}`,
  });
}

/** All that can be said before anything is changed. */
async function planSling(
  context: Context,
  text: string,
  params: SlingParams,
  caller: Caller,
): Promise<SlingPlan> {
  const view = context.store.view;
  const bead = findBead(view, text);
  const rig: Rig = params.rig === undefined ? rigOfBead(view, bead.id) : findRig(view, params.rig);
  checkSling(view, { bead, rig, now: context.now() });
  const session = await planSession(context, rig, params, caller);
  const base = await freshTarget(context, rig);
  return { ...session, bead, rig, base, before: await setupSteps(context, rig, base) };
}

function describe(plan: SlingPlan): Slung {
  return {
    bead: plan.bead.id,
    title: plan.bead.title,
    rig: plan.rig.id,
    agent: `${plan.rig.id}/…`,
    runtime: plan.preset.id,
    runtimeLabel: plan.preset.label,
    worktree: plan.polecatsFolder,
    branch: `polecat/…/${plan.bead.id}-…`,
    base: plan.base,
    host: plan.host,
    command: [plan.program],
    warnings: plan.warnings,
  };
}

function dataOf(refusal: Refusal): RefusalData {
  return { code: refusal.code, ...refusal.details };
}
