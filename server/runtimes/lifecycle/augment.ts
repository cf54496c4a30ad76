import { noLifecycle, type Lifecycle } from './parts.ts';

/**
 * Auggie reads hooks from the person's own settings only, runs them only where its server allows it, and lets nothing of what they
 * print reach the model: a session of it is told everything by its first prompt.
 */
export function augmentLifecycle(): Lifecycle {
  return noLifecycle;
}
