import type { OpenFile } from './files.ts';

/** Whole lines, without their newlines, and the position in the file behind the last of them. */
export interface LineSlice {
  readonly lines: readonly string[];
  /** The same with their newlines, as they are in the file; good until the next slice is asked for. */
  readonly bytes: Uint8Array;
  readonly end: number;
}

const newline = 0x0a;
const usualSliceBytes = 1 << 20;

/**
 * The whole lines of the first `length` bytes, in slices, so that nobody waits for a big file. An unfinished last line is not among them.
 * With `from`, where a line begins, only those from there on. Slices are smaller where whoever reads does more with each line.
 */
export async function* readLines(
  file: OpenFile,
  length: number,
  { from = 0, sliceBytes = usualSliceBytes }: { readonly from?: number; readonly sliceBytes?: number } = {},
): AsyncGenerator<LineSlice> {
  let buffer = Buffer.allocUnsafe(Math.min(sliceBytes, Math.max(1, length - from)));
  let held = 0;
  let position = from;
  while (position < length) {
    if (held === buffer.length) buffer = grown(buffer);
    const space = buffer.subarray(held, Math.min(buffer.length, held + length - position));
    const read = await file.read(space, position);
    if (read === 0) return;
    position += read;
    held += read;
    const last = buffer.lastIndexOf(newline, held - 1);
    if (last < 0) continue;
    const lines = buffer.toString('utf8', 0, last).split('\n');
    yield { lines, bytes: buffer.subarray(0, last + 1), end: position - (held - last - 1) };
    buffer.copyWithin(0, last + 1, held);
    held -= last + 1;
  }
}

function grown(buffer: Buffer): Buffer<ArrayBuffer> {
  const bigger = Buffer.allocUnsafe(buffer.length * 2);
  buffer.copy(bigger);
  return bigger;
}
