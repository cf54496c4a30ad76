import { join } from 'node:path';
import { crewIdOf, guestName, parseCrewName } from '../domain/agentNames.ts';
import { hookOf, refuseFilledHook } from '../domain/hooks.ts';
import type { AgentId, IntentId, Sha } from '../domain/ids.ts';
import type { Intent } from '../domain/intent.ts';
import { messageOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import type { Crew } from '../domain/workplace.ts';
import { refuseResting } from '../domain/slinging.ts';
import { parseBranch } from '../domain/branchName.ts';
import type { View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params } from '../protocol/messages.ts';
import type { CrewMember } from '../protocol/seance.ts';
import { liveSession } from './assign.ts';
import type { Context } from './context.ts';
import { findAgent, findRig, findRuntime, theTown } from './lookups.ts';
import { folderFor } from './plan.ts';
import { agentQueue } from './queue.ts';
import { freshTarget } from './targets.ts';
import { undoing } from './undoing.ts';

/** A lasting workplace. Refused with `taken` where there is one of that name, or its branch or folder; then nothing is left of it. */
export async function addCrew(
  context: Context,
  params: Params<'crew/add'>,
  caller: Caller,
): Promise<CrewMember> {
  const { view } = context.store;
  const rig = findRig(view, params.rig);
  const name = parseCrewName(params.name);
  const usual = theTown(view).roleRuntimes?.crew ?? rig.runtime;
  const runtime = params.runtime === undefined ? usual : findRuntime(view, params.runtime).id;
  const begin = params.branch === undefined ? undefined : parseBranch(params.branch);
  refuseTaken(view, rig, name);
  const place = { rig, name, runtime, base: await freshTarget(context, rig, begin) };
  return crewMember(view, await makePlace(context, place, caller));
}

/** Who a crew member is in another rig. There already: it is answered with. */
export async function addGuest(
  context: Context,
  params: Params<'crew/worktree'>,
  caller: Caller,
): Promise<CrewMember> {
  const { view } = context.store;
  const rig = findRig(view, params.rig);
  const member = memberOf(view, params, caller);
  if (member.rig === rig.id) {
    throw new Refusal(
      'invalid',
      `${member.id} is at home in ${rig.id}: its worktree is ${member.worktree}.`,
      {
        field: 'rig',
      },
    );
  }
  const name = guestName(member);
  const known = view.get('workplaces', crewIdOf(rig.id, name));
  if (known?.role === 'crew') return crewMember(view, known);
  const base = await freshTarget(context, rig);
  const place = { rig, name, runtime: member.runtime, base, home: member.id };
  return crewMember(view, await makePlace(context, place, caller));
}

/** A session means itself; people name somebody. Whoever is a guest already is taken for who they are at home. */
function memberOf(view: View, params: { readonly agent?: string }, caller: Caller): Crew {
  const isPerson = caller.role === 'person';
  const named = isPerson ? params.agent : (params.agent ?? caller.agent);
  if (named === undefined) {
    throw new Refusal('invalid', 'Say which crew member is to have a worktree there.', {
      field: 'agent',
      next: 'gt crew list',
    });
  }
  if (!isPerson && named !== caller.agent) {
    throw new Refusal('forbidden', `This session is ${caller.by} and cannot act as somebody else.`, {
      field: 'agent',
    });
  }
  const member = findCrew(view, named);
  const home = member.home && view.get('workplaces', member.home);
  return home && home.role === 'crew' ? home : member;
}

interface NewPlace {
  readonly rig: Rig;
  readonly name: string;
  readonly runtime: Crew['runtime'];
  readonly base: Sha;
  readonly home?: AgentId;
}

type CrewIntent = Extract<Intent, { kind: 'crew' }>;

const intentOf = (agent: AgentId): IntentId => `crew ${agent}` as IntentId;

/** Record (with the intent) → worktree. Whatever fails, every step before it is undone. */
function makePlace(context: Context, place: NewPlace, caller: Caller): Promise<Crew> {
  const id = crewIdOf(place.rig.id, place.name);
  return context.queue.run(agentQueue(id), () => makeInQueue(context, place, caller));
}

function makeInQueue(context: Context, place: NewPlace, caller: Caller): Promise<Crew> {
  return undoing(context, async (undo) => {
    const crew = await reserve(context, place, caller);
    let made = false;
    // What lay there before belongs to somebody else: only what this call has made is taken away.
    undo(() => (made ? takeBack(context, crew) : forget(context, crew.id)));
    await context.checkpoint('crew:reserved');

    const { worktree: directory, branch, base } = crew;
    await context.git.addWorktree(place.rig, { directory, branch, start: base });
    made = true;
    await context.checkpoint('crew:worktree');

    await endIntent(context, crew.id);
    return crew;
  });
}

/** A town that was killed takes the branch of its intent for its own, so that there must be none of that name before. */
async function refuseBranch(context: Context, rig: Rig, branch: string): Promise<void> {
  if ((await context.git.resolve(rig, `refs/heads/${branch}`)) === undefined) return;
  throw new Refusal('taken', `There is a branch ${branch} in ${rig.id} already.`, {
    field: 'name',
    next: 'Choose another name, or rename that branch.',
  });
}

async function reserve(
  context: Context,
  { rig, name, runtime, base, home }: NewPlace,
  caller: Caller,
): Promise<Crew> {
  const at = context.now();
  const id = crewIdOf(rig.id, name);
  const crew: Crew = {
    id,
    role: 'crew',
    rig: rig.id,
    name,
    runtime,
    worktree: join(folderFor(context, rig.id, 'crew'), name),
    branch: `crew/${name}`,
    base,
    ...(home === undefined ? {} : { home }),
    createdAt: at,
    updatedAt: at,
    progressAt: at,
  };
  const { worktree, branch } = crew;
  await refuseBranch(context, rig, branch);
  await context.store.transact({ verb: 'crew/add', by: caller.by, subject: id }, (draft) => {
    refuseResting(findRig(draft, rig.id));
    refuseTaken(draft, rig, name);
    refuseFilledHook(draft, id);
    draft.put('workplaces', crew);
    draft.put('intents', {
      id: intentOf(id),
      kind: 'crew',
      at,
      rig: rig.id,
      agent: id,
      worktree,
      branch,
      base,
    });
  });
  return crew;
}

function refuseTaken(view: View, rig: Rig, name: string): void {
  const id = crewIdOf(rig.id, name);
  if (!view.get('workplaces', id)) return;
  throw new Refusal('taken', `There is a crew member ${id} already.`, {
    field: 'name',
    next: `gt crew list ${rig.id}`,
  });
}

/** Undoes what never came to be. Where work has begun in the worktree it is kept, as it stands. */
async function takeBack(
  context: Context,
  crew: Pick<Crew, 'id' | 'rig' | 'worktree' | 'branch' | 'base'>,
): Promise<void> {
  const { worktree: directory, branch, base } = crew;
  try {
    const rig = findRig(context.store.view, crew.rig);
    await context.git.discardWorktree(rig, { directory, branch, start: base });
  } catch (error) {
    context.log(`${crew.id} is kept: ${messageOf(error)}`);
    return await endIntent(context, crew.id);
  }
  await forget(context, crew.id);
}

async function forget(context: Context, agent: AgentId): Promise<void> {
  await context.store.transact({ verb: 'crew/undo', by: 'town', subject: agent }, (draft) => {
    draft.remove('workplaces', agent);
    draft.remove('intents', intentOf(agent));
  });
}

export async function settleCrew(context: Context, intent: CrewIntent): Promise<void> {
  const { agent: id, rig, worktree, branch, base } = intent;
  await takeBack(context, { id, rig, worktree, branch, base });
}

async function endIntent(context: Context, agent: AgentId): Promise<void> {
  await context.store.transact({ verb: 'crew/added', by: 'town', subject: agent }, (draft) => {
    draft.remove('intents', intentOf(agent));
  });
}

export function listCrew(context: Context, { rig }: Params<'crew/list'>): readonly CrewMember[] {
  const { view } = context.store;
  const wanted = rig === undefined ? undefined : findRig(view, rig).id;
  return [...view.all('workplaces')]
    .filter((place): place is Crew => place.role === 'crew' && (wanted === undefined || place.rig === wanted))
    .toSorted((a, b) => a.id.localeCompare(b.id))
    .map((crew) => crewMember(view, crew));
}

function crewMember(view: View, crew: Crew): CrewMember {
  const { id, rig, name, worktree, branch, runtime } = crew;
  const bead = hookOf(view, id);
  const session = liveSession(view, crew);
  return {
    agent: id,
    rig,
    name,
    directory: worktree,
    branch,
    runtime,
    ...(bead ? { bead: bead.id } : {}),
    ...(session ? { session: session.id } : {}),
  };
}

export function findCrew(view: View, text: string): Crew {
  const agent = findAgent(view, text);
  if (agent.role === 'crew') return agent;
  throw new Refusal('invalid', `${agent.id} is no crew member.`, { field: 'agent', next: 'gt crew list' });
}
