import type { Message, Nudge } from '../domain/message.ts';

export interface NudgeRequests {
  /**
   * Something to say to an agent: it waits in the town, is shown by the agent's next `gt` call, and counts as delivered once that is
   * acknowledged. `how` says how it will reach the agent. With `type` (a person only) it is also typed into its terminal.
   */
  'nudge/send': {
    params: { readonly agent: string; readonly text: string; readonly type?: boolean };
    result: { readonly message: Nudge; readonly how: string };
  };
  /** Those that are not acknowledged yet, oldest first; with `all` every one that is kept. */
  'nudge/list': {
    params: { readonly agent?: string; readonly all?: boolean };
    result: readonly Nudge[];
  };
  /** A session: it has read that message, or all that wait for it. */
  'nudge/acknowledge': {
    params: { readonly message?: string };
    result: { readonly acknowledged: readonly Message[] };
  };
}
