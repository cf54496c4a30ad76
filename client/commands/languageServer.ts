import type { CommandParts } from './parts.ts';

export async function restartLanguageServer({ connection }: CommandParts): Promise<void> {
  await connection.restart();
}

export function showLog({ log }: CommandParts): void {
  log.show();
}

/** Reads everything again, for those who doubt what they see. */
export async function refresh({ model }: CommandParts): Promise<void> {
  await model.refresh();
}
