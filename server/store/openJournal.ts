import { join } from 'node:path';
import { messageOf } from '../domain/fault.ts';
import { FileJournal } from './fileJournal.ts';
import type { FileJournalOptions } from './fileJournal.ts';
import { readOnlyReason } from './load.ts';
import type { Loaded } from './load.ts';
import { isTemporary } from './snapshotFile.ts';

/** To go on writing in, if that is possible; else for reading, with the reason. */
export async function openJournal(
  options: FileJournalOptions,
  loaded: Loaded,
  readOnly: boolean,
): Promise<{ journal: FileJournal; readOnly?: string }> {
  const reason = readOnlyReason(loaded, readOnly);
  if (reason !== undefined)
    return { journal: FileJournal.closed(options, loaded.recovered), readOnly: reason };
  try {
    await removeTemporaries(options);
    return { journal: await FileJournal.open(options, loaded.recovered) };
  } catch (error) {
    const cause = `its journal cannot be written (${messageOf(error)})`;
    options.log(`The town opens read-only: ${cause}`);
    return { journal: FileJournal.closed(options, loaded.recovered), readOnly: cause };
  }
}

/** What a snapshot that was never finished left behind. */
async function removeTemporaries({ files, directory }: FileJournalOptions): Promise<void> {
  for (const name of await files.list(directory))
    if (isTemporary(name)) await files.remove(join(directory, name));
}
