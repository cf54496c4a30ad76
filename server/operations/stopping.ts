import { later } from '../domain/later.ts';
import type { RigName, Timestamp } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Context } from './context.ts';

/** Whether the town is being ended, or was stopped by a person: nothing begins then. */
export function isStopping({ life, isStopped }: Pick<Context, 'life' | 'isStopped'>): boolean {
  return life.ending || isStopped();
}

/** When a town that is being ended, and then is not, goes on with what it does by itself. */
export function afterStopping({ now }: Pick<Context, 'now'>): Timestamp {
  return later(now(), 60_000);
}

/** The sessions of a rig are being ended. */
export function noteRigStop(context: Pick<Context, 'life'>, rig: RigName): void {
  context.life.rigStops.set(rig, stopsOfRig(context, rig) + 1);
}

/** How often, since the town server began: whoever has begun something before tells by it that a stop has come since. */
export function stopsOfRig({ life }: Pick<Context, 'life'>, rig: RigName): number {
  return life.rigStops.get(rig) ?? 0;
}

export function refuseStopping(context: Pick<Context, 'life' | 'isStopped'>): void {
  if (!isStopping(context)) return;
  throw new Refusal('unavailable', 'The town is being stopped, and begins nothing more.', { next: 'gt up' });
}
