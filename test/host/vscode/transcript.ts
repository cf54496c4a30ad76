/** What a VS Code built from npm packages says on every start, and that nobody needs to read. */
const noise = [
  /extensionquery|ERR_NAME_NOT_RESOLVED|extension gallery/i,
  /Failed to load resource/,
  /service ?worker|bad HTTP response code \(404\) was received when fetching the script/i,
  /sqlite3/,
  /vsda/,
  /AgentHost|ChatModelSelection|AccountPolicyGate|\[IPC Library: Agent Host\]/,
  /reconnection-grace-time/,
  /Resolv(ing|ed) connection token|Creating a socket/,
  /GL Driver Message/,
  /web worker extension host is started in a same-origin iframe|can escape its sandboxing/,
  /%c|^\s*$/,
];

const kept = 2000;

/** The lines of one source, noise left out, the oldest forgotten. */
export class Transcript {
  readonly #lines: string[] = [];
  #partial = '';

  add(line: string): void {
    if (noise.some((pattern) => pattern.test(line))) return;
    this.#lines.push(line.trimEnd());
    if (this.#lines.length > kept) this.#lines.shift();
  }

  /** For output that arrives in pieces. */
  addChunk(chunk: Buffer | string): void {
    const lines = (this.#partial + chunk.toString()).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) this.add(line);
  }

  tail(count: number): readonly string[] {
    return this.#lines.slice(-count);
  }
}
