/** What a failure means. */
export type Verdict =
  | 'quota'
  | 'rate-limit'
  | 'sign-in'
  | 'context-limit'
  | 'missing-tool'
  | 'sandbox'
  | 'dialog' // it waits for an answer that nobody gives
  | 'refused' // it will not start as it was asked to
  | 'lost-session'; // it does not know the session that was to go on
