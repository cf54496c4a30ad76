import type { Finding } from '../domain/finding.ts';

/** What one check found. With `outcome`: mending it was tried, and it was looked at again. */
export interface TownFinding extends Finding {
  /** What it is about: a polecat, a branch, a file. */
  readonly subject?: string;
  readonly outcome?: 'fixed' | 'not fixed';
  /** Why it is not. */
  readonly why?: string;
}

export interface DoctorRequests {
  /**
   * A person: what does not fit between the records of the town and what lies outside. `fix` mends what is safe to mend, and looks again;
   * `only` names the checks.
   */
  'town/doctor': {
    params: { readonly fix?: boolean; readonly only?: readonly string[] };
    result: { readonly findings: readonly TownFinding[] };
  };
}
