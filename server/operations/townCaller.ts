import type { Caller } from '../protocol/caller.ts';

/** The town itself, where it does by itself what else somebody asks for. There is nobody at the other end. */
export const townCaller: Caller = {
  role: 'person',
  by: 'town',
  client: 'town',
  peer: {
    notify: () => undefined,
    request: () => Promise.reject(new Error('The town asks nobody of itself.')),
    onEnd: () => undefined,
  },
};
