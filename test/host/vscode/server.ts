import type { ChildProcess } from 'node:child_process';
import { finished, spawnMarked } from './processes.ts';
import type { BuiltVscode } from './recipe.ts';
import { Transcript } from './transcript.ts';

const startDeadlineMs = 30_000;

export type ServerOptions = {
  /** Where it keeps settings, extensions, state and logs: the same folder again is the same user again. */
  readonly dataFolder: string;
  /** That of an earlier server, whose pages then find what they stored; a free one by default. */
  readonly port?: number;
  /** `false` opens folders in Restricted Mode. */
  readonly trust?: boolean;
  readonly env?: Record<string, string | undefined>;
};

/** One VS Code server process. */
export class VscodeServer {
  readonly port: number;
  readonly transcript: Transcript;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, port: number, transcript: Transcript) {
    this.#child = child;
    this.port = port;
    this.transcript = transcript;
  }

  /** Ends it as a system going down would. Its extension hosts and terminals see it go; what outlives them stays. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await gone;
  }
}

export async function startServer(vscode: BuiltVscode, options: ServerOptions): Promise<VscodeServer> {
  const args = [vscode.serverMain, '--host', '127.0.0.1', '--port', String(options.port ?? 0)];
  args.push('--server-data-dir', options.dataFolder);
  args.push('--without-connection-token', '--accept-server-license-terms', '--telemetry-level', 'off');
  // Makes a built VS Code accept an extension and tests from the address of the page.
  args.push('--enable-smoke-test-driver');
  if (options.trust !== false) args.push('--disable-workspace-trust');
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawnMarked(vscode.node, args, { stdio: [...stdio], env: options.env ?? {} });
  const transcript = new Transcript();
  child.stderr?.on('data', (chunk: Buffer) => transcript.addChunk(chunk));
  const port = await listening(child, transcript);
  return new VscodeServer(child, port, transcript);
}

/** Installs a packaged extension for the user of that data folder. */
export async function installExtension(vscode: BuiltVscode, dataFolder: string, vsix: string): Promise<void> {
  const args = [vscode.serverMain, '--install-extension', vsix, '--server-data-dir', dataFolder, '--force'];
  await finished(spawnMarked(vscode.node, args, { stdio: 'pipe' }), `installing ${vsix}`);
}

/** The port it chose, once it listens there. */
function listening(child: ChildProcess, transcript: Transcript): Promise<number> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const fail = (why: string): void => {
      reject(new Error(`The VS Code server ${why}\n${heard}${transcript.tail(40).join('\n')}`));
    };
    const deadline = setTimeout(
      () => fail(`did not listen within ${startDeadlineMs / 1000} s`),
      startDeadlineMs,
    );
    child.once('error', reject);
    child.once('exit', (code, signal) => fail(`ended at once with ${signal ?? code}`));
    child.stdout?.on('data', (chunk: Buffer) => {
      transcript.addChunk(chunk);
      heard = (heard + chunk.toString()).slice(-4000);
      const port = /listening on (\d+)/.exec(heard)?.[1];
      if (port === undefined) return;
      clearTimeout(deadline);
      resolve(Number(port));
    });
  });
}
