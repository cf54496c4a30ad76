import type { DispatchFailure } from './dispatch.ts';
import type { BeadId, SessionId, Sha, Timestamp } from './ids.ts';
import type { Polecat } from './polecat.ts';
import type { Rig } from './rig.ts';
import type { Tries } from './tries.ts';
import type { Draft, View } from './view.ts';
import { triesOf } from './witnessSettings.ts';

/** One that failed. */
export interface FailedRun {
  readonly polecat: Polecat & { readonly bead: BeadId };
  readonly session: { readonly id: SessionId; readonly startedAt?: Timestamp };
  readonly failure: DispatchFailure;
  /** Of its branch; absent: it could not be read. */
  readonly tip?: Sha | undefined;
}

/** Counts it once. Where something was committed since the last one, it is counted from the beginning. */
export function countTry(draft: Draft, { polecat, session, failure, tip }: FailedRun): void {
  const { bead: id, branch, base } = polecat;
  const before = draft.get('tries', id);
  const run = runOf(session);
  if (before?.run === run) return;
  const stood = before?.branch === branch ? before.tip : undefined;
  const moved = tip !== undefined && tip !== base && tip !== stood;
  const failures = moved ? 0 : (before?.failures ?? 0) + 1;
  draft.put('tries', {
    id,
    failures,
    last: failure,
    run,
    branch,
    ...(tip === undefined ? {} : { tip }),
  });
}

/** A session that its own launcher began again is another run. */
export const runOf = ({ id, startedAt = '' as Timestamp }: FailedRun['session']): string =>
  `${id} ${startedAt}`;

/** What failed too often for its rig: a person has to look before the town begins it again. */
export function brokenOf(view: View, bead: string, rig: Rig | undefined): Tries | undefined {
  const tries = view.get('tries', bead);
  return tries && tries.failures >= triesOf(rig?.settings) ? tries : undefined;
}

/** `failed 3 times in a row without a commit` */
export const triedWords = ({ failures }: Tries): string =>
  `failed ${failures === 1 ? 'once' : `${failures} times in a row`} without a commit`;

/** What failed too often, and whose work it still is, though nothing runs there. */
export function* brokenWork(view: View): Iterable<{ readonly polecat: Polecat; readonly tries: Tries }> {
  for (const state of ['failed', 'interrupted'] as const)
    for (const polecat of view.find('agentsByState', state)) {
      const tries = brokenOf(view, polecat.bead ?? '', view.get('rigs', polecat.rig));
      const holds = tries && view.get('beads', tries.id)?.assignee === polecat.id;
      if (holds && view.get('sessions', polecat.session ?? '')?.state === 'ended') yield { polecat, tries };
    }
}
