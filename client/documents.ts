import { type CancellationToken, type TextDocumentContentProvider, Uri } from 'vscode';
import type { Ask } from './connection.ts';

/** Documents that only show something: files as they are in a commit, and logs. */
export const baseScheme = 'gastown-base';
export const logScheme = 'gastown-log';

/** A file of a polecat's rig as it is in a commit. The path is its own, so that VS Code shows it as what it is. */
export function baseUri(of: { readonly agent: string; readonly sha: string; readonly path: string }): Uri {
  return Uri.from({
    scheme: baseScheme,
    path: `/${of.path}`,
    query: JSON.stringify({ agent: of.agent, sha: of.sha }),
  });
}

/** The last lines of a session that has no terminal. */
export function logUri(session: string, name: string): Uri {
  return Uri.from({ scheme: logScheme, path: `/${name}.log`, query: JSON.stringify({ session }) });
}

/** Text of `gastown-base:` documents. A file that is not in the commit is empty. */
export class BaseDocuments implements TextDocumentContentProvider {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async provideTextDocumentContent(uri: Uri, _token?: CancellationToken): Promise<string> {
    const { agent, sha } = JSON.parse(uri.query) as { agent: string; sha: string };
    const { text } = await this.#ask('polecat/file', { agent, sha, path: uri.path.slice(1) });
    return text ?? '';
  }
}

/** Text of `gastown-log:` documents. */
export class LogDocuments implements TextDocumentContentProvider {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const { session } = JSON.parse(uri.query) as { session: string };
    const { lines } = await this.#ask('session/log', { session, lines: 1000 });
    return lines.join('\n');
  }
}
