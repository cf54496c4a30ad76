/** A header is `Content-Length: N` and perhaps a `Content-Type`; whatever is longer was not written by a client of ours. */
export const maxHeaderBytes = 256;

/** The town takes no longer message than this; large imports go in parts. */
export const maxMessageBytes = 8 * 1024 * 1024;

const separator = Buffer.from('\r\n\r\n');

/** The bytes cannot be taken apart into messages any more, or one of them is over the limit: the connection has to end. */
export class FramingError extends Error {}

/** One message as LSP frames it. */
export function frame(message: object): string {
  const body = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/**
 * Takes chunks of bytes, hands on whole bodies. A length over the limit is refused at its header, so at most `limit` bytes are ever
 * buffered. `limit` and `held` may be changed from within `onBody` and count from the next message on.
 */
export class FrameReader {
  limit: number;
  /** Hands nothing on; what is pushed meanwhile is kept, and goes on with the next push after it. */
  held = false;
  readonly #onBody: (body: Buffer) => void;
  #rest: Buffer | undefined;
  #body: Buffer | undefined;
  #filled = 0;
  #stopped = false;

  constructor(limit: number, onBody: (body: Buffer) => void) {
    this.limit = limit;
    this.#onBody = onBody;
  }

  /** Throws a `FramingError`; nothing more may be pushed after it. */
  push(chunk: Buffer): void {
    const data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = undefined;
    let at = 0;
    while (at < data.length && !this.#stopped) {
      if (this.held) {
        this.#rest = data.subarray(at);
        return;
      }
      at = this.#body ? this.#fill(this.#body, data, at) : this.#begin(data, at);
    }
  }

  /** What is left of the present chunk, and all that follows, is ignored. */
  stop(): void {
    this.#stopped = true;
    this.#body = undefined;
    this.#rest = undefined;
  }

  #begin(data: Buffer, at: number): number {
    const end = data.indexOf(separator, at);
    if ((end === -1 ? data.length : end) - at > maxHeaderBytes)
      throw new FramingError('the header is too long');
    if (end === -1) {
      this.#rest = Buffer.from(data.subarray(at));
      return data.length;
    }
    const length = contentLength(data.toString('latin1', at, end));
    if (length > this.limit) throw new FramingError(`a message of ${length} bytes is over ${this.limit}`);
    const start = end + separator.length;
    if (data.length - start >= length) {
      this.#onBody(data.subarray(start, start + length));
      return start + length;
    }
    // Not one piece per chunk: a sender that trickles single bytes would make millions of them.
    this.#body = Buffer.allocUnsafeSlow(length);
    this.#filled = 0;
    return start;
  }

  #fill(body: Buffer, data: Buffer, at: number): number {
    const copied = data.copy(body, this.#filled, at);
    this.#filled += copied;
    if (this.#filled === body.length) {
      this.#body = undefined;
      this.#onBody(body);
    }
    return at + copied;
  }
}

function contentLength(header: string): number {
  for (const line of header.split('\r\n')) {
    const match = /^content-length:[ \t]*(\d{1,12})[ \t]*$/i.exec(line);
    if (match) return Number(match[1]);
  }
  throw new FramingError('the header has no Content-Length');
}
