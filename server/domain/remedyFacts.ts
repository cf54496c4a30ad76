import type { Episode } from './episode.ts';
import type { Timestamp } from './ids.ts';
import { goOnOf } from './limits.ts';
import type { Polecat } from './polecat.ts';
import { type NextRemedy, nextRemedy, type RemedyFacts } from './remedy.ts';
import { brokenOf, triedWords } from './trying.ts';
import type { View } from './view.ts';
import { witnessSettings } from './witnessSettings.ts';

/** What the policy of its rig would have done in this episode of a polecat now. */
export function remedyOf(view: View, polecat: Polecat, episode: Episode, now: Timestamp): NextRemedy {
  const settings = witnessSettings(view.get('rigs', polecat.rig)?.settings);
  return nextRemedy(factsOf(view, polecat, episode), settings, now);
}

function factsOf(view: View, polecat: Polecat, episode: Episode): RemedyFacts {
  const session = view.get('sessions', episode.session);
  const isGone = session?.state === 'ended' || episode.rule === 'process-gone';
  const wasClosedByHand = episode.rule === 'launcher-lost' && session?.host !== 'process';
  const rig = view.get('rigs', polecat.rig);
  const rigRests = rig?.state !== 'active';
  const broken = brokenOf(view, polecat.bead ?? '', rig);
  return {
    episode,
    isGone,
    wasClosedByHand,
    rigRests,
    restarts: polecat.restarts ?? [],
    ...(broken ? { broken: `Its bead ${triedWords(broken)}: gt scheduler retry ${broken.id}.` } : {}),
    ...(episode.verdict === 'rate-limited' ? { goOn: goOnOf(view, polecat, episode) } : {}),
  };
}
