import { Refusal } from '../domain/refusal.ts';
import type { TownClient } from '../rpc/client.ts';
import { isForbidden, Unreached } from '../rpc/failure.ts';
import { reachTown } from '../rpc/reach.ts';
import type { Place } from './place.ts';
import { serverProgram } from './serverProgram.ts';
import { unavailable } from './unavailable.ts';

/** Starts the town server where none runs, and keeps it from leaving while `work` runs. */
export async function withTown<T>(
  place: Place,
  client: string,
  work: () => Promise<T>,
  options: { readonly evenStopped?: boolean } = {},
): Promise<T> {
  const town = await reach(place, client, options);
  try {
    return await work();
  } finally {
    town.close();
  }
}

async function reach(
  place: Place,
  client: string,
  options: { readonly evenStopped?: boolean },
): Promise<TownClient> {
  const { town, token, session } = place;
  // Without a token file there is nothing to say hello with, and `reachTown` knows how to say that.
  const who = token === '' ? {} : { token, session };
  try {
    return await reachTown({ town, client, start: true, serverProgram: serverProgram(), ...options, ...who });
  } catch (error) {
    if (isForbidden(error)) throw notFromHere;
    throw error instanceof Unreached ? unavailable(error) : error;
  }
}

const notFromHere = new Refusal(
  'unavailable',
  'No town server runs, and none is started from a sandbox that forbids connecting to it.',
  { next: 'gt status, outside of the sandbox', facts: { error: 'EPERM', running: false } },
);
