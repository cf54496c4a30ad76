/** Waits until `probe` gives something, asking every few milliseconds; fails with `what` after the deadline. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`It did not come within ${deadlineMs} ms that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** For measuring: keeps what is measured apart from what came before it. No test may wait for a time. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
