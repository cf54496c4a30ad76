import { later } from '../domain/later.ts';
import type { Agent } from '../domain/agent.ts';
import { allAgents } from '../domain/agents.ts';
import { dueArchives } from '../domain/archives.ts';
import { keepArchivesDays } from '../domain/archiveSettings.ts';
import { settingGates } from '../domain/gate.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import { findPreset } from '../runtimes/presets.ts';
import { eraseArchive } from './archives.ts';
import type { Context } from './context.ts';
import type { Check, Trouble } from './doctorCheck.ts';
import { findRig, theTown } from './lookups.ts';
import { targetRef } from './targets.ts';
import { repositoryOf } from './workingFolder.ts';

/** What would cost somebody their work, or keeps it from going on, and shows itself nowhere. */
export const workChecks: readonly Check[] = [
  { about: 'landed', fine: 'What has landed is still on its target.', look: lookAtLanded },
  { about: 'identities', fine: 'Nobody works in the place of another.', look: lookAtIdentities },
  { about: 'locks', fine: 'No lock of a git that is gone is in the way.', look: lookAtLocks },
  { about: 'settings', fine: 'What the settings name is there.', look: lookAtSettings },
  { about: 'retention', fine: 'No archive is kept for longer than it is to be.', look: lookAtRetention },
];

/** Somebody moved the target back, or pushed over it, after the proof. */
async function lookAtLanded(context: Context): Promise<readonly Trouble[]> {
  const { view } = context.store;
  const found: Trouble[] = [];
  for (const rig of Array.from(view.all('rigs'))) {
    const target = await context.git.resolve(rig, targetRef(context, rig)).catch(() => undefined);
    if (target === undefined) continue;
    for (const id of await context.git.landedNotOn(rig, target)) {
      const request = view.get('mergeRequests', id);
      if (request?.state !== 'verified' || request.target !== rig.branch || !request.landed) continue;
      const sha = request.landed.slice(0, 10);
      found.push({
        subject: id,
        state: 'problem',
        evidence: `${request.bead} landed on ${request.target} of ${rig.id} as ${sha}, which is not there any more.`,
        advice: `Somebody moved ${request.target} back. In your repository: git merge refs/gastown/landed/${id}`,
      });
    }
  }
  return found;
}

function lookAtIdentities(context: Context): Promise<readonly Trouble[]> {
  const { view } = context.store;
  const agents = allAgents(view).filter((agent) => agent.role !== 'mayor');
  const shared = (what: string, key: (agent: Placed) => string): Trouble[] =>
    [...grouped(agents, key)].flatMap(([place, several]) => {
      if (several.length < 2) return [];
      const names = several.map(({ id }) => id).join(' and ');
      return {
        subject: `${what} ${place}`,
        state: 'problem' as const,
        evidence: `${names} work in the same ${what}, ${displayText(place, 300)}: one overwrites the other.`,
        advice: `gt session stop ${several[1]?.id}, then gt polecat remove ${several[1]?.id}, which archives it.`,
      };
    });
  const live = [...view.all('sessions')].filter(({ state }) => state !== 'ended');
  const doubled = [...grouped(live, ({ agent }) => agent)].filter(([, several]) => several.length > 1);
  return Promise.resolve([
    ...shared('folder', ({ worktree }) => worktree),
    ...shared('branch', ({ rig, branch }) => `${rig} ${branch}`),
    ...doubled.map(([agent, several]) => ({
      subject: agent,
      state: 'problem' as const,
      evidence: `${agent} has ${several.length} sessions at once: ${several.map(({ id }) => id).join(', ')}.`,
      advice: `gt session stop ${several[0]?.id}`,
    })),
  ]);
}

type Placed = Exclude<Agent, { role: 'mayor' }>;

function grouped<T>(all: readonly T[], key: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) groups.set(key(each), [...(groups.get(key(each)) ?? []), each]);
  return groups;
}

/** No git of an agent takes as long as this. */
const oldLockMs = 10 * 60_000;

/** Only where nobody of ours works, and in no checkout of the user's: an editor for a message may be open there for hours. */
async function lookAtLocks(context: Context): Promise<readonly Trouble[]> {
  const { view } = context.store;
  const found: Trouble[] = [];
  for (const polecat of Array.from(view.all('agents'))) {
    if (polecat.isolation === 'in-place' || isLive(context, polecat)) continue;
    const repository = repositoryOf(context, findRig(view, polecat.rig), polecat);
    const lock = await context.git.indexLock(repository, polecat.worktree).catch(() => undefined);
    if (!lock || Date.parse(context.now()) - lock.at < oldLockMs) continue;
    found.push({
      subject: lock.file,
      state: 'problem',
      evidence: `${lock.file} was left by a git that is gone: nothing can be committed for ${polecat.id}.`,
      mend: () => context.git.removeIndexLock(repository, polecat.worktree, lock.at),
    });
  }
  return found;
}

function isLive({ store }: Context, { session }: Polecat): boolean {
  const last = store.view.get('sessions', session ?? '');
  return last !== undefined && last.state !== 'ended';
}

/** A gate whose program is gone rejects all work, and a runtime that is gone begins none again. */
async function lookAtSettings(context: Context): Promise<readonly Trouble[]> {
  const { view } = context.store;
  const path = await context.programs.path();
  return [...view.all('rigs')].flatMap((rig) => [
    ...gateTroubles(context, rig, path),
    ...runtimeTroubles(context, rig),
  ]);
}

function gateTroubles(context: Context, rig: Rig, path: string): readonly Trouble[] {
  return settingGates(rig.settings).flatMap(({ name, command: [program = ''] }) => {
    // One that is named by a path in the repository is another with every commit.
    if (/^[^/\\]+[/\\]/u.test(program) || context.programs.find(program, path) !== undefined) return [];
    const key = name === 'check' ? 'check' : `gate.${name}`;
    return {
      subject: `${rig.id} ${key}`,
      state: 'problem' as const,
      evidence: `The gate ${name} of ${rig.id} runs "${displayText(program, 100)}", which is not on the PATH: it rejects all work.`,
      advice: `Install it, or: gt rig config ${rig.id} ${key} COMMAND`,
    };
  });
}

function runtimeTroubles({ store: { view } }: Context, rig: Rig): readonly Trouble[] {
  const named = [rig.runtime, ...Array.from(view.find('agentsByRig', rig.id), ({ runtime }) => runtime)];
  return [...new Set(named)].flatMap((runtime) => {
    if (findPreset(runtime, view.all('runtimes'))) return [];
    return {
      subject: `${rig.id} runtime ${runtime}`,
      state: 'problem' as const,
      evidence: `${rig.id} works with the runtime ${runtime}, which is not there any more.`,
      advice: `gt runtime add FILE brings it back, or: gt rig config ${rig.id} runtime NAME`,
    };
  });
}

const dayMs = 24 * 60 * 60 * 1000;

/** What the town lets go by itself, and could not for a day. */
function lookAtRetention(context: Context): Promise<readonly Trouble[]> {
  const { view } = context.store;
  const days = theTown(view).keepArchives ?? keepArchivesDays;
  const yesterday = later(context.now(), -dayMs);
  return Promise.resolve(
    dueArchives(view, days, yesterday).map((archive) => ({
      subject: archive.id,
      state: 'warning' as const,
      evidence: `The archive ${archive.id} of ${archive.agent} is older than ${days} days, and could not be let go.`,
      mend: () => eraseArchive(context, archive, 'town'),
    })),
  );
}
