import { relative, sep } from 'node:path';
import type { Cli } from './cli.ts';

/** The crew member in whose worktree a person stands. In a session the town knows better who it is. */
export function agentHere(cli: Cli): string | undefined {
  if (cli.environment['GT_SESSION']) return undefined;
  const [rig, crew, name] = relative(cli.place().town, cli.directory).split(sep);
  if (rig === undefined || rig === '..' || crew !== 'crew' || name === undefined) return undefined;
  return `${rig}/crew/${name}`;
}
