import { agentOf } from '../domain/agents.ts';
import { placeOf } from '../domain/beadPlace.ts';
import type { Convoy } from '../domain/convoy.ts';
import { leavesOf, planConvoy } from '../domain/convoyPlan.ts';
import { allClosed, createConvoy } from '../domain/convoys.ts';
import {
  closeConvoy,
  landComplete,
  launchConvoy,
  removeFromConvoy,
  watchConvoy,
} from '../domain/convoyVerbs.ts';
import type { BeadId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { isContainer } from '../domain/slinging.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { ConvoyView } from '../protocol/convoy.ts';
import type { StagedConvoy, StrandedConvoy } from '../protocol/convoyStage.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { getConvoy, growConvoy, listConvoys, makeConvoy } from './convoys.ts';
import { explained } from './heldBack.ts';
import { findAgent, findBead, findConvoy } from './lookups.ts';
import { convoyView } from './views.ts';

export function convoyHandlers(
  context: Context,
): Pick<Handlers, Extract<keyof Handlers, `convoy/${string}`>> {
  const { view } = context.store;
  return {
    'convoy/create': (params, caller) => makeConvoy(context, params, caller),
    'convoy/add': (params, caller) => growConvoy(context, params, caller),
    'convoy/list': (params) => listConvoys(context, params),
    'convoy/get': (params) => getConvoy(context, params),
    'convoy/stage': (params, caller) => stage(context, params, caller),
    'convoy/plan': (params) => staged(context, findConvoy(view, params.convoy)),
    'convoy/launch': (params, caller) => launch(context, params, caller),
    'convoy/remove': ({ convoy, beads }, caller) =>
      changed(context, { convoy, verb: 'convoy/remove', caller }, (draft, found) =>
        removeFromConvoy(
          draft,
          found,
          beads.map((bead) => findBead(draft, bead).id),
          context.now(),
        ),
      ),
    'convoy/close': ({ convoy, reason, force = false }, caller) =>
      changed(context, { convoy, verb: 'convoy/close', caller }, (draft, found) => {
        const said = reason === undefined ? {} : { reason };
        return closeConvoy(draft, found, { ...said, force, at: context.now(), by: caller.by });
      }),
    'convoy/watch': (params, caller) => watch(context, params, caller, true),
    'convoy/unwatch': (params, caller) => watch(context, params, caller, false),
    'convoy/stranded': () => stranded(context),
    'convoy/check': (params, caller) => check(context, params, caller),
  };
}

async function changed(
  context: Context,
  { convoy, verb, caller }: { readonly convoy: string; readonly verb: string; readonly caller: Caller },
  rule: (draft: Draft, convoy: Convoy) => Convoy,
): Promise<ConvoyView> {
  const { result } = await context.store.transact(
    { verb, by: caller.by, subject: (done: Convoy) => done.id },
    (draft) => rule(draft, findConvoy(draft, convoy)),
  );
  return convoyView(context.store.view, result, context.now());
}

/** With errors nothing is made: the plan says which. The same beads that are staged already are not staged twice. */
async function stage(
  context: Context,
  params: Params<'convoy/stage'>,
  caller: Caller,
): Promise<StagedConvoy> {
  const { view } = context.store;
  const there = params.beads.length === 1 ? convoyNamed(view, params.beads[0] ?? '') : undefined;
  if (there) return staged(context, there);
  const named = params.beads.map((bead) => findBead(view, bead));
  const beads = [...new Set(named.flatMap((bead) => emptyOr(bead.id, leavesOf(view, bead))))];
  const title = params.title ?? named.find(isContainer)?.title ?? named[0]?.title ?? '';
  const plan = planConvoy(view, beads);
  if (plan.errors.length > 0) return { title, plan };
  const same = [...view.find('convoysByState', 'staged')].find(
    (convoy) => convoy.beads.join(' ') === beads.join(' '),
  );
  if (same) return staged(context, same);
  const act = { at: context.now(), by: caller.by };
  const { result } = await context.store.transact(
    { verb: 'convoy/stage', by: caller.by, subject: (convoy: Convoy) => convoy.id },
    (draft) => createConvoy(draft, { title, beads, staged: true, hash: () => context.randomText(4) }, act),
  );
  return staged(context, result);
}

/** An epic without beads in it stands for itself, and is an error of the plan. */
const emptyOr = (id: BeadId, leaves: readonly BeadId[]): readonly BeadId[] =>
  leaves.length === 0 ? [id] : leaves;

/** Only by its whole id: a part of a title may be meant for a bead. */
function convoyNamed(view: View, text: string): Convoy | undefined {
  return view.get('convoys', text) ?? (view.get('beads', text) ? undefined : convoyByPart(view, text));
}

function convoyByPart(view: View, text: string): Convoy | undefined {
  try {
    return findConvoy(view, text);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function staged(context: Context, convoy: Convoy): StagedConvoy {
  const { view } = context.store;
  return {
    view: convoyView(view, convoy, context.now()),
    title: convoy.title,
    plan: planConvoy(view, convoy.beads),
  };
}

async function launch(
  context: Context,
  { convoy, force = false }: Params<'convoy/launch'>,
  caller: Caller,
): Promise<Result<'convoy/launch'>> {
  const { result } = await context.store.transact(
    { verb: 'convoy/launch', by: caller.by, subject: ({ id }: { readonly id: string }) => id },
    (draft) => {
      const found = findConvoy(draft, convoy);
      return { id: found.id, queued: launchConvoy(draft, found, { at: context.now(), force }) };
    },
  );
  return { ...staged(context, findConvoy(context.store.view, result.id)), queued: result.queued };
}

function watch(
  context: Context,
  { convoy, who }: Params<'convoy/watch'>,
  caller: Caller,
  watches: boolean,
): Promise<ConvoyView> {
  const verb = watches ? 'convoy/watch' : 'convoy/unwatch';
  return changed(context, { convoy, verb, caller }, (draft, found) => {
    const watcher = who === undefined ? caller.by : (agentOf(draft, who)?.id ?? findAgent(draft, who).id);
    return watchConvoy(draft, found, watcher, watches);
  });
}

/** Open convoys where nothing goes on: with work that nobody has queued, with none that can go on, or with no bead at all. */
function stranded(context: Context): readonly StrandedConvoy[] {
  const { view } = context.store;
  return [...view.find('convoysByState', 'open')].flatMap((convoy) => {
    const found = strandedConvoy(context, convoy);
    return found ? [found] : [];
  });
}

function strandedConvoy(context: Context, convoy: Convoy): StrandedConvoy | undefined {
  const { view } = context.store;
  const now = context.now();
  const places = convoy.beads.flatMap((id) => {
    const bead = view.get('beads', id);
    const place = bead && placeOf(view, bead, now);
    return bead && place ? [{ bead, place, queued: view.get('dispatches', id)?.state === 'waiting' }] : [];
  });
  const ready = places.filter(({ place, queued }) => place === 'ready' && !queued);
  const goesOn = places.some(({ place, queued }) => queued || ['hooked', 'merge'].includes(place));
  const base = {
    id: convoy.id,
    title: convoy.title,
    tracked: convoy.beads.length,
    createdAt: convoy.createdAt,
  };
  if (convoy.beads.length === 0) return { ...base, why: 'empty', ready: [] };
  const first =
    ready[0] ?? (goesOn ? undefined : (places.find(({ place }) => place !== 'blocked') ?? places[0]));
  if (!first) return undefined;
  return {
    ...base,
    why: ready.length > 0 ? 'ready' : 'stuck',
    ready: ready.map(({ bead }) => bead.id),
    explanation: explained(context, first.bead),
  };
}

async function check(
  context: Context,
  { convoy, dryRun }: Params<'convoy/check'>,
  caller: Caller,
): Promise<Result<'convoy/check'>> {
  const { view } = context.store;
  const all = convoy === undefined ? [...view.find('convoysByState', 'open')] : [findConvoy(view, convoy)];
  const complete = all.filter((each) => each.state === 'open' && allClosed(view, each)).map(({ id }) => id);
  const open = all.filter((each) => each.state === 'open' && !complete.includes(each.id)).map(({ id }) => id);
  if (dryRun || complete.length === 0) return { landed: complete, open };
  const { result } = await context.store.transact(
    { verb: 'convoy/check', by: caller.by, subject: complete.join(' ') },
    (draft) => landComplete(draft, complete, context.now()).map(({ id }) => id),
  );
  return { landed: result, open };
}
