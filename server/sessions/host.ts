import { Refusal } from '../domain/refusal.ts';
import type { HostChoice } from '../domain/rig.ts';
import type { HostKind } from '../domain/session.ts';

export interface LauncherCommand {
  readonly command: string;
  readonly arguments: readonly string[];
  /** The variables that the launcher needs beyond those of its place. No secret in them. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface OpenRequest {
  readonly session: string;
  readonly agent: string;
  /** Absent: the mayor's. */
  readonly rig?: string;
  /** `nux · be-auth` */
  readonly name: string;
  readonly directory: string;
  readonly launcher: LauncherCommand;
  /** Where output goes; only for the host `process`, which needs it. */
  readonly log?: string;
  /** Of the town's tmux server; only for the host `tmux`, which needs it. */
  readonly tmuxSocket?: string;
  readonly icon: string;
  readonly color: string;
  /** The connection on whose behalf it is opened: if it is a window that hosts, it is the one. */
  readonly asker?: object;
}

/** A place where sessions live. What it starts is our launcher, which does the rest, everywhere alike. */
export interface SessionHost {
  readonly kind: HostKind;
  /** Resolves when the place was asked and said yes. That the launcher runs is known when it takes its launch spec. */
  open(request: OpenRequest): Promise<void | OpenedProcess>;
}

export interface OpenedProcess {
  /** Resolves with how the launcher ended, in words that follow its name. It may end long after the session has begun. */
  readonly ended: Promise<string>;
}

export interface ResolvedHost {
  readonly kind: HostKind;
  /** Where it is not what one would expect. */
  readonly note?: string;
}

/** The host that a choice means now. Refused with `no-host` where an editor is wanted and none offers. */
export function resolveHost(choice: HostChoice, editors: number): ResolvedHost {
  if (choice === 'tmux' || choice === 'process') return { kind: choice };
  if (editors > 0) return { kind: 'editor' };
  if (choice === 'editor') throw noEditor();
  return {
    kind: 'process',
    note: 'No editor offers terminals, so the session runs as a plain process: gt session log shows it.',
  };
}

export function noEditor(why?: string): Refusal {
  return new Refusal('no-host', why ?? 'No editor window offers to open a terminal.', {
    field: 'host',
    next: 'Open the town in VS Code, or use --host process.',
  });
}
