/** What a runtime's lifecycle hooks tell of: a start, a prompt, the context about to be compacted, the end of a turn or of the session. */
export type LifecycleEvent = 'start' | 'prompt' | 'compact' | 'stop' | 'end' | 'notify';

/** Why a session's context begins anew. */
export type StartSource = 'startup' | 'resume' | 'clear' | 'compact';

export interface SessionEventRequests {
  /** A session's lifecycle hook, through `gt event`: noted as a sign of life, answered where there is something to say. */
  'session/event': {
    params: {
      readonly event: LifecycleEvent;
      /** The runtime's own id of the session. */
      readonly runtimeSession?: string;
      /** The runtime goes on for one more turn where the end of one is answered. */
      readonly answers?: boolean;
      /** It has gone on once already because of such an answer. */
      readonly again?: boolean;
    };
    result: {
      /** What waits for the agent, to be given to it. */
      readonly text?: string;
      /** Why it should go on. */
      readonly goOn?: string;
    };
  };
}
