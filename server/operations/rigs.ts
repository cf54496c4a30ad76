import { join } from 'node:path';
import { isSettled } from '../domain/landings.ts';
import type { IntentId, RigName, RuntimeName } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { RepositorySource, Rig } from '../domain/rig.ts';
import { derivePrefix, newRigName, takenPrefixes, validatePrefix } from '../domain/rigName.ts';
import { createRig as insertRig, removeRig as dropRig, rigDefaults } from '../domain/rigs.ts';
import { parseRigSetting, type RigChange, withRigChange } from '../domain/settings.ts';
import { displayText } from '../domain/text.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { RigCreateParams, RigSummary } from '../protocol/rig.ts';
import { confirmedChange } from './confirm.ts';
import type { Context } from './context.ts';
import { findRig, findRuntime, theTown } from './lookups.ts';
import { rigSummary } from './rigSummary.ts';
import { runtimeLabel } from './views.ts';
import { undoing } from './undoing.ts';

/**
 * Makes a rig of a repository: a bare clone of a URL, or a local repository used where it is. Refused where the name or prefix is
 * taken, the repository is empty or cannot be reached, the branch is missing, or its configuration names programs that were not
 * approved. Nothing is left behind then.
 */
export async function createRig(
  context: Context,
  params: RigCreateParams,
  caller: Caller,
): Promise<RigSummary> {
  const plan = planRig(context, params);
  await context.queue.run(`rig ${plan.id}`, () =>
    undoing(context, async (undo) => {
      await beginIntent(context, plan, caller);
      undo(() => endIntent(context, plan));
      const folder = context.rigFolders.create(plan.id);
      undo(async () => context.rigFolders.remove(plan.id));
      await context.checkpoint('rig:folder');
      const rig = await prepare(context, plan, folder, params);
      await context.checkpoint('rig:cloned');
      describeRig(context, rig);
      await context.store.transact({ verb: 'rig/create', by: caller.by, subject: rig.id }, (draft) => {
        insertRig(draft, rig);
        draft.remove('intents', intentOf(rig.id));
      });
    }),
  );
  return await rigSummary(context, findRig(context.store.view, plan.id), caller);
}

interface RigPlan {
  readonly id: RigName;
  readonly prefix: string;
  readonly runtime: RuntimeName;
  readonly source: RepositorySource;
}

function planRig(context: Context, params: RigCreateParams): RigPlan {
  const view = context.store.view;
  const id = newRigName(view, params.name);
  const taken = takenPrefixes(view);
  const prefix = params.prefix === undefined ? derivePrefix(id, taken) : validatePrefix(params.prefix, taken);
  if (context.rigFolders.exists(join(context.paths.town, id))) {
    throw new Refusal('taken', `The folder ${join(context.paths.town, id)} is there already.`, {
      field: 'name',
      next: 'Choose another name, or move the folder away.',
    });
  }
  const source = context.git.inspectSource(params.repository);
  const { id: runtime } = findRuntime(view, params.runtime ?? theTown(view).defaultRuntime);
  return { id, prefix, source, runtime };
}

async function prepare(
  context: Context,
  plan: RigPlan,
  folder: string,
  params: RigCreateParams,
): Promise<Rig> {
  const { git } = context;
  const { gitDirectory } =
    plan.source.kind === 'url'
      ? await git.cloneBare(plan.source.url, join(folder, 'repository.git'))
      : await git.openLocal(plan.source.path);
  const approved = await approvedAtCreation(context, gitDirectory, params);
  const repository = { gitDirectory, repository: plan.source, ...approved };
  const branch = params.branch ?? (await git.defaultBranch(repository));
  await git.requireBranch(repository, branch);
  return {
    id: plan.id,
    prefix: plan.prefix,
    runtime: plan.runtime,
    branch,
    state: 'active',
    settings: rigDefaults,
    ...repository,
    createdAt: context.now(),
  };
}

async function approvedAtCreation(
  context: Context,
  gitDirectory: string,
  params: RigCreateParams,
): Promise<{ readonly approvedConfiguration?: string }> {
  const { keys, hash } = await context.git.unapprovedConfiguration(gitDirectory);
  if (keys.length === 0) return {};
  if (params.approve === hash) return { approvedConfiguration: hash };
  const names = keys.map(({ key }) => displayText(key, 60)).join(', ');
  throw new Refusal('unapproved', `The repository's configuration names programs: ${names}.`, {
    field: 'approve',
    next: `Read them, then add --approve ${hash}`,
    facts: { keys, hash },
  });
}

const intentOf = (rig: RigName): IntentId => `create-rig ${rig}` as IntentId;

async function beginIntent(context: Context, plan: RigPlan, caller: Caller): Promise<void> {
  await context.store.transact({ verb: 'rig/begin', by: caller.by, subject: plan.id }, (draft) => {
    newRigName(draft, plan.id);
    validatePrefix(plan.prefix, takenPrefixes(draft));
    const folder = join(context.paths.town, plan.id);
    draft.put('intents', {
      id: intentOf(plan.id),
      kind: 'create-rig',
      at: context.now(),
      rig: plan.id,
      folder,
    });
  });
}

async function endIntent(context: Context, plan: RigPlan): Promise<void> {
  await context.store.transact({ verb: 'rig/undo', by: 'town', subject: plan.id }, (draft) => {
    draft.remove('intents', intentOf(plan.id));
  });
}

export async function configureRig(
  context: Context,
  params: Params<'rig/configure'>,
  caller: Caller,
): Promise<RigSummary> {
  const change = parseRigSetting(params.key, params.words);
  const rig = findRig(context.store.view, params.rig);
  const checked = await checkedChange(context, rig, change);
  const resolved = await confirmedChange(context, rig, checked, params.confirmed === true);
  const { result } = await context.store.transact(
    { verb: 'rig/configure', by: caller.by, subject: rig.id },
    (draft) => {
      const now = findRig(draft, rig.id);
      const next = withRigChange(now, resolved);
      draft.put('rigs', next);
      return next;
    },
  );
  describeRig(context, result);
  const summary = await rigSummary(context, result, caller);
  return rig.runtime === result.runtime ? summary : { ...summary, notes: keptRuntimes(context, result) };
}

/** Whoever has begun goes on with what it was begun with, also when it is resumed. */
function keptRuntimes({ store: { view } }: Context, { id, runtime }: Rig): readonly string[] {
  const others = [...view.find('agentsByRig', id)].filter(
    (polecat) => polecat.runtime !== runtime && polecat.state !== 'done',
  );
  const labels = [...new Set(others.map((polecat) => polecat.runtime))];
  return labels.map((label) => {
    const names = others.filter((polecat) => polecat.runtime === label).map((polecat) => polecat.name);
    const verb = names.length === 1 ? 'goes' : 'go';
    return `${names.join(', ')} ${verb} on with ${runtimeLabel(view, label)}; new polecats run ${runtimeLabel(view, runtime)}.`;
  });
}

/** A runtime must be known, a branch and a checkout must be there; aliases become the preset's own name. */
async function checkedChange(context: Context, rig: Rig, change: RigChange): Promise<RigChange> {
  if (change.branch !== undefined) await context.git.requireBranch(rig, change.branch);
  if (change.settings?.isolation === 'in-place') await context.git.ownCheckout(rig);
  if (change.runtime === undefined) return change;
  return { ...change, runtime: findRuntime(context.store.view, change.runtime).id };
}

/**
 * Refused while polecats or open merge requests need it. The clone is kept unless asked, and then too where it holds work that its remote
 * does not have; a user's own repository is never touched, and what people put into the rig's folder stays.
 */
export async function removeRig(
  context: Context,
  params: Params<'rig/remove'>,
  caller: Caller,
): Promise<Result<'rig/remove'>> {
  const at = context.now();
  if (params.deleteClone) await refuseUnlanded(context, findRig(context.store.view, params.rig));
  const { result: rig } = await context.store.transact(
    { verb: 'rig/remove', by: caller.by, subject: params.rig },
    (draft) => dropRig(draft, findRig(draft, params.rig).id),
  );
  const folder = join(context.paths.town, rig.id);
  const kept = params.deleteClone ? context.rigFolders.removeOwn(rig.id) : folder;
  return { rig: rig.id, ...(kept === undefined ? {} : { kept }), removedAt: at };
}

async function refuseUnlanded(context: Context, rig: Rig): Promise<void> {
  if (rig.repository.kind !== 'url' || !context.rigFolders.exists(rig.gitDirectory)) return;
  const verified = [...context.store.view.find('mergeRequestsByRig', rig.id)].filter((request) =>
    isSettled(request.state),
  );
  const landed = new Set(verified.flatMap(({ tip, landed: as }) => (as ? [tip, as] : [tip])));
  const refs = await context.git.unlandedRefs(rig, landed);
  if (refs.length === 0) return;
  const more = refs.length > 5 ? ` and ${refs.length - 5} more` : '';
  throw new Refusal(
    'in-use',
    `The clone of ${rig.id} holds work that its remote does not have: ${refs.slice(0, 5).join(', ')}${more}.`,
    {
      next: `gt rig remove ${rig.id}, which keeps the clone at ${rig.gitDirectory}.`,
      facts: { refs },
    },
  );
}

/** `config.json` in the rig's folder is for people to read; the truth is the record. */
function describeRig(context: Context, rig: Rig): void {
  context.rigFolders.describe(rig.id, {
    name: rig.id,
    prefix: rig.prefix,
    runtime: rig.runtime,
    repository: rig.repository,
    branch: rig.branch,
    settings: rig.settings,
    createdAt: rig.createdAt,
    note: `Written by Gas Town for reading. Change it with: gt rig config ${rig.id}`,
  });
}
