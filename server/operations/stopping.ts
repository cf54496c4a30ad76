import { Refusal } from '../domain/refusal.ts';
import type { Context } from './context.ts';

/** Whether the town is being ended, or was stopped by a person: nothing begins then. */
export function isStopping({ life, isStopped }: Pick<Context, 'life' | 'isStopped'>): boolean {
  return life.ending || isStopped();
}

export function refuseStopping(context: Pick<Context, 'life' | 'isStopped'>): void {
  if (!isStopping(context)) return;
  throw new Refusal('unavailable', 'The town is being stopped, and begins nothing more.', { next: 'gt up' });
}
