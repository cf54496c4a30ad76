import type { Bead } from '../domain/bead.ts';
import { hashes, hashBeadId, isIdTaken, readableBeadId } from '../domain/beadId.ts';
import { claimBead, closeBead, createBead, updateBead } from '../domain/beads.ts';
import { addDependency, isExternal, parseDependencyFlag, removeDependency } from '../domain/dependencies.ts';
import type { Dependency } from '../domain/dependency.ts';
import type { BeadId, RigName } from '../domain/ids.ts';
import { townPrefix } from '../domain/rigName.ts';
import { rigWithPrefixOf } from '../domain/rigs.ts';
import type { Draft } from '../domain/view.ts';
import type { BeadCreateParams, BeadDetail, BeadView } from '../protocol/bead.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params } from '../protocol/messages.ts';
import { actorOf, refuseForeignBead } from './actors.ts';
import type { Context } from './context.ts';
import { findBead, findRig } from './lookups.ts';
import { beadDetail, beadView } from './views.ts';

export async function makeBead(
  context: Context,
  params: Params<'bead/create'>,
  caller: Caller,
): Promise<BeadDetail> {
  const by = actorOf(params, caller);
  const at = context.now();
  const { result } = await context.store.transact(
    { verb: 'bead/create', by, subject: (bead: Bead) => bead.id },
    (draft) => {
      const rig = rigFor(draft, params);
      const { dependencies = [], actor: _actor, rig: _rig, id, ...fields } = params;
      const wanted = {
        ...fields,
        id: id ?? mint(context, draft, { ...params, by }, rig),
        ...(rig ? { rig } : {}),
      };
      const bead = createBead(draft, wanted, { at, by });
      for (const flag of dependencies) addWanted(draft, bead, flag, { at, by, caller });
      return bead;
    },
  );
  return beadDetail(context.store.view, result);
}

/** The rig that is named, or the one whose prefix the wanted id has; neither: the bead is the town's own. */
function rigFor(draft: Draft, params: BeadCreateParams): RigName | undefined {
  if (params.rig !== undefined && params.rig !== townPrefix) return findRig(draft, params.rig).id;
  if (params.id === undefined) return undefined;
  return rigWithPrefixOf(draft, params.id)?.id;
}

/** An id for a new bead, made of its title. */
export function mint(
  context: Context,
  draft: Draft,
  params: Pick<BeadCreateParams, 'title' | 'description'> & { readonly by: string },
  rigName: RigName | undefined,
): BeadId {
  const rig = rigName === undefined ? undefined : findRig(draft, rigName);
  const prefix = rig?.prefix ?? townPrefix;
  const source = {
    title: params.title,
    ...(params.description === undefined ? {} : { description: params.description }),
    creator: params.by,
    createdAt: Date.parse(context.now()),
    beads: draft.count('beadsByRig', rigName ?? ''),
    sha256: (text: string) => context.sha256(text),
  };
  const taken = (id: string): boolean => isIdTaken(draft, id);
  if (rig?.settings.ids === 'hash') return hashBeadId({ ...source, prefix, taken });
  const more = hashes(source)[Symbol.iterator]();
  const hash = (): string => {
    const next = more.next();
    return next.done === true ? context.randomText(10) : next.value;
  };
  return readableBeadId({ prefix, title: params.title, taken, hash });
}

type Creation = { readonly at: Bead['createdAt']; readonly by: string; readonly caller: Caller };

function addWanted(draft: Draft, bead: Bead, flag: string, { caller, ...act }: Creation): void {
  for (const { other, type, reversed } of parseDependencyFlag(flag)) {
    const end = otherEnd(draft, other);
    // To make another bead wait is to write to it.
    if (reversed) refuseForeignBead(draft, findBead(draft, end), caller);
    const edge = reversed ? { bead: end, dependsOn: bead.id } : { bead: bead.id, dependsOn: end };
    addDependency(draft, { ...edge, type }, act);
  }
}

/** A bead by its id or a part of it; of another project, as it is written. */
function otherEnd(draft: Draft, text: string): BeadId {
  return isExternal(text) ? (text as BeadId) : findBead(draft, text).id;
}

/** Fields, status and claim, all or none. A session may change only its own bead, and what it made itself. */
export async function changeBead(
  context: Context,
  params: Params<'bead/update'>,
  caller: Caller,
): Promise<BeadView> {
  const by = actorOf(params, caller);
  const at = context.now();
  const { bead: text, claim, actor: _actor, ...change } = params;
  const verb = claim ? 'bead/claim' : 'bead/update';
  const { result } = await context.store.transact({ verb, by, subject: (bead: Bead) => bead.id }, (draft) => {
    const bead = findBead(draft, text);
    refuseForeignBead(draft, bead, caller);
    const claimed = claim ? claimBead(draft, bead.id, by, at) : bead;
    return Object.keys(change).length > 0 ? updateBead(draft, bead.id, change, { at, by }) : claimed;
  });
  return beadView(context.store.view, result);
}

export async function endBead(
  context: Context,
  params: Params<'bead/close'>,
  caller: Caller,
): Promise<BeadView> {
  const by = actorOf(params, caller);
  const options = {
    ...(params.reason === undefined ? {} : { reason: params.reason }),
    force: params.force === true && caller.role === 'person',
  };
  const { result } = await context.store.transact(
    { verb: 'bead/close', by, subject: (bead: Bead) => bead.id },
    (draft) => {
      const bead = findBead(draft, params.bead);
      refuseForeignBead(draft, bead, caller);
      return closeBead(draft, bead.id, options, { at: context.now(), by }).bead;
    },
  );
  return beadView(context.store.view, result);
}

export async function connectBeads(
  context: Context,
  params: Params<'dependency/add'>,
  caller: Caller,
): Promise<Dependency> {
  const by = actorOf(params, caller);
  const { result } = await context.store.transact(
    { verb: 'dependency/add', by, subject: (edge: Dependency) => edge.bead },
    (draft) => {
      const bead = findBead(draft, params.bead);
      refuseForeignBead(draft, bead, caller);
      const dependsOn = otherEnd(draft, params.dependsOn);
      const type = params.type === undefined ? {} : { type: params.type };
      return addDependency(draft, { bead: bead.id, dependsOn, ...type }, { at: context.now(), by });
    },
  );
  return result;
}

export async function disconnectBeads(
  context: Context,
  params: Params<'dependency/remove'>,
  caller: Caller,
): Promise<Dependency> {
  const by = actorOf(params, caller);
  const { result } = await context.store.transact(
    { verb: 'dependency/remove', by, subject: (edge: Dependency) => edge.bead },
    (draft) => {
      const bead = findBead(draft, params.bead);
      refuseForeignBead(draft, bead, caller);
      return removeDependency(draft, bead.id, otherEnd(draft, params.dependsOn));
    },
  );
  return result;
}
