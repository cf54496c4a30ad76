import type { ScoreRow } from '../domain/scorecard.ts';
import type { Timestamp } from '../domain/ids.ts';

export interface ScorecardRow extends ScoreRow {
  readonly runtimeLabel: string;
}

export interface ScorecardRequests {
  /** Any client: how each runtime did with each type of bead, from the whole journal. `since`: slung at that time or later. */
  'runtime/scorecard': {
    params: { readonly rig?: string; readonly since?: Timestamp };
    result: { readonly leastSamples: number; readonly rows: readonly ScorecardRow[] };
  };
}
