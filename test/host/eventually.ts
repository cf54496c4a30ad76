import { setTimeout as pause } from 'node:timers/promises';

const everyMs = 25;

/**
 * Waits until a look at the world gives a value (not `undefined`, not `false`) and returns it. A look that throws is
 * one that has not succeeded yet; its error is the cause when the deadline passes.
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const { value, error } = await attempt(look);
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline)
      throw new Error(`Waited ${deadlineMs} ms for ${what}`, { cause: error });
    await pause(everyMs);
  }
}

async function attempt<T>(look: () => T | Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await look() };
  } catch (error) {
    return { error };
  }
}
