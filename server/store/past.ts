import { idsIn } from '../domain/concerns.ts';
import type { JournalEntry } from '../domain/journal.ts';
import { damaged } from './damage.ts';
import type { FileSystemPort, OpenFile } from './files.ts';
import { decodeLine, seqOf } from './journalLine.ts';
import { readLines, type LineSlice } from './lines.ts';
import { lineOf, listSegments, type Segment } from './segment.ts';

/** Where the entries of one segment begin. */
interface Places {
  readonly segment: Segment;
  /** By number, from the segment's first on; one more: the end of what was read. */
  readonly starts: number[];
}

const newline = 0x0a;

/** What is read at once: a millisecond or two of work. */
const sliceBytes = 64 << 10;

/** After so long, whoever else waits has their turn, also in the midst of a slice: its lines may be long, or many. */
const turnMs = 4;

/**
 * Which entries of the journal, closed segments with it, are about an id, and where they lie. The first question reads the whole journal
 * once, in slices between which others are served; each later one reads what was added since.
 */
export class Past {
  readonly #files: FileSystemPort;
  readonly #directory: string;
  /** The number of the last durable entry. */
  readonly #last: () => number;
  readonly #places: Places[] = [];
  readonly #about = new Map<string, number[]>();
  /** Of beads: what is done to one belongs to its rig, whatever the entry says. */
  readonly #rigs = new Map<string, string>();
  #seq = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor(files: FileSystemPort, directory: string, last: () => number) {
    this.#files = files;
    this.#directory = directory;
    this.#last = last;
  }

  /** The numbers of the entries about an id, rising. */
  async about(id: string): Promise<readonly number[]> {
    await this.#catchUp();
    return this.#about.get(id) ?? [];
  }

  /** The numbers of the entries with one of these verbs, rising. */
  async withVerbs(test: (verb: string) => boolean): Promise<readonly number[]> {
    await this.#catchUp();
    const lists = [...this.#about].filter(([key]) => key.startsWith(verbKey) && test(key.slice(1)));
    return lists.flatMap(([, numbers]) => numbers).toSorted((a, b) => a - b);
  }

  /** The numbers of the entries after this one, rising. */
  async after(seq: number): Promise<readonly number[]> {
    await this.#catchUp();
    const first = Math.max(seq + 1, this.#places[0]?.segment.firstSeq ?? 1);
    return Array.from({ length: Math.max(0, this.#seq - first + 1) }, (_, at) => first + at);
  }

  /** The entries of these numbers, in their order; each was given by one of the questions above. */
  async entries(numbers: readonly number[]): Promise<readonly JournalEntry[]> {
    const entries: JournalEntry[] = [];
    let open: { readonly places: Places; readonly file: OpenFile } | undefined;
    try {
      for (const seq of numbers) {
        const places = this.#placesOf(seq);
        if (open?.places !== places) {
          await open?.file.close();
          open = { places, file: await this.#files.open(places.segment.path, 'r') };
        }
        entries.push(await entryAt(open.file, places, seq));
      }
    } finally {
      await open?.file.close();
    }
    return entries;
  }

  #placesOf(seq: number): Places {
    const places = this.#places.findLast(({ segment }) => segment.firstSeq <= seq);
    if (places) return places;
    throw new Error(`The journal has no entry ${seq} any more.`);
  }

  /** One after the other; what one of them has read, the next does not read again. */
  #catchUp(): Promise<void> {
    const read = this.#reading.then(() => this.#read(this.#last()));
    this.#reading = read.catch(() => undefined);
    return read;
  }

  async #read(until: number): Promise<void> {
    if (this.#seq >= until) return;
    const segments = await listSegments(this.#files, this.#directory);
    for (const segment of segments) {
      const known = this.#places.find((places) => places.segment.firstSeq === segment.firstSeq);
      const places = known ?? { segment, starts: [] };
      const next = segment.firstSeq + Math.max(0, places.starts.length - 1);
      if (segment.firstSeq > until || (known && next <= this.#seq)) continue;
      if (!known) this.#places.push(places);
      await this.#readSegment(places, until);
    }
  }

  async #readSegment(places: Places, until: number): Promise<void> {
    const { segment, starts } = places;
    const from = starts.at(-1) ?? 0;
    const file = await this.#files.open(segment.path, 'r');
    try {
      // The first line is the segment's own.
      for await (const slice of readLines(file, await file.size(), { from, sliceBytes }))
        if (!(await this.#readSlice(places, slice, until))) return;
    } finally {
      await file.close();
    }
  }

  /** Gives false where it holds what is not durable yet. */
  async #readSlice(
    { segment, starts }: Places,
    { lines, bytes, end }: LineSlice,
    until: number,
  ): Promise<boolean> {
    const begin = end - bytes.length;
    let from = 0;
    let turnAt = performance.now();
    for (const line of lines) {
      const seq = segment.firstSeq + starts.length - 1;
      if (seq > until) return false;
      if (starts.length > 0) this.#note(line, segment, seq);
      from = bytes.indexOf(newline, from) + 1;
      starts.push(begin + from);
      if (performance.now() - turnAt < turnMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turnAt = performance.now();
    }
    return true;
  }

  #note(line: string, segment: Segment, seq: number): void {
    const entry = parsed(line, segment, seq);
    const ids = new Set(idsIn(entry));
    for (const [collection, id, record] of entry.changes)
      if (collection === 'beads' && record?.rig !== undefined) this.#rigs.set(id, record.rig);
    for (const id of idsIn(entry)) {
      const rig = id.includes('/') ? id.slice(0, id.indexOf('/')) : this.#rigs.get(id);
      if (rig !== undefined) ids.add(rig);
    }
    for (const id of ids) this.#add(id, seq);
    this.#add(`${verbKey}${entry.verb}`, seq);
    this.#seq = seq;
  }

  #add(key: string, seq: number): void {
    const numbers = this.#about.get(key);
    if (numbers) numbers.push(seq);
    else this.#about.set(key, [seq]);
  }
}

/** No id begins so. */
const verbKey = '\u0000';

async function entryAt(file: OpenFile, { segment, starts }: Places, seq: number): Promise<JournalEntry> {
  const at = seq - segment.firstSeq;
  const start = starts[at] ?? 0;
  const bytes = Buffer.allocUnsafe((starts[at + 1] ?? start) - start);
  for (let got = 0; got < bytes.length;) {
    const read = await file.read(bytes.subarray(got), start + got);
    if (read === 0) throw new Error(`The journal ends before its entry ${seq}.`);
    got += read;
  }
  return parsed(bytes.toString('utf8').trimEnd(), segment, seq);
}

function parsed(line: string, segment: Segment, seq: number): JournalEntry {
  const text = decodeLine(line);
  if (text !== undefined && seqOf(text) === seq) return JSON.parse(text) as JournalEntry;
  throw damaged(segment.path, lineOf(segment, seq), 'the line is not what was written');
}
