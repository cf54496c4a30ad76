import type { Rig } from '../domain/rig.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { UnapprovedKey } from '../protocol/rig.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';
import { retryAtOnce } from './refinery.ts';
import { settleLandingsOf } from './settleLanding.ts';
import { isApproved, setupKeys, setupNow } from './setup.ts';

interface Approval {
  readonly keys: readonly UnapprovedKey[];
  readonly hash: string;
  readonly change: Pick<Rig, 'approvedConfiguration' | 'approvedSetup'>;
}

/**
 * What a person saw is approved and nothing else: the program-naming configuration, the setup command, or, by a hash over both, the two
 * together. Refused with `stale`, and what there is now, where it is not what the hash stands for.
 */
export async function approveRig(
  context: Context,
  params: Params<'rig/approve'>,
  caller: Caller,
): Promise<Result<'rig/approve'>> {
  const rig = findRig(context.store.view, params.rig);
  const { all, single } = await approvals(context, rig);
  const found = [all, ...single].find(({ hash }) => hash === params.hash);
  if (!found) {
    throw new Refusal('stale', `What ${rig.id} would run is not what you saw.`, {
      field: 'hash',
      next: `gt rig approve ${rig.id}`,
      facts: { keys: all.keys, hash: all.hash },
    });
  }
  const { result } = await context.store.transact(
    { verb: 'rig/approve', by: caller.by, subject: rig.id },
    (draft) => {
      const next: Rig = { ...findRig(draft, rig.id), ...found.change };
      draft.put('rigs', next);
      return next;
    },
  );
  await retryAtOnce(context, rig.id);
  context.background(`what landings in ${rig.id} left`, () => settleLandingsOf(context, rig.id));
  return { rig: result, keys: found.keys };
}

async function approvals(
  context: Context,
  rig: Rig,
): Promise<{ readonly all: Approval; readonly single: readonly Approval[] }> {
  const { keys, hash } = await context.git.unapprovedConfiguration(rig.gitDirectory);
  const configuration: Approval = { keys, hash, change: { approvedConfiguration: hash } };
  const setup = await setupOf(context, rig, configuration);
  if (!setup) return { all: configuration, single: [] };
  if (keys.length === 0) return { all: setup, single: [] };
  const all = {
    keys: [...keys, ...setup.keys],
    hash: context.hash(`${hash} ${setup.hash}`),
    change: { ...configuration.change, ...setup.change },
  };
  return { all, single: [configuration, setup] };
}

/** Undefined where there is none, or it is approved as it is. It is read as if the configuration were approved: git runs none of it here. */
async function setupOf(context: Context, rig: Rig, configuration: Approval): Promise<Approval | undefined> {
  const setup = await setupNow(context, { ...rig, ...configuration.change });
  if (!setup || isApproved(rig, setup)) return undefined;
  return { keys: setupKeys(setup), hash: setup.hash, change: { approvedSetup: setup.hash } };
}
