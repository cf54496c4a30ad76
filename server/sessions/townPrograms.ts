import { boundedRuns, type BoundedEnd, type BoundedRun } from './boundedRun.ts';
import { loginShellPath } from './loginShell.ts';
import { versionOf } from './programVersion.ts';
import { findCommand } from './programs.ts';
import { RunRecords, type LeftProgram } from './runRecords.ts';

/** Programs of this machine, as a town finds and runs them. What it runs is written down in `folder`. */
export interface TownPrograms {
  path(): Promise<string>;
  find(command: string, path: string): string | undefined;
  readonly asRoot: boolean;
  version(program: string, args: readonly string[], path: string): Promise<string | undefined>;
  runBounded(run: BoundedRun): Promise<BoundedEnd>;
  left(): readonly LeftProgram[];
  cutOff(): readonly string[];
  /** Ends what an earlier town server left running: before anything else is run. */
  endLeft(log: (line: string) => void): Promise<void>;
  /** Ends whatever runs, and runs nothing more. */
  end(): Promise<void>;
}

export function townPrograms(
  folder: string,
  strip: readonly string[],
  path: () => Promise<string> = loginShellPath,
): TownPrograms {
  const records = new RunRecords(folder);
  const bounded = boundedRuns(strip, path, records);
  return {
    path,
    find: findCommand,
    asRoot: process.getuid?.() === 0,
    version: (program, args, folders) => versionOf(program, args, { path: folders }),
    runBounded: bounded.run,
    left: () => records.left(),
    cutOff: () => records.cutOff(),
    endLeft: (log) => records.endLeft(log),
    end: () => bounded.end(),
  };
}
