import type { HookResult } from './work.ts';

export interface HookRequests {
  /**
   * Put a bead on a hook, and start nothing: people and the mayor on any, crew on its own. Refused for polecats, with `held` where the
   * hook is full or the bead somebody's. There already: nothing changes. `force` as for slinging.
   */
  'hook/put': {
    params: { readonly bead: string; readonly agent?: string; readonly force?: boolean };
    result: HookResult;
  };
  /**
   * Take the bead off a hook and open it again; its work stays where it is. With `bead`: only that one. An empty hook stays empty.
   * Refused for a polecat that has begun: its work is taken away with `work/unsling`.
   */
  'hook/clear': {
    params: { readonly agent?: string; readonly bead?: string };
    result: HookResult & { readonly freed?: string };
  };
}
