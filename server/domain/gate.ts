/** A check before or after a landing: named, with a time-out. */
export interface Gate {
  readonly name: string;
  /** An argument vector, started by no shell; of a plugin: what is shown of it, since only its approved content is run. */
  readonly command: readonly string[];
  readonly phase: 'before' | 'after';
  readonly timeoutMs: number;
  /** `reject`: nothing lands, and later gates are not run. `warn`: said in the answer. `notify`: recorded only. */
  readonly onFail: 'reject' | 'warn' | 'notify';
  /** How often it is tried again before it has failed. */
  readonly retries: number;
  readonly from: 'setting' | 'plugin';
}
