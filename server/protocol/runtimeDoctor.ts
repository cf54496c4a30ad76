import type { Finding } from '../domain/finding.ts';

/** What is wanted of `gastown-server runtime-doctor`, on its standard input; absent: the built-in runtimes. */
export interface DoctorParams {
  /** By name or alias; absent: all. */
  readonly runtime?: string;
  /** Of the town, as `gt runtime add` takes them. */
  readonly own?: readonly unknown[];
  /** By runtime: where a person said that its program is. */
  readonly commands?: Readonly<Record<string, string>>;
  readonly rigs?: readonly {
    readonly name: string;
    readonly runtime: string;
    readonly settings: Readonly<Record<string, unknown>>;
  }[];
}

export interface RuntimeHealth {
  readonly name: string;
  readonly label: string;
  /** That use it. */
  readonly rigs: readonly string[];
  /** No finding is a problem. */
  readonly ready: boolean;
  readonly program?: string;
  /** Of the program's file. */
  readonly ageDays?: number;
  readonly version?: string;
  readonly findings: readonly Finding[];
}

/** The one line that it prints. */
export interface DoctorResult {
  readonly runtimes: readonly RuntimeHealth[];
  /** What they share: git, tmux. */
  readonly machine: readonly Finding[];
  /** Every runtime that a rig uses, or that was asked for by name, is ready, and so is the machine. */
  readonly ready: boolean;
}
