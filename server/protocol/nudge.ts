import type { NotificationLevel } from '../domain/notificationLevel.ts';
import type { Message, Nudge } from '../domain/message.ts';

export interface NudgeRequests {
  /**
   * Something to say to an agent: it waits in the town, is shown by the agent's next `gt` call, and counts as delivered once that is
   * acknowledged. `how` says how it will reach the agent. With `type` (a person only) it is also typed into its terminal.
   */
  'nudge/send': {
    params: {
      readonly agent: string;
      readonly text: string;
      readonly type?: boolean;
      /** Also where the agent is muted. */
      readonly urgent?: boolean;
    };
    result: { readonly message: Nudge; readonly how: string };
  };
  /** Those that are not acknowledged yet, oldest first; with `all` every one that is kept. */
  'nudge/list': {
    params: { readonly agent?: string; readonly all?: boolean };
    result: readonly Nudge[];
  };
  /** People and the mayor: one line to every polecat that is not done and to all crew; with `all` to the mayor, too. */
  'nudge/broadcast': {
    params: {
      readonly text: string;
      readonly rig?: string;
      readonly all?: boolean;
      readonly urgent?: boolean;
      readonly dryRun?: boolean;
    };
    result: {
      readonly sent: readonly Nudge[];
      readonly refused: readonly { readonly agent: string; readonly message: string }[];
    };
  };
  /** One line to each whom a group, a wildcard or the subscribers of a channel stand for; who has too much unread is left out and told of. */
  'nudge/each': {
    params: { readonly address: string; readonly text: string; readonly urgent?: boolean };
    result: {
      readonly sent: readonly Nudge[];
      readonly refused: readonly { readonly agent: string; readonly message: string }[];
    };
  };
  /** How much reaches an agent, or without one the caller. */
  'notify/set': {
    params: { readonly agent?: string; readonly level: NotificationLevel };
    result: { readonly who: string; readonly level: NotificationLevel };
  };
  'notify/get': {
    params: { readonly agent?: string };
    result: { readonly who: string; readonly level: NotificationLevel };
  };
  /** A session: it has read that message, or all that wait for it. */
  'nudge/acknowledge': {
    params: { readonly message?: string };
    result: { readonly acknowledged: readonly Message[] };
  };
}
