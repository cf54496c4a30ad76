import type { RuntimeName } from '../domain/ids.ts';
import type { RuntimePreset } from '../domain/runtime.ts';

export interface RuntimeSummary {
  readonly preset: RuntimePreset;
  readonly builtIn: boolean;
  /** The program as found on this machine; absent: not found. */
  readonly program?: string;
  /** Where it was found: where a person said, on the login shell's PATH, in a place that the preset knows. */
  readonly from?: 'setting' | 'path' | 'place';
  /** What it says its version is; absent: it was not found, or said none in time. */
  readonly version?: string;
  /** What was looked for, in this order. */
  readonly tried?: readonly string[];
  /** The PATH that was searched. */
  readonly searched: string;
  /** Rigs that use it. */
  readonly rigs: readonly string[];
}

export interface RuntimeRequests {
  'runtime/list': { params: Record<string, never>; result: readonly RuntimeSummary[] };
  /** By name or alias. */
  'runtime/get': { params: { readonly runtime: string }; result: RuntimeSummary };
  /** A person: add or replace a preset of one's own. `preset` is checked field by field; `extends` in it names a built-in one. */
  'runtime/add': { params: { readonly preset: unknown; readonly replace?: boolean }; result: RuntimeSummary };
  'runtime/remove': { params: { readonly runtime: string }; result: { readonly runtime: RuntimeName } };
}
