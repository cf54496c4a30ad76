import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from '../stage.ts';
import { repository } from '../vscode/paths.ts';

export const stage: Stage = async (scratch) => {
  const folder = join(scratch, 'garden');
  await mkdir(folder);
  return {
    folder,
    extensionDevelopmentPath: join(repository, 'test', 'host', 'fixtures', 'orchard'),
    env: { ORCHARD_SEASON: 'autumn' },
    answers: { season: () => Promise.resolve('autumn') },
  };
};
