import { Refusal } from '../domain/refusal.ts';
import type { Unreached } from '../rpc/failure.ts';

export function unavailable(error: Unreached): Refusal {
  const running = error.reason !== 'no-server' && error.reason !== 'nobody';
  return new Refusal('unavailable', `The town could not be asked. ${error.message}`, {
    next: 'gt status',
    facts: { reason: error.reason, running },
  });
}
