import { access } from './access.ts';
import type { Method } from './messages.ts';

/** What a launcher says of itself, and what only a connection that stays can use. */
const notRelayed: ReadonlySet<Method> = new Set<Method>([
  'session/take',
  'session/started',
  'session/attach',
  'session/ended',
  'town/subscribe',
]);

/** Whether a launcher hands this request of its session on to the town: what the session may ask by itself, and nothing else. */
export function isRelayed(method: string): method is Method {
  if (!Object.hasOwn(access, method)) return false;
  const known = method as Method;
  return access[known] !== 'person' && !notRelayed.has(known);
}
