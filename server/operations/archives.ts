import type { Archive } from '../domain/archive.ts';
import { archivesOf, findArchive, isNeeded } from '../domain/archives.ts';
import { parseBranch } from '../domain/branchName.ts';
import { Refusal } from '../domain/refusal.ts';
import { repositoryOfRig } from '../domain/rigs.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { ArchiveView } from '../protocol/archive.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';
import { restoreArchive } from './restore.ts';
import { runtimeLabel } from './views.ts';

/** What recycle bins show at once. */
const usualPage = 200;

const crashes = 'refs/gastown/crash/';

export function archiveHandlers(
  context: Context,
): Pick<Handlers, 'archive/list' | 'archive/restore' | 'archive/delete'> {
  return {
    'archive/list': (params) => listArchives(context, params),
    'archive/restore': ({ to, ...params }, caller) =>
      to === undefined
        ? restoreArchive(context, params, caller)
        : restoreAsBranch(context, { ...params, to }, caller),
    'archive/delete': (params, caller) => deleteArchive(context, params, caller),
  };
}

/** Newest first; with `refs` also those that only the rigs' repositories know, and what keeps the commits of crashed sessions. */
async function listArchives(
  context: Context,
  params: Params<'archive/list'>,
): Promise<Result<'archive/list'>> {
  const { view } = context.store;
  if (params.rig !== undefined) findRig(view, params.rig);
  const found = archivesOf(view, params);
  const limit = params.limit ?? usualPage;
  const archives = found.slice(0, limit).map((archive) => viewOf(context, archive));
  const more = found.length > limit;
  if (params.refs !== true) return { archives, more, refs: [] };
  const rigs = params.rig === undefined ? [...view.all('rigs')] : [findRig(view, params.rig)];
  const known = new Set(Array.from(view.all('archives'), ({ ref }) => ref));
  const refs = await Promise.all(
    rigs.map(async (rig) =>
      [...(await context.git.archiveRefs(rig)), ...(await context.git.crashRefs(rig))]
        .filter(({ ref }) => !known.has(ref))
        .map((each) => ({ ...each, rig: rig.id, ...crashed(view, each.ref) })),
    ),
  );
  return { archives, more, refs: refs.flat() };
}

/** Whose commits a crash ref keeps, where the town still knows the session. */
function crashed(view: View, ref: string): { readonly agent?: string; readonly bead?: string } {
  const session = ref.startsWith(crashes) ? view.get('sessions', ref.slice(crashes.length)) : undefined;
  if (!session) return {};
  return { agent: session.agent, ...(session.bead === undefined ? {} : { bead: session.bead }) };
}

function viewOf(context: Context, archive: Archive): ArchiveView {
  const { view } = context.store;
  const bead = archive.bead === undefined ? undefined : view.get('beads', archive.bead);
  return {
    archive,
    runtimeLabel: runtimeLabel(view, archive.runtime),
    ...(bead ? { title: bead.title } : {}),
  };
}

/** A branch alone, also of an archive that has no record: of one that is named by its ref. */
async function restoreAsBranch(
  context: Context,
  params: { readonly archive: string; readonly to: string },
  caller: Caller,
): Promise<Result<'archive/restore'>> {
  const { rig, ref, archive } = await findRef(context, params.archive);
  const branch = parseBranch(params.to);
  const message = `Uncommitted work of ${archive?.agent ?? ref}`;
  try {
    const sha = await context.git.branchFromArchive(rig, ref, { branch, message });
    const at = context.now();
    const { result } = await context.store.transact(
      { verb: 'restore/branch', by: caller.by, subject: archive?.id ?? branch },
      (draft) => {
        const record = archive && draft.get('archives', archive.id);
        if (!record) return archive;
        const restored = { ...record, restoredAt: at, restoredAs: branch };
        draft.put('archives', restored);
        return restored;
      },
    );
    return { ...(result ? { archive: result } : {}), branch, sha, hooked: false, notes: [] };
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'taken') throw error;
    throw new Refusal('taken', error.message, {
      field: 'to',
      next: `gt polecat restore ${params.archive} --to ANOTHER-BRANCH`,
    });
  }
}

interface FoundRef {
  readonly rig: Rig;
  readonly ref: string;
  readonly archive?: Archive;
}

async function findRef(context: Context, text: string): Promise<FoundRef> {
  const { view } = context.store;
  if (!text.startsWith('refs/gastown/archive/') && !text.startsWith(crashes)) {
    const archive = findArchive(view, text);
    return { rig: findRig(view, archive.rig), ref: archive.ref, archive };
  }
  const archive = [...view.all('archives')].find(({ ref }) => ref === text);
  if (archive) return { rig: findRig(view, archive.rig), ref: text, archive };
  for (const rig of view.all('rigs'))
    if ((await context.git.resolve(rig, text)) !== undefined) return { rig, ref: text };
  throw new Refusal('not-found', `No rig has an archive ${displayText(text, 120)}.`, {
    field: 'archive',
    next: 'gt polecat archives --all',
  });
}

/** For good. Refused with `unapproved` until a person confirms it, saying what goes. */
async function deleteArchive(
  context: Context,
  params: Params<'archive/delete'>,
  caller: Caller,
): Promise<Result<'archive/delete'>> {
  const archive = findArchive(context.store.view, params.archive);
  if (params.confirmed !== true) throw unconfirmed(context, archive);
  const deleted = await eraseArchive(context, archive, caller.by);
  return { archive: archive.id, deleted };
}

function unconfirmed(context: Context, archive: Archive): Refusal {
  const files = archive.files === 1 ? '1 file' : `${archive.files} files`;
  const open = isNeeded(context.store.view, archive) ? ` ${archive.bead ?? ''} is still open.` : '';
  return new Refusal(
    'unapproved',
    `This deletes for good what ${archive.agent} left: its commits up to ${archive.tip.slice(0, 10)}, unless they are on another branch, and ${files} that were not committed.${open}`,
    {
      field: 'confirmed',
      next: `gt polecat discard ${archive.id} --yes`,
      facts: { confirm: 'delete', archive: archive.id },
    },
  );
}

/**
 * The refs go first: a record without refs is erased again, and refs without a record stay for ever. Each is logged, so that `git
 * update-ref` brings it back until git collects it. A rig that is gone has left its refs in its repository, where that is still there.
 */
export async function eraseArchive(
  context: Context,
  archive: Archive,
  by: string,
): Promise<readonly { readonly ref: string; readonly sha: string }[]> {
  const rig = repositoryOfRig(context.store.view, archive.rig);
  const shared = [...context.store.view.all('archives')].some(
    (other) => other.id !== archive.id && other.held !== undefined && other.held === archive.held,
  );
  const { held, ...rest } = archive;
  const what = shared || held === undefined ? rest : { ...rest, held };
  const isThere = rig !== undefined && context.rigFolders.exists(rig.gitDirectory);
  const deleted = isThere ? await context.git.deleteArchive(rig, what) : [];
  for (const { ref, sha } of deleted) context.log(`Deleted ${ref}, which held ${sha}.`);
  await context.store.transact({ verb: 'archive/delete', by, subject: archive.id }, (draft) => {
    draft.remove('archives', archive.id);
  });
  return deleted;
}
