import type { Bead } from '../domain/bead.ts';
import { beadState } from '../domain/beadState.ts';
import type { Convoy } from '../domain/convoy.ts';
import { progress } from '../domain/convoys.ts';
import { episodeOf } from '../domain/episodes.ts';
import type { GateOutcome } from '../domain/gate.ts';
import { newest } from '../domain/handoffs.ts';
import type { BeadId, Timestamp } from '../domain/ids.ts';
import { whyNot } from '../domain/mergeQueue.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import { newestRequest } from '../domain/newestRequest.ts';
import type { Polecat } from '../domain/polecat.ts';
import { needsPerson } from '../domain/polecats.ts';
import { waitsForMerge } from '../domain/pullRequests.ts';
import { blockersOf, isBlocked, isReady } from '../domain/readiness.ts';
import type { View } from '../domain/view.ts';
import type { BeadDetail, BeadView } from '../protocol/bead.ts';
import type { ConvoyBead, ConvoyView, GateProof } from '../protocol/convoy.ts';
import type { TownStatus } from '../protocol/town.ts';
import type { MergeRequestDetail } from '../protocol/mergeQueue.ts';
import type { PolecatDetail } from '../protocol/work.ts';
import { findPreset } from '../runtimes/presets.ts';

/** Records with what is computed about them: what clients show. */

export function runtimeLabel(view: View, runtime: string): string {
  return findPreset(runtime, view.all('runtimes'))?.label ?? runtime;
}

export function beadView(view: View, bead: Bead): BeadView {
  return {
    bead,
    ready: isReady(view, bead),
    blocked: isBlocked(view, bead),
    blockedBy: blockersOf(view, bead),
    dependencies: [...view.find('dependenciesOf', bead.id)],
    dependents: view.count('dependentsOf', bead.id),
  };
}

export function beadDetail(view: View, bead: Bead): BeadDetail {
  const rig = bead.rig && view.get('rigs', bead.rig);
  const handoff = newest(view, bead.id);
  return {
    ...beadView(view, bead),
    dependsOn: [...view.find('dependenciesOf', bead.id)].flatMap((edge) =>
      end(view, edge.dependsOn, edge.type),
    ),
    neededBy: [...view.find('dependentsOf', bead.id)].flatMap((edge) => end(view, edge.bead, edge.type)),
    ...(rig ? { runtimeLabel: runtimeLabel(view, rig.runtime) } : {}),
    ...(handoff ? { handoff } : {}),
  };
}

function end(view: View, id: string, type: string): { readonly bead: Bead; readonly type: string }[] {
  const bead = view.get('beads', id);
  return bead ? [{ bead, type }] : [];
}

export function countPolecats(view: View, polecats: readonly Polecat[]): TownStatus['polecats'] {
  return {
    working: polecats.filter(({ state }) => state === 'working' || state === 'spawning').length,
    needYou: polecats.filter((polecat) => needsPerson(view, polecat)).length,
    total: polecats.length,
  };
}

export function polecatDetail(view: View, polecat: Polecat): PolecatDetail {
  const bead = polecat.bead && view.get('beads', polecat.bead);
  const session = polecat.session && view.get('sessions', polecat.session);
  const mergeRequest = newestRequest(view, polecat);
  const episode = episodeOf(view, polecat);
  return {
    polecat,
    ...(bead ? { bead } : {}),
    ...(session ? { session } : {}),
    ...(mergeRequest ? { mergeRequest } : {}),
    runtimeLabel: runtimeLabel(view, polecat.runtime),
    needsPerson: needsPerson(view, polecat),
    ...(episode ? { episode } : {}),
  };
}

export function mergeRequestDetail(view: View, mergeRequest: MergeRequest): MergeRequestDetail {
  const bead = view.get('beads', mergeRequest.bead);
  return { mergeRequest, ...(bead ? { bead } : {}), runtimeLabel: runtimeLabel(view, mergeRequest.runtime) };
}

export function convoyView(view: View, convoy: Convoy, now: Timestamp): ConvoyView {
  const { closed, total } = progress(view, convoy);
  return { convoy, closed, total, beads: convoy.beads.map((id) => convoyBead(view, id, now)) };
}

function convoyBead(view: View, id: BeadId, now: Timestamp): ConvoyBead {
  const bead = view.get('beads', id);
  if (!bead) return { id, state: 'unknown' };
  const rig = bead.rig && view.get('rigs', bead.rig);
  const [polecat] = view.find('agentsByBead', id);
  const mergeRequest = newestRequest(view, { bead: id });
  const runtime = mergeRequest?.runtime ?? polecat?.runtime ?? (rig ? rig.runtime : undefined);
  return {
    id,
    bead,
    ...(bead.rig ? { rig: bead.rig } : {}),
    ...(runtime ? { runtimeLabel: runtimeLabel(view, runtime) } : {}),
    ...(mergeRequest ? proofOf(view, mergeRequest, now) : {}),
    ...(polecat ? { agent: polecat.id } : {}),
    state: beadState(view, bead.id),
  };
}

/**
 * What was handed over of it, by whom also where that polecat is gone; of what is verified whether the rig's gates had to pass, and how
 * each did; of what has not landed why it does not now.
 */
function proofOf(
  view: View,
  mergeRequest: MergeRequest,
  now: Timestamp,
): Pick<ConvoyBead, 'agent' | 'mergeRequest' | 'check' | 'gates' | 'waits'> {
  const { agent, state, gates = [] } = mergeRequest;
  const rig = view.get('rigs', mergeRequest.rig);
  if (state !== 'verified') {
    // That a person is to review it is said by its state.
    const waits = rig && !waitsForMerge(view, mergeRequest) && whyNot(view, rig, mergeRequest, now);
    return { agent, mergeRequest, ...(waits ? { waits } : {}) };
  }
  const judged = gates.some(({ onFail }) => onFail === 'reject');
  const check = judged || (rig?.settings.check ?? []).length > 0 ? 'passed' : 'none';
  return { agent, mergeRequest, check, ...(gates.length === 0 ? {} : { gates: gates.map(proofOfGate) }) };
}

const proofOfGate = ({ name, outcome, tries, ms }: GateOutcome): GateProof => ({
  name,
  outcome,
  tries,
  seconds: Math.round(ms / 1000),
});
