import type { HostKind } from '../domain/session.ts';
import type { Handoff, HandoffWords } from '../domain/handoff.ts';

export interface HandoffRequests {
  /**
   * The packet of an agent's work, with these words, kept with its bead; with `dryRun` only given. A session: its own. A person: of
   * whatever agent, or of whoever holds a bead.
   */
  'handoff/write': {
    params: {
      readonly agent?: string;
      readonly words?: HandoffWords;
      readonly dryRun?: boolean;
      /** A session, of itself: it is asked to stop, and when it has ended a fresh one goes on. Absent: it goes on itself. */
      readonly next?: { readonly runtime?: string; readonly host?: 'auto' | HostKind };
    };
    result: Handoff;
  };
  /** Takes away what an agent, or whoever holds a bead, wrote of that work and nobody was given yet. A session: its own. */
  'handoff/clear': { params: { readonly of?: string }; result: { readonly cleared: number } };
  /** The newest packet of an agent or a bead; a session, without a name: of its own hook. */
  'handoff/get': { params: { readonly of?: string }; result: { readonly handoff?: Handoff } };
}
