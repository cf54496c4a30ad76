import type { ContractStep } from '../domain/contract.ts';
import type { HostKind } from '../domain/session.ts';

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

/** In the order in which they are shown; the four of the contract are those that decide. */
export const testedSteps = [
  'found',
  'version',
  'signed-in',
  'hook',
  'commit',
  'update',
  'done',
  'prompt-argument',
  'failure-seen',
  'resume',
  'clean-stop',
  'terminal',
] as const satisfies readonly (ContractStep | RuntimeCapability)[];

/** Each as something that the runtime does. */
export const testedStepWords: Readonly<Record<CheckedStep['step'], string>> = {
  found: 'is found',
  version: 'says its version',
  'signed-in': 'is signed in',
  hook: 'reads its hook',
  commit: 'commits on its branch',
  update: 'updates its bead',
  done: 'says that it is done',
  'prompt-argument': 'takes its prompt as an argument',
  'failure-seen': 'is seen to fail when it is killed',
  resume: 'resumes a session',
  'clean-stop': 'stops when it is asked to',
  terminal: 'starts in a terminal',
};

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

export interface RuntimeTestParams {
  /** By name or alias; left out of account where `preset` is given. */
  readonly runtime: string;
  /** Start it also where it uses the user's own account. */
  readonly live?: boolean;
  /** A preset of one's own, as `gt runtime add` takes it. */
  readonly preset?: unknown;
  /** Where a person said that its program is, in the town that has set it. */
  readonly command?: string;
  readonly host?: 'auto' | HostKind;
  /** For the contract as a whole; absent: 60 s, 10 minutes with an account, 30 minutes for a person. */
  readonly deadlineSeconds?: number;
}

/** Nothing of the contract was tried: that it does not hold was not seen. */
export function isUntried(steps: readonly CheckedStep[]): boolean {
  return steps.every(({ decides, outcome }) => !decides || outcome === 'skipped');
}

/** One line each, as JSON, of `gastown-server runtime-test RUNTIME`. */
export type RuntimeTestEvent =
  | {
      readonly event: 'begin';
      readonly runtime: string;
      readonly label: string;
      readonly live: boolean;
      /** The time that the contract is given as a whole; absent: it is not tried. */
      readonly deadlineSeconds?: number;
    }
  /** For a person who plays the runtime: what to do now. */
  | { readonly event: 'note'; readonly text: string }
  | ({ readonly event: 'step' } & CheckedStep)
  | {
      readonly event: 'result';
      readonly runtime: string;
      readonly compatible: boolean;
      readonly steps: readonly CheckedStep[];
    };
