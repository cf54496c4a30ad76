/** What was looked at before anything runs. `problem`: it will not work like this; `warning`: it may not. */
export interface Finding {
  /** `program`, `account`: the same word for the same matter, whatever the runtime. */
  readonly about: string;
  readonly state: 'ok' | 'warning' | 'problem';
  /** What was seen, in one sentence. */
  readonly evidence: string;
  /** How to mend it. */
  readonly advice?: string;
}
