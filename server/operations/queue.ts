import type { AgentId } from '../domain/ids.ts';

/** Runs work one at a time for each key, in the order it was asked for. */
export interface KeyedQueue {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Whether anything runs or waits. */
  busy(): boolean;
}

export function keyedQueue(): KeyedQueue {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async run(key, work) {
      const before = tails.get(key) ?? Promise.resolve();
      const mine = before.then(work, work);
      tails.set(key, mine);
      try {
        return await mine;
      } finally {
        if (tails.get(key) === mine) tails.delete(key);
      }
    },
    busy: () => tails.size > 0,
  };
}

/** Whatever decides over a polecat as a whole: its resumption, its done, its removal. */
export const agentQueue = (agent: AgentId): string => `agent ${agent}`;
