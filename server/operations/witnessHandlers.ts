import { episodeFor, episodeOf, isTrouble, keptOf } from '../domain/episodes.ts';
import type { Timestamp } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import { remedyOf } from '../domain/remedyFacts.ts';
import type { Handlers } from '../protocol/caller.ts';
import type { Result } from '../protocol/messages.ts';
import type { ScannedView, WitnessView } from '../protocol/witness.ts';
import type { Context } from './context.ts';
import { judgeNow, verdictOn } from './evidence.ts';
import { findRig } from './lookups.ts';
import { goesOnAt } from './quotas.ts';
import { runtimeLabel } from './views.ts';

export function witnessHandlers(context: Context): Pick<Handlers, 'witness/status' | 'patrol/scan'> {
  return {
    'witness/status': ({ rig }) =>
      polecatsOf(context, rig).flatMap((polecat) => viewOf(context, polecat) ?? []),
    'patrol/scan': ({ rig }) => scan(context, rig),
  };
}

function polecatsOf(context: Context, rig: string | undefined): readonly Polecat[] {
  const { view } = context.store;
  const all = rig === undefined ? view.all('agents') : view.find('agentsByRig', findRig(view, rig).id);
  return [...all].toSorted((a, b) => a.id.localeCompare(b.id));
}

/** Undefined: nothing runs there, and nothing is wrong. */
function viewOf(context: Context, polecat: Polecat): WitnessView | undefined {
  const { view } = context.store;
  const verdict = verdictOn(view, polecat, context.witness, context.now());
  const episode = episodeOf(view, polecat);
  const goesOn = goesOnAt(view, polecat);
  if (!verdict || polecat.bead === undefined) return undefined;
  return {
    agent: polecat.id,
    rig: polecat.rig,
    bead: polecat.bead,
    state: polecat.state,
    runtimeLabel: runtimeLabel(view, polecat.runtime),
    verdict,
    ...(episode ? { episode } : {}),
    ...(goesOn === undefined ? {} : { goesOnAt: goesOn }),
  };
}

async function scan(context: Context, rig: string | undefined): Promise<Result<'patrol/scan'>> {
  const at = context.now();
  const scanned: ScannedView[] = [];
  for (const polecat of polecatsOf(context, rig)) {
    const verdict = await judgeNow(context, polecat);
    const known = viewOf(context, polecat);
    if (verdict && known) scanned.push(wouldDo(context, polecat, { ...known, verdict }, at));
  }
  return { at, ...(rig === undefined ? {} : { rig: findRig(context.store.view, rig).id }), scanned };
}

function wouldDo(context: Context, polecat: Polecat, known: WitnessView, at: Timestamp): ScannedView {
  const { verdict } = known;
  const { session } = polecat;
  if (!isTrouble(verdict) || session === undefined) return known;
  const episode = { ...episodeFor(polecat, session, verdict, at), ...keptOf(known.episode) };
  return { ...known, wouldDo: remedyOf(context.store.view, polecat, episode, at) };
}
