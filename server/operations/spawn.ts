import { join } from 'node:path';
import { automaticConvoy } from '../domain/convoys.ts';
import { refuseOccupied } from '../domain/checkout.ts';
import { dequeue, requeue } from '../domain/dispatching.ts';
import { checkLimits } from '../domain/dispatchLimits.ts';
import { messageOf } from '../domain/fault.ts';
import { hookBead, hookOf, unhook } from '../domain/hooks.ts';
import type { AgentId, BeadId, ConvoyId, IntentId, RigName, Timestamp } from '../domain/ids.ts';
import type { Intent } from '../domain/intent.ts';
import { leaveDestinations } from '../domain/destinations.ts';
import { dropMessages } from '../domain/messages.ts';
import type { Polecat } from '../domain/polecat.ts';
import { agentIdOf, branchFor, nextPolecatName, worktreeFolder } from '../domain/polecatNames.ts';
import { transitionPolecat } from '../domain/polecats.ts';
import { deferAgain, wakeForced } from '../domain/assigning.ts';
import { checkRoom, checkSling } from '../domain/slinging.ts';
import type { Caller } from '../protocol/caller.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Slung } from '../protocol/work.ts';
import type { Context } from './context.ts';
import { onSpawn } from './lifePlugins.ts';
import { findBead, findRig } from './lookups.ts';
import { folderFor, type SpawnPlan } from './plan.ts';
import { startSession } from './startSession.ts';
import { refuseStopping } from './stopping.ts';
import { undoing } from './undoing.ts';
import { addWorkingFolder, discardWorkingFolder, includeFiles, isolationOf } from './workingFolder.ts';

/**
 * One polecat: name and hook (one transaction, with the intent) → worktree → convoy → session. Whatever fails, every step before it
 * is undone: no stray branch, folder, session or hook stays.
 */
export function spawnPolecat(context: Context, plan: SpawnPlan, caller: Caller): Promise<Spawned> {
  return undoing(context, async (undo) => {
    const polecat = await reserve(context, plan, caller);
    undo(() => takeBack(context, polecat));
    await context.checkpoint('sling:reserved');

    await addWorkingFolder(context, plan.rig, polecat);
    await context.checkpoint('sling:worktree');
    const included = await includeFiles(context, plan.rig, polecat);
    await context.checkpoint('sling:included');
    const ofPlugins = await onSpawn(context, plan.rig, polecat);

    const convoy = await joinConvoy(context, plan, polecat, caller);
    await context.checkpoint('sling:convoy');

    const session = await startSession(context, plan, polecat, caller);
    undo(() => session.abandon());
    await context.checkpoint('sling:session');

    await endIntent(context, polecat);
    return {
      rig: plan.rig.id,
      agent: polecat.id,
      runtime: plan.preset.id,
      runtimeLabel: plan.preset.label,
      worktree: polecat.worktree,
      branch: polecat.branch,
      base: plan.base,
      host: plan.host,
      ...(convoy === undefined ? {} : { convoy }),
      session: session.id,
      command: session.command,
      warnings: [...plan.warnings, ...included, ...ofPlugins],
    };
  });
}

/** A polecat at work, whatever its bead. */
export type Spawned = Omit<Slung, 'bead' | 'title'> & { readonly session: string };

const intentOf = (agent: AgentId): IntentId => `sling ${agent}` as IntentId;

async function reserve(context: Context, plan: SpawnPlan, caller: Caller): Promise<Polecat> {
  const suffix = context.randomText(5);
  const at = context.now();
  const { result } = await context.store.transact(
    { verb: plan.bead ? 'sling' : 'seance/start', by: caller.by, subject: plan.bead?.id ?? plan.rig.id },
    (draft) => {
      // Both as they are now: the rig may have been parked, or removed, since it was looked at.
      refuseStopping(context);
      const rig = findRig(draft, plan.rig.id);
      const bead = plan.bead && findBead(draft, plan.bead.id);
      if (bead) {
        checkSling(draft, { bead, rig, now: at, force: plan.force });
        checkLimits(draft, { rig, runtime: plan.preset.id, now: at });
      } else checkRoom(draft, rig);
      refuseOccupied(draft, plan.checkout);
      const deferred = bead && plan.force ? wakeForced(draft, bead, at) : undefined;
      const name = freeName(draft, plan.rig.id);
      const id = agentIdOf(plan.rig.id, name);
      const polecat: Polecat = {
        id,
        role: 'polecat',
        rig: plan.rig.id,
        name,
        state: 'spawning',
        ...(bead ? { bead: bead.id } : {}),
        ...(bead && plan.instructions !== undefined
          ? { instructions: { bead: bead.id, text: plan.instructions } }
          : {}),
        runtime: plan.preset.id,
        ...placed(context, plan, worktreeFolder(name, suffix)),
        branch: branchFor(name, bead?.id, suffix),
        base: plan.base,
        createdAt: at,
        updatedAt: at,
        progressAt: at,
      };
      draft.put('agents', polecat);
      const dispatch = bead ? hookFromQueue(draft, bead.id, id, at) : {};
      beginAnew(draft, plan, caller);
      draft.put('intents', {
        id: intentOf(id),
        kind: 'sling',
        at,
        rig: plan.rig.id,
        agent: id,
        ...(bead ? { bead: bead.id } : {}),
        ...(deferred ? { deferred } : {}),
        ...dispatch,
        worktree: polecat.worktree,
        branch: polecat.branch,
        base: plan.base,
        ...homeIn(plan),
      });
      return polecat;
    },
  );
  return result;
}

/** A person who begins it by hand has looked at what failed before. */
function beginAnew(draft: Draft, { bead }: SpawnPlan, { role, by }: Caller): void {
  if (bead && role === 'person' && by !== 'town') draft.remove('tries', bead.id);
}

/** On the hook, and out of the queue; what it was there goes into the intent, so that it is there again where this is undone. */
function hookFromQueue(
  draft: Draft,
  bead: BeadId,
  agent: AgentId,
  at: Timestamp,
): Pick<SlingIntent, 'dispatch'> {
  hookBead(draft, bead, agent, at);
  const dispatch = dequeue(draft, bead);
  return dispatch ? { dispatch } : {};
}

type SlingIntent = Extract<Intent, { kind: 'sling' }>;

/** The folder is named only where it is its own. */
function placed(
  context: Context,
  plan: SpawnPlan,
  folder: string,
): Pick<Polecat, 'worktree' | 'isolation' | 'home'> {
  const { rig, preset, checkout } = plan;
  if (checkout) return { worktree: checkout.directory, isolation: 'in-place', ...homeIn(plan) };
  return {
    worktree: join(folderFor(context, rig.id, 'polecats'), folder),
    ...isolationOf(rig, preset),
  };
}

const homeIn = ({ checkout }: SpawnPlan): Pick<Polecat, 'home'> => (checkout ? { home: checkout.home } : {});

/** Not one that somebody gave work to by hand either: its hook is full. */
function freeName(view: View, rig: RigName): string {
  const taken = new Set([...view.find('agentsByRig', rig)].map((agent) => agent.name));
  for (;;) {
    const name = nextPolecatName(rig, taken);
    if (hookOf(view, agentIdOf(rig, name)) === undefined) return name;
    taken.add(name);
  }
}

/**
 * Undoes a sling whose session never came to be: worktree and branch, then hook, convoy, polecat and intent. Where the worktree cannot
 * go, since work has begun in it or git will not, all of it stays and says so: it can be resumed, or removed with its archive.
 */
export async function takeBack(context: Context, polecat: Polecat): Promise<void> {
  const rig = findRig(context.store.view, polecat.rig);
  await noteUndoing(context, polecat);
  await context.checkpoint('undo:noted');
  try {
    await discardWorkingFolder(context, rig, polecat);
  } catch (error) {
    context.log(`${polecat.id} is kept: ${messageOf(error)}`);
    return await keep(context, polecat, error);
  }
  await context.checkpoint('undo:discarded');
  await context.store.transact({ verb: 'sling/undo', by: 'town', subject: subjectOf(polecat) }, (draft) => {
    const intent = draft.get('intents', intentOf(polecat.id));
    if (polecat.bead) unhook(draft, polecat.bead, polecat.id, context.now());
    dropMessages(draft, polecat.id);
    leaveDestinations(draft, polecat.id);
    draft.remove('agents', polecat.id);
    if (intent?.kind !== 'sling') return;
    if (intent.convoy) dropConvoy(draft, intent.convoy, polecat);
    if (intent.deferred && intent.bead) deferAgain(draft, intent.bead, intent.deferred, context.now());
    if (intent.dispatch) requeue(draft, intent.dispatch);
    draft.remove('intents', intent.id);
  });
}

/**
 * Written down before the folder goes: a journal that can no longer be written leaves it where it is, and a town that is killed meanwhile
 * does not take the polecat for one at work.
 */
async function noteUndoing(context: Context, polecat: Polecat): Promise<void> {
  await context.store.transact(
    { verb: 'sling/undoing', by: 'town', subject: subjectOf(polecat) },
    (draft) => {
      const intent = draft.get('intents', intentOf(polecat.id));
      if (intent?.kind === 'sling') draft.put('intents', { ...intent, undoing: true });
    },
  );
}

async function keep(context: Context, polecat: Polecat, why: unknown): Promise<void> {
  const said = why instanceof Refusal ? why.message : 'Its worktree could not be removed.';
  await context.store.transact({ verb: 'sling/kept', by: 'town', subject: subjectOf(polecat) }, (draft) => {
    draft.remove('intents', intentOf(polecat.id));
    const now = draft.get('agents', polecat.id);
    if (!now || now.state === 'done') return;
    const reason = `Its sling failed after it had begun. ${said}`;
    draft.put('agents', transitionPolecat(now, 'interrupted', { at: context.now(), reason }));
  });
}

const subjectOf = ({ id, bead }: Polecat): string => bead ?? id;

/** Somebody may have added to it meanwhile: then it is theirs. */
export function dropConvoy(draft: Draft, id: ConvoyId, of: { readonly bead?: string }): void {
  const convoy = draft.get('convoys', id);
  if (convoy?.beads.every((bead) => bead === of.bead) === true) draft.remove('convoys', id);
}

/** A convoy that is made for it is noted in the intent, so that it goes with the rest. */
async function joinConvoy(
  context: Context,
  { bead }: SpawnPlan,
  polecat: Polecat,
  caller: Caller,
): Promise<ConvoyId | undefined> {
  if (!bead) return undefined;
  const { result } = await context.store.transact(
    { verb: 'convoy/auto', by: caller.by, subject: bead.id },
    (draft) => {
      const act = { at: context.now(), hash: () => context.randomText(4) };
      const convoy = automaticConvoy(draft, findBead(draft, bead.id), act);
      const intent = draft.get('intents', intentOf(polecat.id));
      if (convoy.made && intent?.kind === 'sling') draft.put('intents', { ...intent, convoy: convoy.id });
      return convoy.id;
    },
  );
  return result;
}

/** The launcher has reported the runtime's process: what was intended has come true. */
async function endIntent(context: Context, polecat: Polecat): Promise<void> {
  await context.store.transact(
    { verb: 'sling/started', by: 'town', subject: subjectOf(polecat) },
    (draft) => {
      draft.remove('intents', intentOf(polecat.id));
    },
  );
}
