import { join } from 'node:path';
import type { Bead } from '../domain/bead.ts';
import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { hostChoice, type Rig } from '../domain/rig.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import type { HostKind, LaunchStep } from '../domain/session.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { findRuntime, theTown } from './lookups.ts';
import { requireProgram } from './programs.ts';

/** Which runtime a session would run, as found on this machine, and where it would live. */
export interface SessionPlan {
  readonly preset: RuntimePreset;
  /** The program as found, absolute. */
  readonly program: string;
  /** The PATH that it was found on, and that the session gets. */
  readonly path: string;
  readonly host: HostKind;
  readonly warnings: readonly string[];
  /** What its session runs before the runtime. */
  readonly before?: readonly LaunchStep[];
}

/** What a session is started with: the mayor's has no rig, and a hook may be empty. */
export interface StartPlan extends SessionPlan {
  readonly rig?: Rig | undefined;
  readonly bead?: Bead | undefined;
  /** The runtime's own id of a session that is to go on. */
  readonly resume?: string | undefined;
  /** Throws where it is not to begin any more: asked at the last moment. */
  readonly unless?: () => void;
}

export interface SpawnPlan extends SessionPlan {
  /** Absent: its hook is empty. */
  readonly bead?: Bead;
  readonly instructions?: string;
  /** Though the bead is deferred. */
  readonly force?: boolean;
  readonly rig: Rig;
  /** Where the polecat's branch begins. */
  readonly base: Sha;
  /** It works in a checkout of the user's; absent: in a folder of its own. */
  readonly checkout?: { readonly directory: string; readonly home: string };
}

export interface SlingPlan extends SpawnPlan {
  readonly bead: Bead;
}

/** As the caller wishes. */
export interface SessionChoice {
  readonly runtime?: string;
  readonly host?: 'auto' | HostKind;
}

/** Refused where the runtime is unknown, its program is missing, or no host can take it. Without a rig: as the town says. */
export async function planSession(
  context: Context,
  rig: Rig | undefined,
  choice: SessionChoice,
  caller: Caller,
): Promise<SessionPlan> {
  const preset = findRuntime(
    context.store.view,
    choice.runtime ?? rig?.runtime ?? theTown(context.store.view).defaultRuntime,
  );
  const path = await context.programs.path();
  const choose = howToChoose(rig, choice);
  const program = requireProgram(context, preset, {
    path,
    next: `Install it, or choose another of gt runtime list: ${choose}`,
  });
  const chosen = hostChoice(choice.host, rig?.settings.session, preset.session);
  const host = await context.sessions.resolve(chosen, caller);
  if (host.kind === 'process' && !preset.oneShot) {
    throw new Refusal('no-host', `${preset.label} needs a terminal: it cannot run as a plain process.`, {
      field: 'host',
      next: 'Open the town in VS Code and try again.',
    });
  }
  return {
    preset,
    program,
    path,
    host: host.kind,
    warnings: [...(host.note ? [host.note] : []), ...asRoot(context, rig, preset)],
  };
}

function howToChoose(rig: Rig | undefined, { runtime }: SessionChoice): string {
  if (runtime !== undefined) return '--runtime NAME';
  return rig ? `gt rig config ${rig.id} runtime NAME` : 'gt config default-runtime NAME';
}

/** What a person who lets it act unasked should know of the superuser. */
function asRoot({ programs }: Context, rig: Rig | undefined, preset: RuntimePreset): readonly string[] {
  const isTold = programs.asRoot && rig?.settings.approval === 'auto';
  return isTold && preset.asRoot !== undefined ? [preset.asRoot] : [];
}

/** The folder of a rig's worktrees of one kind. */
export function folderFor(context: Context, rig: string, kind: 'polecats' | 'crew'): string {
  return join(context.paths.town, rig, kind);
}
