/** The four that decide: whoever passes them is a runtime of the town. */
export type ContractStep = 'hook' | 'commit' | 'update' | 'done';

/** Reported beside the contract; none of them decides. */
export type RuntimeCapability =
  | 'found'
  | 'version'
  | 'signed-in'
  | 'terminal'
  | 'prompt-argument'
  | 'resume'
  | 'clean-stop'
  | 'failure-seen';

export interface CheckedStep {
  readonly step: ContractStep | RuntimeCapability;
  readonly decides: boolean;
  /** `skipped`: not tried, and `evidence` says why. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** One sentence: what was seen. */
  readonly evidence: string;
  /** What to do, where it failed. */
  readonly advice?: string;
  readonly seconds: number;
}

/** One line each, as JSON, of `gastown-server runtime-test RUNTIME`. */
export type RuntimeTestEvent =
  | { readonly event: 'begin'; readonly runtime: string; readonly label: string; readonly live: boolean }
  | ({ readonly event: 'step' } & CheckedStep)
  | {
      readonly event: 'result';
      readonly runtime: string;
      readonly compatible: boolean;
      readonly steps: readonly CheckedStep[];
    };
