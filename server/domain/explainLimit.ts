import type { Bead } from './bead.ts';
import { clockTime } from './dispatchLimits.ts';
import { episodeOf } from './episodes.ts';
import { type Answer, type Evidence, said } from './explaining.ts';
import type { Timestamp } from './ids.ts';
import { goOnOf, isLeftAfterLimit } from './limits.ts';
import type { Polecat } from './polecat.ts';
import { displayText } from './text.ts';
import type { View } from './view.ts';

/** Of a bead whose polecat has met a limit: when it goes on, or what a person can do. */
export function explainLimit(
  view: View,
  bead: Bead,
  polecat: Polecat,
  { now, evidence }: { readonly now: Timestamp; readonly evidence: readonly Evidence[] },
): Answer {
  const { id, reason } = polecat;
  const why = reason === undefined ? '' : ` (${displayText(reason, 300)})`;
  const then = afterLimit(view, polecat, now);
  if (!isLeftAfterLimit(view, polecat)) {
    const wait = `Wait, or gt session handoff ${id} --runtime NAME`;
    return said(
      'quota',
      `${id} has ${bead.id} and waits for its rate limit${then.planned}${why}.`,
      wait,
      evidence,
    );
  }
  const ended = view.get('sessions', polecat.session ?? '')?.state;
  if (ended === undefined || ended === 'ended')
    return said(
      'dead-session',
      `${id} met a rate limit and its session has ended${why}.${then.left}`,
      `gt session run ${id}`,
      evidence,
    );
  return said(
    'needs-person',
    `${id} has ${bead.id}, and its rate limit is over${why}.${then.left}`,
    `gt session attach ${id}`,
    evidence,
  );
}

interface Then {
  readonly planned: string;
  readonly left: string;
}

function afterLimit(view: View, polecat: Polecat, now: Timestamp): Then {
  const episode = episodeOf(view, polecat);
  if (episode?.verdict !== 'rate-limited') return { planned: '', left: '' };
  const { at, left } = goOnOf(view, polecat, episode);
  if (left !== undefined) return { planned: ` until ${clockTime(at)}, and then for you`, left: ` ${left}` };
  return {
    planned: `, and goes on ${at > now ? `at ${clockTime(at)}` : 'as soon as its turn comes'}`,
    left: '',
  };
}
