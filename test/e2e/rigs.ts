import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRepository, type Files } from '../support/repository.ts';
import type { Terminal } from './terminal.ts';

/** A simulated agent that does not pause to be read. */
export const quickRuntime = {
  id: 'sim-at-once',
  label: 'At once',
  extends: 'sim',
  arguments: ['sim', '--pace', '0'],
  oneShot: ['sim', '--pace', '0'],
};

/** A town with one rig, `backend`, over a local repository, which it gives the path of. Its polecats are quick. */
export async function installWithRig(
  terminal: Terminal,
  files: Files = { 'README.md': 'Backend\n' },
): Promise<string> {
  await terminal.must('gt', 'install', terminal.town);
  const preset = join(terminal.folder, 'sim-at-once.json');
  writeFileSync(preset, JSON.stringify(quickRuntime));
  await terminal.must('gt', 'runtime', 'add', preset);
  const repository = join(terminal.folder, 'backend');
  createRepository(repository, { files });
  await terminal.must('gt', 'rig', 'create', 'backend', '--runtime', quickRuntime.id, '--repo', repository);
  return repository;
}
