import type { Message } from '../domain/message.ts';

/** What waits for an agent, after its context. Text of others stands behind `| `; it holds no control characters and is one line. */
export function messagesText(messages: readonly Message[]): string {
  if (messages.length === 0) return '';
  const lines = messages.flatMap(({ id, from, text }) => [`${id} from ${from}:`, `| ${text}`]);
  return ['', '# Messages', ...lines, 'When you have read them, run: gt nudge ack', ''].join('\n');
}
