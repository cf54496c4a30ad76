import type { RuntimeName } from '../domain/ids.ts';
import type { RuntimePreset } from '../domain/runtime.ts';

export interface RuntimeSummary {
  readonly preset: RuntimePreset;
  readonly builtIn: boolean;
  /** The program as found on the login shell's PATH; absent: not found there. */
  readonly program?: string;
  /** As the program says it of itself; absent: not found, or it did not say. */
  readonly version?: string;
  /** A command line, or a page, that installs it. */
  readonly install?: string;
  /** How its account is signed in to, one sentence. */
  readonly signIn?: string;
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
