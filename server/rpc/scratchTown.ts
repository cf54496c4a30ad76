import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { townPaths } from '../protocol/address.ts';
import { readServerFile } from './call.ts';
import type { TownClient } from './client.ts';
import { hasLeft } from './left.ts';
import { reachTown } from './reach.ts';

export interface ScratchTownOptions {
  /** What its client calls itself, and the beginning of its folder's name. */
  readonly name: string;
  /** Path of dist/server.cjs: it gets a town server of its own. */
  readonly serverProgram: string;
  readonly version: string;
  createTown(path: string): Promise<unknown>;
  /** Leave it when all is over, but for its processes. */
  readonly keep?: boolean;
  /** Whoever waits has left, or does not want to see more. */
  readonly stop: AbortSignal;
}

export interface ScratchTown {
  /** Everything of it is in here. */
  readonly folder: string;
  readonly town: string;
  readonly client: TownClient;
}

const leaveMs = 20_000;

/**
 * A throw-away town with a town server of its own, for as long as `play` takes. Without `keep` everything is removed again, also after
 * a failure and after `stop`, whose reason it then throws.
 */
export async function withScratchTown<T>(
  options: ScratchTownOptions,
  play: (scratch: ScratchTown) => Promise<T>,
): Promise<T> {
  const { name, serverProgram, version, stop } = options;
  const folder = mkdtempSync(join(tmpdir(), `gastown-${name}-`));
  const town = join(folder, 'town');
  let reached: Promise<TownClient> | undefined;
  const begin = async (): Promise<T> => {
    await options.createTown(town);
    reached = reachTown({ town, client: name, start: true, serverProgram, version });
    return await play({ folder, town, client: await reached });
  };
  try {
    return await Promise.race([begin(), stopped(stop)]);
  } finally {
    // Also one that is still being started.
    const client = await reached?.catch(() => undefined);
    if (client) await takeDown(client, town);
    if (options.keep !== true)
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function stopped(stop: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(stop.reason as Error);
    if (stop.aborted) fail();
    else stop.addEventListener('abort', fail, { once: true });
  });
}

/** Gone when it resolves: it writes into the folder until then. */
async function takeDown(client: TownClient, town: string): Promise<void> {
  const file = townPaths(town).server;
  const server = readServerFile(file);
  await client.request('town/down', { force: true }).catch(() => undefined);
  client.close();
  if (server) await hasLeft(file, server, leaveMs);
}
