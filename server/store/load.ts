import { join } from 'node:path';
import { Low } from 'lowdb';
import { messageOf } from '../domain/fault.ts';
import type { JournalEntry } from '../domain/journal.ts';
import { collections } from '../domain/records.ts';
import { Refusal } from '../domain/refusal.ts';
import { stateOf } from './bulk.ts';
import type { FileSystemPort } from './files.ts';
import { recover } from './recovery.ts';
import type { Recovered } from './recovery.ts';
import { schemaVersion } from './schema.ts';
import { previousOf, snapshotFile } from './snapshotFile.ts';
import type { Snapshot } from './snapshotFile.ts';
import type { State } from './state.ts';

export interface Loaded {
  readonly state: State;
  readonly recovered: Recovered;
  /** Of the snapshot that was loaded; 0 where there was none. */
  readonly snapshotSeq: number;
  /** Written by a newer product. */
  readonly isNewer: boolean;
}

export const emptySnapshot: Snapshot = { schemaVersion, seq: 0, records: new Map() };

export function snapshotPath(directory: string): string {
  return join(directory, 'snapshot.jsonl');
}

/**
 * The newest snapshot that is whole, then the journal after it. Segments are never thrown away, so where no snapshot can be read the
 * journal alone gives the state. Refused where the journal is damaged or has a gap. Writes nothing.
 */
export async function loadState(
  files: FileSystemPort,
  directory: string,
  log: (line: string) => void,
): Promise<Loaded> {
  const snapshot = await newestSnapshot(files, directory, log);
  const state = stateOf(asArrays(snapshot));
  const recovered = await recover(files, directory, snapshot.seq, (entry) => replay(state, entry));
  state.settle();
  return {
    state,
    recovered,
    snapshotSeq: snapshot.seq,
    isNewer: recovered.isNewer || snapshot.schemaVersion > schemaVersion,
  };
}

async function newestSnapshot(
  files: FileSystemPort,
  directory: string,
  log: (line: string) => void,
): Promise<Snapshot> {
  const path = snapshotPath(directory);
  for (const candidate of [path, previousOf(path)]) {
    const low = new Low<Snapshot>(snapshotFile(files, candidate), emptySnapshot);
    try {
      await low.read();
    } catch (error) {
      log(`${candidate} cannot be read (${messageOf(error)}); the one before it and the journal are used.`);
      continue;
    }
    if (low.data !== emptySnapshot) return low.data;
  }
  return emptySnapshot;
}

function asArrays(snapshot: Snapshot): Parameters<typeof stateOf>[0] {
  return new Map([...snapshot.records].map(([collection, records]) => [collection, [...records]]));
}

const known: ReadonlySet<string> = new Set(collections);

function replay(state: State, entry: JournalEntry): void {
  for (const change of entry.changes) {
    if (known.has(change[0])) state.apply(change);
  }
}

/** Why a store that was loaded is for reading only. */
export function readOnlyReason(loaded: Loaded, asked: boolean): string | undefined {
  if (loaded.isNewer) return 'it was written by a newer version of this product; update to change it';
  return asked ? 'it was opened for reading' : undefined;
}

export function readOnlyRefusal(reason: string): Refusal {
  return new Refusal('read-only', `The town is read-only: ${reason}.`, {
    next: 'Mend the cause, then gt down: the next command starts the town server again, and sessions go on.',
  });
}
