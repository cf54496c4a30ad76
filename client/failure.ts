import { Refusal, type RefusalCode } from '../server/domain/refusal.ts';
import type { RefusalData } from '../server/protocol/hello.ts';

/** Of vscode-jsonrpc: the wire broke before the answer came, or was broken already. */
const brokenWire: ReadonlySet<number> = new Set([-32_097, -32_099]);

/** An error answer of the language server: the refusal it carries where it carries one, else the error itself. */
export function failureOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const code = 'code' in error ? error.code : undefined;
  const data = 'data' in error ? error.data : undefined;
  if (isRefusalData(data)) {
    const { code: reason, ...details } = data;
    return new Refusal(reason as RefusalCode, error.message, details);
  }
  if (typeof code === 'number' && brokenWire.has(code)) {
    return new Refusal('unavailable', 'The language server stopped before it answered.', {
      next: 'Look whether it was done before you ask again.',
    });
  }
  return error;
}

/** The language server is not there to be asked. */
export function notRunning(): Refusal {
  return new Refusal('unavailable', 'The language server is not running.');
}

function isRefusalData(data: unknown): data is RefusalData {
  return typeof data === 'object' && data !== null && 'code' in data && typeof data.code === 'string';
}
