import {
  type CancellationToken,
  type Disposable,
  type TextDocumentContentProvider,
  Uri,
  workspace,
} from 'vscode';
import { packetLines } from '../server/domain/handoffs.ts';
import { pluginFiles, whatRuns } from '../server/domain/pluginText.ts';
import { plainText } from '../server/domain/text.ts';
import type { Ask } from './connection.ts';

/** Documents that only show something: files as they are in a commit, and logs. */
export const baseScheme = 'gastown-base';
const logScheme = 'gastown-log';
const packetScheme = 'gastown-handoff';
const letterScheme = 'gastown-mail';
const pluginScheme = 'gastown-plugin';

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

/** What is handed over of an agent's work; where nothing was yet, what would be. */
export function packetUri(agent: string): Uri {
  const name = agent.slice(agent.lastIndexOf('/') + 1);
  return Uri.from({ scheme: packetScheme, path: `/${name}-handoff.txt`, query: JSON.stringify({ agent }) });
}

/** A letter to the person of the town. */
export function letterUri(message: string): Uri {
  return Uri.from({ scheme: letterScheme, path: `/${message}.txt` });
}

/** What a plugin would run. */
export function pluginUri(plugin: string): Uri {
  const name = plugin.slice(plugin.lastIndexOf('/') + 1).replace(/^.*:/u, '');
  return Uri.from({ scheme: pluginScheme, path: `/${name}.txt`, query: JSON.stringify({ plugin }) });
}

/** Text of `gastown-base:` documents. A file that is not in the commit is empty. */
class BaseDocuments implements TextDocumentContentProvider {
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
class LogDocuments implements TextDocumentContentProvider {
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

/** Text of `gastown-mail:` documents. Who opens a letter has read it. */
class LetterDocuments implements TextDocumentContentProvider {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const message = uri.path.slice(1).replace(/\.txt$/u, '');
    const { mail } = await this.#ask('mail/get', { message });
    if (!mail) return '';
    const { from, to, subject, createdAt, text } = mail;
    const head = [`From: ${from}`, `To: ${to}`, `Sent: ${createdAt}`, `Subject: ${subject}`];
    return [...head, '', text].map((line) => plainText(line)).join('\n');
  }
}

/** Text of `gastown-plugin:` documents. */
class PluginDocuments implements TextDocumentContentProvider {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const { plugin } = JSON.parse(uri.query) as { plugin: string };
    const detail = await this.#ask('plugin/get', { plugin });
    return [`Plugin: ${detail.id}`, ...whatRuns(detail), ...pluginFiles(detail.files)].join('\n');
  }
}

/** Text of `gastown-handoff:` documents. */
class PacketDocuments implements TextDocumentContentProvider {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const { agent } = JSON.parse(uri.query) as { agent: string };
    const { handoff } = await this.#ask('handoff/get', { of: agent });
    const packet = handoff ?? (await this.#ask('handoff/write', { agent, dryRun: true }));
    const head = handoff ? [] : ['Nothing was handed over yet. This is what would be:', ''];
    return [...head, ...packetLines(packet)].join('\n');
  }
}

/** Shows all of them, for as long as what it gives is kept. */
export function registerDocuments(
  ask: Ask,
  others: Readonly<Record<string, TextDocumentContentProvider>>,
): Disposable[] {
  const documents: Readonly<Record<string, TextDocumentContentProvider>> = {
    [baseScheme]: new BaseDocuments(ask),
    [logScheme]: new LogDocuments(ask),
    [letterScheme]: new LetterDocuments(ask),
    [packetScheme]: new PacketDocuments(ask),
    [pluginScheme]: new PluginDocuments(ask),
    ...others,
  };
  return Object.entries(documents).map(([scheme, provider]) =>
    workspace.registerTextDocumentContentProvider(scheme, provider),
  );
}
