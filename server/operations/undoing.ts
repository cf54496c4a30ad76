import { stackOf } from '../domain/fault.ts';
import type { Context } from './context.ts';

/**
 * Runs steps that reach outside. Each registers how it is undone; where a later one fails, all of them are undone, newest first, and
 * the failure is passed on. A fault in undoing is logged and does not stop the rest: what is left then has its intent in the journal.
 */
export async function undoing<T>(
  context: Context,
  work: (undo: (step: () => Promise<void>) => void) => Promise<T>,
): Promise<T> {
  const undone: (() => Promise<void>)[] = [];
  try {
    return await work((step) => undone.push(step));
  } catch (error) {
    for (const step of undone.toReversed()) {
      try {
        await step();
      } catch (fault) {
        context.log(`undoing failed: ${stackOf(fault)}`);
      }
    }
    throw error;
  }
}
