import { join } from 'node:path';
import type { Bead } from '../domain/bead.ts';
import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import type { HostKind, LaunchStep } from '../domain/session.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { findRuntime } from './lookups.ts';
import { requireProgram } from './programs.ts';

/** Which runtime a session would run, as found on this machine, and where it would live. */
export interface SessionPlan {
  readonly preset: RuntimePreset;
  /** The program as found, absolute. */
  readonly program: string;
  /** The PATH that it was found on, and that the session gets. */
  readonly path: string;
  readonly host: HostKind;
  readonly polecatsFolder: string;
  readonly warnings: readonly string[];
  /** What its session runs before the runtime. */
  readonly before?: readonly LaunchStep[];
}

export interface SlingPlan extends SessionPlan {
  readonly bead: Bead;
  readonly rig: Rig;
  /** Where the polecat's branch begins. */
  readonly base: Sha;
}

/** Refused where the runtime is unknown, its program is missing, or no host can take it. */
export async function planSession(
  context: Context,
  rig: Rig,
  choice: { readonly runtime?: string; readonly host?: 'auto' | HostKind },
  caller: Caller,
): Promise<SessionPlan> {
  const preset = findRuntime(context.store.view, choice.runtime ?? rig.runtime);
  const path = await context.programs.path();
  const program = requireProgram(context, preset, {
    path,
    next: `Install it, or choose another of gt runtime list: gt rig config ${rig.id} runtime NAME`,
  });
  const chosen = choice.host ?? rig.settings.session;
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
    polecatsFolder: join(context.paths.town, rig.id, 'polecats'),
    warnings: host.note ? [host.note] : [],
  };
}
