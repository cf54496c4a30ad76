import type { MergeRequest } from '../domain/mergeRequest.ts';
import type { Rig } from '../domain/rig.ts';
import type { Context } from './context.ts';

/** One landing under way: what its steps share. */
export interface Landing {
  readonly context: Context;
  readonly rig: Rig;
  readonly request: MergeRequest;
  /** Who asked for it. */
  readonly by: string;
}
