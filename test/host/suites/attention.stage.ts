import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from '../stage.ts';
import { repository } from '../vscode/paths.ts';

/** An empty window, and a town that is made in it. */
export const stage: Stage = async (scratch) => {
  const home = join(scratch, 'home');
  await mkdir(home, { recursive: true });
  return {
    extensionDevelopmentPath: repository,
    env: { HOME: home, ATTENTION_SCRATCH: scratch, GT_TOWN: undefined, GT_IDLE_MS: '2000' },
    settings: { 'terminal.integrated.defaultLocation': 'view' },
    deadlineMs: 240_000,
  };
};
