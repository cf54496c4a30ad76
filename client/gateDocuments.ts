import { EventEmitter, type TextDocumentContentProvider, Uri } from 'vscode';
import { gateLog } from '../server/domain/gateText.ts';
import type { JournalEntry } from '../server/domain/journal.ts';
import type { MergeRequest } from '../server/domain/mergeRequest.ts';
import type { Ask } from './connection.ts';

export const gatesScheme = 'gastown-gates';

/** What the gates said of a merge request; the same document at whatever landing. */
export function gatesUri({ id, bead }: Pick<MergeRequest, 'id' | 'bead'>): Uri {
  return Uri.from({ scheme: gatesScheme, path: `/${bead}-gates.log`, query: JSON.stringify({ id }) });
}

/** Text of `gastown-gates:` documents, as `gt mq log` prints it. One that is open follows the landings. */
export class GateDocuments implements TextDocumentContentProvider {
  readonly #ask: Ask;
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const { id } = JSON.parse(uri.query) as { id: string };
    const { mergeRequest } = await this.#ask('mergeRequest/get', { mergeRequest: id });
    return gateLog(mergeRequest, (at) => at).join('\n');
  }

  take({ changes }: JournalEntry): void {
    for (const [collection, , record] of changes)
      if (collection === 'mergeRequests' && record) this.#changed.fire(gatesUri(record));
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
