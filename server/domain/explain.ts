import type { Agent } from './agent.ts';
import { agentOf } from './agents.ts';
import type { Bead } from './bead.ts';
import { isOpenWork, placeOf, requestOfHolder } from './beadPlace.ts';
import type { LikelyCollision } from './collision.ts';
import { clockTime } from './dispatchLimits.ts';
import { explainLimit } from './explainLimit.ts';
import { explainBroken } from './explainBroken.ts';
import { explainFree } from './explainFree.ts';
import { blockerState, explainSubmitted } from './explainSubmitted.ts';
import { type Answer, type Evidence, type Explanation, said } from './explaining.ts';
import { isHeld } from './hooks.ts';
import type { Timestamp } from './ids.ts';
import { startCommand } from './lostSession.ts';
import type { Polecat } from './polecat.ts';
import { blockersOf, isDue } from './readiness.ts';
import { describeState } from './stateWords.ts';
import { brokenOf } from './trying.ts';
import { displayText } from './text.ts';
import type { View } from './view.ts';

/** Why the bead is not running, in one sentence, with the next step; or that it runs. By the rules that the town itself starts work by. */
export function explain(view: View, bead: Bead, now: Timestamp, collision?: LikelyCollision): Explanation {
  const place = placeOf(view, bead, now);
  return {
    bead: bead.id,
    title: bead.title,
    ...(place === undefined ? {} : { place }),
    ...answerOf(view, bead, now, collision),
  };
}

function answerOf(view: View, bead: Bead, now: Timestamp, collision?: LikelyCollision): Answer {
  if (bead.status === 'closed') return closed(bead);
  if (!isOpenWork(bead)) {
    const what = bead.status === 'pinned' ? 'pinned' : `of the type ${displayText(bead.type, 40)}`;
    return said('note', `${bead.id} is ${what}: it is kept, and nobody works on it.`, `bd show ${bead.id}`);
  }
  if (isHeld(bead)) return held(view, bead, now);
  return blocked(view, bead, now) ?? explainFree(view, bead, { now, collision });
}

function closed(bead: Bead): Answer {
  const why = bead.closeReason === undefined ? '' : `: ${displayText(bead.closeReason, 200)}`;
  const evidence = bead.closedAt === undefined ? [] : [{ what: 'closed', at: bead.closedAt }];
  return said('closed', `${bead.id} is closed${why}.`, undefined, evidence);
}

function held(view: View, bead: Bead, now: Timestamp): Answer {
  const request = requestOfHolder(view, bead);
  if (request) return explainSubmitted(view, bead, request, now);
  const agent = bead.assignee === undefined ? undefined : agentOf(view, bead.assignee);
  if (!agent) return heldByNobody(bead);
  if (agent.role === 'polecat') return heldByPolecat(view, bead, agent, now);
  const since = [{ what: `on the hook of ${agent.id}`, at: bead.updatedAt }];
  if (runs(view, agent))
    return said('running', `${agent.id} has ${bead.id} on its hook and runs.`, `gt session list`, since);
  return said(
    'dead-session',
    `${bead.id} is on the hook of ${agent.id}, where no session runs.`,
    startCommand(agent),
    since,
  );
}

function runs(view: View, agent: Agent): boolean {
  const state = view.get('sessions', agent.session ?? '')?.state;
  return state !== undefined && state !== 'ended';
}

function heldByNobody(bead: Bead): Answer {
  const who = displayText(bead.assignee ?? 'somebody', 80);
  const since = [{ what: `${describeState(bead.status)} by ${who}`, at: bead.updatedAt }];
  if (bead.status === 'in_progress' && !who.includes('/')) {
    return said(
      'running',
      `${who} has ${bead.id} in progress; that is no agent's work.`,
      `bd show ${bead.id}`,
      since,
    );
  }
  const next = `bd update ${bead.id} --status open`;
  return said('holder-gone', `${bead.id} is on the hook of ${who}, who is not there any more.`, next, since);
}

function heldByPolecat(view: View, bead: Bead, polecat: Polecat, now: Timestamp): Answer {
  const { id, state, reason } = polecat;
  const why = reason === undefined ? '' : ` (${displayText(reason, 300).replace(/\.$/u, '')})`;
  const evidence: readonly Evidence[] = [
    { what: `${id}: ${describeState(state)}`, at: polecat.updatedAt },
    { what: 'last sign of progress', at: polecat.progressAt },
  ];
  if (state === 'done') {
    return said(
      'needs-person',
      `${id} is done, and nothing of ${bead.id} was submitted${why}.`,
      `gt session run ${id}`,
      evidence,
    );
  }
  switch (state) {
    case 'spawning':
    case 'working':
      return said('running', `${id} works on ${bead.id}.`, `gt polecat show ${id}`, evidence);
    case 'rate-limited':
      return explainLimit(view, bead, polecat, { now, evidence });
    case 'needs-you':
      return said(
        'needs-person',
        `${id} has ${bead.id} and needs you${why}.`,
        `gt polecat show ${id}`,
        evidence,
      );
    case 'stalled':
      return said(
        'needs-person',
        `${id} has ${bead.id} and shows no progress${why}.`,
        `gt nudge ${id} "Go on, please."`,
        evidence,
      );
    case 'interrupted':
    case 'failed':
      break;
  }
  const broken = brokenOf(view, bead.id, view.get('rigs', polecat.rig));
  if (broken) return explainBroken(broken, evidence);
  return said(
    'dead-session',
    `${bead.id} is held by ${id}, whose session is dead: ${describeState(state)}${why}.`,
    `gt session run ${id}`,
    evidence,
  );
}

function blocked(view: View, bead: Bead, now: Timestamp): Answer | undefined {
  const open = `bd update ${bead.id} --status open`;
  if (bead.status === 'blocked')
    return said('blocked-by-hand', `${bead.id} was set to blocked by hand.`, open, [
      { what: 'set to blocked', at: bead.updatedAt },
    ]);
  const blockers = blockersOf(view, bead);
  if (blockers.length > 0) return waits(view, bead, blockers);
  const deferred = putOff(view, bead, now);
  if (!deferred) return undefined;
  const whose = deferred.id === bead.id ? '' : ` by its parent ${deferred.id}`;
  if (deferred.deferUntil === undefined)
    return said(
      'deferred',
      `${bead.id} is deferred${whose}, without a date.`,
      `bd update ${deferred.id} --status open`,
    );
  const until = clockTime(deferred.deferUntil);
  return said(
    'deferred',
    `${bead.id} is deferred${whose} until ${until}.`,
    `Wait, or bd update ${deferred.id} --status open`,
    [{ what: 'opens by itself', at: deferred.deferUntil }],
  );
}

function waits(view: View, bead: Bead, blockers: readonly Bead['id'][]): Answer {
  const shown = blockers.slice(0, 3).map((id) => `${id}, which is ${blockerState(view, id)}`);
  const more = blockers.length > 3 ? ` and ${blockers.length - 3} more` : '';
  const evidence = blockers
    .slice(0, 10)
    .map((id) => ({ what: `${id}: ${displayText(view.get('beads', id)?.title ?? '', 80)}` }));
  return said(
    'blocked',
    `${bead.id} waits for ${shown.join('; ')}${more}.`,
    `gt explain ${blockers[0] ?? bead.id}`,
    evidence,
  );
}

/** The bead itself or a parent of it, whichever is put off. */
function putOff(view: View, bead: Bead, now: Timestamp): Bead | undefined {
  if (bead.status === 'deferred' && !isDue(bead, now)) return bead;
  if (bead.deferUntil !== undefined && bead.deferUntil > now) return bead;
  for (const edge of view.find('dependenciesOf', bead.id)) {
    const parent = edge.type === 'parent-child' ? view.get('beads', edge.dependsOn) : undefined;
    if (parent && parent.status !== 'closed' && parent.deferUntil !== undefined && parent.deferUntil > now)
      return parent;
  }
  return undefined;
}
