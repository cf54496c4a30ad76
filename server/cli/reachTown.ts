import type { Method, Params, Result } from '../protocol/messages.ts';
import { productVersion } from '../protocol/version.ts';
import { call, readServerFile } from '../rpc/call.ts';
import { Unreached } from '../rpc/failure.ts';
import type { Place } from './place.ts';
import { unavailable } from './unavailable.ts';

/**
 * Asks the town server, and starts it where none runs. A request that may have been carried out is never sent twice. Every way of
 * not reaching the town is refused with `unavailable`.
 */
export async function askTown<M extends Method>(
  place: Place,
  client: string,
  method: M,
  params: Params<M>,
): Promise<Result<M>> {
  try {
    if (isOfThisProduct(place)) return await once(place, client, method, params);
  } catch (error) {
    if (!(error instanceof Unreached)) throw error;
    if (!nothingHappened.has(error.reason)) throw unavailable(error);
  }
  const { withTown } = await import('./startTown.ts');
  return await withTown(place, client, async () => {
    try {
      return await once(place, client, method, params);
    } catch (error) {
      throw error instanceof Unreached ? unavailable(error) : error;
    }
  });
}

/** Never starts one: where none runs that is said in the facts. */
export async function askRunningTown<M extends Method>(
  place: Place,
  client: string,
  method: M,
  params: Params<M>,
): Promise<Result<M>> {
  try {
    return await once(place, client, method, params);
  } catch (error) {
    throw error instanceof Unreached ? unavailable(error) : error;
  }
}

/** A town server of another version may have to make room for ours, which is for `reachTown` to decide. Sessions take it as it is. */
function isOfThisProduct({ serverFile, session }: Place): boolean {
  return session !== undefined || (readServerFile(serverFile)?.version ?? productVersion) === productVersion;
}

const nothingHappened: ReadonlySet<string> = new Set(['no-server', 'nobody', 'unauthorized']);

function once<M extends Method>(
  { serverFile, token, session, spool }: Place,
  client: string,
  method: M,
  params: Params<M>,
): Promise<Result<M>> {
  const timeoutMs = slow.has(method) ? slowMs : usualMs;
  const named = { name: client, version: productVersion, pid: process.pid };
  return call({ serverFile, token, session, spool, client: named, method, params, timeoutMs });
}

/** What runs git, and so takes as long as a network and a repository take. */
const slow: ReadonlySet<Method> = new Set<Method>([
  'rig/create',
  'rig/remove',
  'work/sling',
  'work/unsling',
  'work/done',
  'polecat/remove',
  'town/doctor',
  'rig/move',
  'rig/reset',
  'rig/status',
  'polecat/recovery',
  'polecat/gc',
  'archive/list',
  'archive/restore',
  'archive/delete',
  'mergeRequest/merge',
  'mergeRequest/submit',
  'mergeRequest/retry',
  'mergeRequest/reject',
  'session/run',
  'session/stop',
  'session/handoff',
  'seance/start',
  'crew/add',
  'crew/worktree',
  'crew/remove',
  'hook/put',
  'town/down',
]);

const usualMs = 30_000;
const slowMs = 60 * 60 * 1000;
