import type { JournalEntry } from '../domain/journal.ts';
import { damaged } from './damage.ts';
import type { FileSystemPort } from './files.ts';
import { lineOf, listSegments, readSegment } from './segment.ts';
import type { Segment } from './segment.ts';
import { schemaVersion } from './schema.ts';

/** What the segments hold, and how the newest of them ends. */
export interface Recovered {
  readonly lastSeq: number;
  /** The segment to go on in; absent: none that could be. */
  readonly segment?: Segment;
  /** Behind its last whole entry, and the bytes of an unfinished one after that. */
  readonly end: number;
  readonly torn: number;
  /** Segments that were begun and hold nothing, as a crash while turning leaves them. */
  readonly leftovers: readonly Segment[];
  /** Written by a newer product. */
  readonly isNewer: boolean;
}

/**
 * Hands over every entry after `from`, in order. Refused where a whole line is damaged, where entries are missing between two
 * segments, and where the journal ends before `from`. Writes nothing.
 */
export async function recover(
  files: FileSystemPort,
  directory: string,
  from: number,
  replay: (entry: JournalEntry) => void,
): Promise<Recovered> {
  const all = await listSegments(files, directory);
  const start = Math.max(
    0,
    all.findLastIndex((segment) => segment.firstSeq <= from + 1),
  );
  let found: Recovered = { lastSeq: from, end: 0, torn: 0, leftovers: [], isNewer: false };
  for (const segment of all.slice(start)) {
    const read = await readEntries(files, segment, from, replay);
    if (
      !read ||
      (read.lastSeq < segment.firstSeq && found.segment && segment.firstSeq !== found.lastSeq + 1)
    ) {
      found = { ...found, leftovers: [...found.leftovers, segment] };
      continue;
    }
    checkJoint(found, segment, from);
    found = { ...read, segment, leftovers: found.leftovers, isNewer: found.isNewer || read.isNewer };
  }
  if (found.segment && found.lastSeq < from)
    throw damaged(
      found.segment.path,
      lineOf(found.segment, found.lastSeq),
      `entries up to ${from} are missing after it`,
    );
  return found;
}

type Read = Pick<Recovered, 'lastSeq' | 'end' | 'torn' | 'isNewer'>;

async function readEntries(
  files: FileSystemPort,
  segment: Segment,
  from: number,
  replay: (entry: JournalEntry) => void,
): Promise<Read | undefined> {
  let read: Read | undefined;
  for await (const slice of readSegment(files, segment)) {
    for (const [at, text] of slice.texts.entries())
      if (slice.firstSeq + at > from) replay(JSON.parse(text) as JournalEntry);
    read = {
      lastSeq: slice.firstSeq + slice.texts.length - 1,
      end: slice.end,
      torn: slice.size - slice.end,
      isNewer: slice.schemaVersion > schemaVersion,
    };
  }
  return read;
}

/** A segment goes on where the one before it ended: no entry is missing, none is there twice, and only the newest may be torn. */
function checkJoint(before: Recovered, segment: Segment, from: number): void {
  if (!before.segment) {
    if (segment.firstSeq > from + 1)
      throw damaged(
        segment.path,
        1,
        `the entries ${from + 1} to ${segment.firstSeq - 1} before it are missing`,
      );
    return;
  }
  const lineNumber = lineOf(before.segment, before.lastSeq + 1);
  if (before.torn > 0)
    throw damaged(before.segment.path, lineNumber, 'it ends in the middle of an entry, and others follow');
  if (segment.firstSeq !== before.lastSeq + 1)
    throw damaged(
      before.segment.path,
      lineNumber,
      `it ends with entry ${before.lastSeq}, and the next segment begins with ${segment.firstSeq}`,
    );
}
