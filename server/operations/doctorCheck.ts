import type { TownFinding } from '../protocol/doctor.ts';
import type { Context } from './context.ts';

/** Something that does not fit, and how it is mended where that is safe. */
export interface Trouble extends Omit<TownFinding, 'about' | 'outcome' | 'why'> {
  /** What tells it from others of its check: looked for again after it was mended. */
  readonly subject: string;
  readonly mend?: () => Promise<unknown>;
}

export interface Check {
  readonly about: string;
  /** Said where there is no trouble. */
  readonly fine: string;
  look(context: Context): Promise<readonly Trouble[]>;
}
