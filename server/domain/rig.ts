import type { GateSetting } from './gate.ts';
import type { RigName, RuntimeName, Timestamp } from './ids.ts';
import type { Budget } from './scheduler.ts';
import type { HostKind } from './session.ts';

/** `review`: a person presses Merge after the diff. `auto`: the town lands by itself. `none`: the branch is left where it is. `pr`: a person opens a pull request, and others merge it. */
export type MergeMode = 'review' | 'auto' | 'none' | 'pr';

/** `auto`: an editor that offers to host, else `process`. `tmux` is only by choice. */
export type HostChoice = 'auto' | HostKind;

/** `ask`: the runtime asks before it acts, as its own settings say. `auto`: it acts without asking; a person confirmed that once. */
export type Approval = 'ask' | 'auto';

/**
 * `auto`: a worktree, or a clone for a runtime that cannot commit in a linked worktree. `in-place`: the user's own checkout; a person
 * confirmed that.
 */
export type Isolation = 'auto' | 'worktree' | 'clone' | 'in-place';

/** What is asked for, else what the rig says, else, where that leaves it open, what the runtime says. */
export function hostChoice(
  asked: HostChoice | undefined,
  ofRig: HostChoice | undefined,
  ofRuntime: HostKind | undefined,
): HostChoice {
  return asked ?? (ofRig === undefined || ofRig === 'auto' ? (ofRuntime ?? 'auto') : ofRig);
}

/** The most that the witness may do by itself, each with all before it. */
export type RemedyCeiling = 'none' | 'nudge' | 'restart' | 'escalate';

export type RigState = 'active' | 'parked' | 'docked';

/** Where the rig's commits come from: a clone of a URL that the town keeps, or a repository of the user's, used where it is. */
export type RepositorySource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'path'; readonly path: string };

export interface RigSettings {
  readonly merge: MergeMode;
  /** Only for a rig over a local path: push the target branch after landing. */
  readonly push: boolean;
  /** Run in the scratch worktree before landing; argv, no shell. */
  readonly check: readonly string[];
  readonly session: HostChoice;
  readonly ids: 'readable' | 'hash';
  /** How many polecats may work in the rig at once. */
  readonly maxPolecats: number;
  /** What its sessions may use in a day before nothing new is started in it. */
  readonly budget?: Budget;
  /** Absent: `ask`. */
  readonly approval?: Approval;
  /** Absent: `auto`. */
  readonly isolation?: Isolation;
  /** Run once in each new workplace, before its first session; argv, no shell. Absent or empty: nothing. */
  readonly setup?: readonly string[];
  /** Whether what `.worktreeinclude` names is copied into new workplaces. Absent: true. */
  readonly include?: boolean;
  /** By name. What `gt rig config` sets is approved by that. */
  readonly gates?: Readonly<Record<string, GateSetting>>;
  /** How many merge requests land with one run of the gates. Absent: 5. */
  readonly batch?: number;
  /** Minutes between looks of the conflict radar. Absent: `radarMinutes`. */
  readonly radar?: number | 'off';
  /** Whether the scheduler holds back a bead that would collide. Absent: false. */
  readonly holdCollisions?: boolean;
  /** How polecats are watched over; absent: as `witnessSettings.ts` says. */
  readonly stallAfterMs?: number;
  readonly maxNudges?: number;
  readonly remedy?: RemedyCeiling;
  readonly tries?: number;
  /** 0: none. */
  readonly stallLimitMs?: number;
  readonly pushOnCrash?: boolean;
}

/** A person has stopped the landings of a rig. */
export interface Pause {
  readonly pausedAt: Timestamp;
  readonly by: string;
  readonly reason?: string;
}

export interface Rig {
  readonly id: RigName;
  /** Of its bead ids; unique in the town. */
  readonly prefix: string;
  readonly runtime: RuntimeName;
  readonly repository: RepositorySource;
  /** Absolute path that git runs in: the bare clone, or the user's repository. */
  readonly gitDirectory: string;
  /** The branch that work lands on, without `refs/heads/`. */
  readonly branch: string;
  readonly state: RigState;
  /** Of a docked rig: it is parked as well, and is so when it is undocked. */
  readonly parked?: true;
  /** It is parked only while it is being reset. */
  readonly resetting?: true;
  readonly settings: RigSettings;
  /** SHA-256 of the program-naming configuration that a person approved, if any. */
  readonly approvedConfiguration?: string;
  /** SHA-256 of the setup command, and of the files of the repository that it names, as a person approved them. */
  readonly approvedSetup?: string;
  /** While it is there nothing lands in the rig. */
  readonly refinery?: Pause;
  /** Something of it was kept from running since a person has not approved it; gone with the approval, or when nothing is in the way. */
  readonly unapproved?: { readonly at: Timestamp; readonly why: string };
  /** SHA-256 of the content of each plugin of the rig's folder that a person approved, by the plugin's name. */
  readonly approvedPlugins?: Readonly<Record<string, string>>;
  readonly createdAt: Timestamp;
}
