import type { DispatchFailure } from './dispatch.ts';
import type { BeadId, Sha } from './ids.ts';

/** How often work on a bead was begun and failed since its last commit. Its id is the bead's. */
export interface Tries {
  readonly id: BeadId;
  readonly failures: number;
  readonly last: DispatchFailure;
  /** The run that was counted last: none counts twice, whoever sees it fail. */
  readonly run: string;
  /** Where it stood then. */
  readonly branch: string;
  readonly tip?: Sha;
}
