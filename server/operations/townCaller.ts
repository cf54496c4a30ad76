import type { Caller } from '../protocol/caller.ts';

/** The town itself, where it does what people do otherwise: nobody is at the other end. */
export const townCaller: Caller = {
  role: 'person',
  by: 'town',
  client: 'town',
  peer: {
    notify: () => undefined,
    request: () => Promise.reject(new Error('Nobody is there to be asked.')),
    onEnd: () => undefined,
  },
};
