import type { Problem } from './hostile.ts';
import type { RuntimeTestEvent, RuntimeTestParams } from './runtimeTest.ts';

/** What an editor asks its language server for. The town does not know this request: the test runs in a town of its own. */
export const runtimeTestMethod = 'runtime/test';

/** The events of the test that the editor asked for, as they come; `begin` is the first, `result` the last. */
export const runtimeTestNotification = 'gastown/runtimeTest';

/** The answer to the request. Cancelling the request ends the test. */
export type RuntimeTestResult = Extract<RuntimeTestEvent, { readonly event: 'result' }>;

/** The name goes into an argument vector: one that looks like an option must not get there. */
export function checkRuntimeTest({
  runtime,
  live,
}: Readonly<Record<string, unknown>>):
  | { readonly value: Pick<RuntimeTestParams, 'runtime' | 'live'> }
  | Problem {
  if (typeof runtime !== 'string' || !/^[a-z0-9][a-z0-9._-]*$/iu.test(runtime))
    return { field: 'runtime', problem: 'must be the name of a runtime' };
  if (live !== undefined && typeof live !== 'boolean')
    return { field: 'live', problem: 'must be true or false' };
  return { value: { runtime, ...(live === undefined ? {} : { live }) } };
}
