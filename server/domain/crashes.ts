import { isNeeded, keptUntil } from './archives.ts';
import type { Sha, Timestamp } from './ids.ts';
import type { Session } from './session.ts';
import type { View } from './view.ts';

/** A session that ended without done, whose commits a ref of the town's own still keeps. */
export interface Crash {
  readonly session: Session;
  readonly ref: string;
  readonly sha: Sha;
  readonly at: Timestamp;
}

/** The oldest first. */
export function* crashesOf(view: View): Iterable<Crash> {
  for (const session of view.find('sessionsKept', '')) {
    const { kept, endedAt, createdAt } = session;
    if (kept) yield { session, ref: kept.ref, sha: kept.sha, at: endedAt ?? createdAt };
  }
}

/** Those that may go now: older than so many days, and of no bead that is still open. */
export function dueCrashes(view: View, days: number, now: Timestamp): readonly Crash[] {
  return [...crashesOf(view)].filter(
    (crash) => keptUntil(crash, days) <= now && !isNeeded(view, crash.session),
  );
}
