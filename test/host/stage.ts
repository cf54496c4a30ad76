import type { EditorOptions } from './vscode/host.ts';
import { repository } from './vscode/paths.ts';
import type { HostWindow } from './vscode/window.ts';

/** `window` rejects in a host that cannot look at it: the test that asked is then named as not run. */
export type StageAnswer = (value: unknown, window: () => Promise<HostWindow>) => Promise<unknown>;

/** What stands around a suite when its window opens. */
export type Staged = EditorOptions & {
  /** The folder to open; without one the window is empty. */
  readonly folder?: string;
  readonly extensionDevelopmentPath: string;
  /** What the suite may ask of the harness beyond pictures and rows. */
  readonly answers?: Readonly<Record<string, StageAnswer>>;
  /** How long the whole suite may take. */
  readonly deadlineMs?: number;
};

/** Exported as `stage` by `suites/NAME.stage.ts`, beside `suites/NAME.e2e.ts`. It gets a folder that is removed afterwards. */
export type Stage = (scratch: string) => Promise<Staged>;

/** For a suite without a stage of its own: the product in an empty window. */
export const emptyWindow: Stage = () => Promise.resolve({ extensionDevelopmentPath: repository });
