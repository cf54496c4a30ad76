import { commit } from '../support/repository.ts';
import type { TestTown } from './support.ts';

export interface Hand {
  /** This commit must not be lost. */
  keep(sha: string): void;
  edit(directory: string): void;
}

/** Brings a town to where the killed verb begins, and gives the verb. */
export type Scenario = (town: TestTown, hand: Hand) => Promise<() => Promise<unknown>>;

export const bead = 'be-auth';

const title = 'Refactor auth middleware';

const batchTitles = ['Cache work', 'Limit requests'];

/** What each checkpoint is met in, by the first part of its name. Several: each of them. */
export const scenariosOf: Readonly<Record<string, readonly string[]>> = {
  dispatch: ['queued'],
  sling: ['sling', 'queued', 'sling-url', 'sling-clone', 'sling-clone-url', 'sling-in-place', 'seance'],
  start: ['crew-start', 'mayor-start', 'waiting'],
  crew: ['crew'],
  handoff: ['handoff'],
  session: ['sling', 'queued', 'resume', 'crew-start', 'handoff'],
  done: ['done', 'done-clone', 'done-in-place'],
  land: ['land', 'land-url', 'land-auto', 'land-batch'],
  pr: ['land-pr'],
  remove: [
    'unsling',
    'landed',
    'unsling-clone',
    'landed-clone',
    'unsling-in-place',
    'landed-in-place',
    'crew-remove',
    'force',
  ],
  restore: ['restore', 'restore-clone', 'restore-crew'],
  rig: ['rig'],
  undo: ['sling-fails'],
};

export const scenarios: Readonly<Record<string, Scenario>> = {
  sling: (town) => sling(town, 'path'),
  'sling-url': (town) => sling(town, 'url'),
  'sling-clone': (town) => sling(town, 'path', 'clone'),
  'sling-clone-url': (town) => sling(town, 'url', 'clone'),
  'sling-in-place': (town) => sling(town, 'path', 'in-place'),
  /** Its launcher comes for what it is to run, and is not heard of again. */
  async 'sling-fails'(town) {
    await town.addRig();
    await town.bead(title);
    town.host.fate = 'takes';
    return () => town.ask('work/sling', { beads: [bead] });
  },
  /** Out of the queue, by the town itself. */
  async queued(town) {
    await town.addRig();
    await town.configure('backend', 'state', 'parked');
    await town.bead(title);
    await town.ask('work/sling', { beads: [bead], queue: true });
    return () => town.configure('backend', 'state', 'active');
  },
  async resume(town, hand) {
    const agent = await begun(town, hand);
    await agent.exit({ end: 'failed', code: 1 });
    return () => town.ask('session/run', { agent: agent.id });
  },
  async seance(town) {
    await town.addRig();
    await town.bead(title);
    return () => town.ask('seance/start', { rig: 'backend' });
  },
  async 'crew-start'(town) {
    await member(town);
    await town.bead(title);
    return () => town.ask('seance/start', { role: 'crew', rig: 'backend', name: 'dave', bead });
  },
  async 'mayor-start'(town) {
    await town.addRig();
    await town.bead(title);
    return () => town.ask('seance/start', { role: 'mayor', runtime: 'sim', bead });
  },
  /** A polecat whose session ended before it was given a bead. */
  async waiting(town) {
    await town.addRig();
    await town.bead(title);
    const { agent, session } = await town.ask('seance/start', { rig: 'backend' });
    await town.host.exit(session ?? '', { end: 'failed', code: 1 });
    return () => town.ask('work/sling', { beads: [bead], target: agent });
  },
  async crew(town) {
    await town.addRig();
    return () => town.ask('crew/add', { rig: 'backend', name: 'dave', runtime: 'sim' });
  },
  async 'crew-remove'(town, hand) {
    const { agent, directory } = await member(town);
    hand.keep(commit(directory, { 'crew.txt': 'work\n' }));
    hand.edit(directory);
    return () => town.ask('crew/remove', { agent, force: true });
  },
  async handoff(town, hand) {
    const agent = await begun(town, hand);
    await town.ask('runtime/add', { preset: { id: 'other', extends: 'sim' } });
    return () => town.ask('session/handoff', { agent: agent.id, runtime: 'other', note: 'go on' });
  },
  async force(town, hand) {
    const agent = await begun(town, hand);
    hand.edit(agent.worktree);
    await agent.exit({ end: 'failed', code: 1 });
    return () => town.ask('work/sling', { beads: [bead], force: true });
  },
  done: (town, hand) => done(town, hand),
  'done-clone': (town, hand) => done(town, hand, 'clone'),
  'done-in-place': (town, hand) => done(town, hand, 'in-place'),
  land: (town, hand) => land(town, hand, 'path'),
  'land-url': (town, hand) => land(town, hand, 'url'),
  async 'land-auto'(town, hand) {
    const agent = await begun(town, hand);
    await town.configure('backend', 'merge', 'auto');
    return async () => {
      await agent.done();
      await town.settle();
    };
  },
  /** Three that wait, and a gate that runs on their stack. */
  async 'land-batch'(town, hand) {
    const first = await begun(town, hand);
    const argv = [process.execPath, '-e', 'process.exit(0)'];
    await town.configure('backend', 'gate.lint', ...argv);
    await first.done();
    for (const more of batchTitles) {
      const agent = await town.worker(more);
      hand.keep(agent.commit({ [`${agent.bead}.txt`]: 'work\n' }));
      await agent.done();
    }
    await town.ask('refinery/pause', { rig: 'backend' });
    for (const { id } of Array.from(town.view.all('mergeRequests')))
      await town.ask('mergeRequest/retry', { mergeRequest: id });
    return async () => {
      await town.ask('refinery/resume', { rig: 'backend' });
      await town.settle();
    };
  },
  /** What decides over it then is the pull request, at the remote. */
  async 'land-pr'(town, hand) {
    const agent = await begun(town, hand, 'url');
    await town.configure('backend', 'merge', 'pr');
    const { mergeRequest } = await agent.done();
    return () => town.merge(mergeRequest?.id ?? '');
  },
  unsling: (town, hand) => unsling(town, hand),
  'unsling-clone': (town, hand) => unsling(town, hand, 'clone'),
  landed: (town, hand) => landed(town, hand),
  'landed-clone': (town, hand) => landed(town, hand, 'clone'),
  restore: (town, hand) => restore(town, hand),
  'restore-clone': (town, hand) => restore(town, hand, 'clone'),
  async 'restore-crew'(town, hand) {
    const { agent, directory } = await member(town);
    hand.keep(commit(directory, { 'crew.txt': 'work\n' }));
    hand.edit(directory);
    await town.ask('crew/remove', { agent, force: true });
    return () => town.ask('archive/restore', { archive: agent });
  },
  /** With all of it committed: a checkout of the user's with more in it stays as it is. */
  'unsling-in-place': (town, hand) => unsling(town, hand, 'in-place'),
  'landed-in-place': (town, hand) => landed(town, hand, 'in-place'),
  rig: (town) => Promise.resolve(() => town.addRig({ kind: 'url' })),
};

type Isolation = 'worktree' | 'clone' | 'in-place';
type Act = Promise<() => Promise<unknown>>;

async function sling(town: TestTown, kind: 'path' | 'url', isolation: Isolation = 'worktree'): Act {
  await rigWith(town, kind, isolation);
  await town.bead(title);
  return () => town.ask('work/sling', { beads: [bead] });
}

/** In place, on another branch than the target, whose files differ: more is switched, so that more can be cut short. */
async function rigWith(town: TestTown, kind: 'path' | 'url', isolation: Isolation): Promise<void> {
  const away = isolation === 'in-place';
  const { repository } = await town.addRig({ kind, away });
  if (away) commit(repository, { 'mine.txt': 'of the user\n' });
  const change = { rig: 'backend', key: 'isolation', words: [isolation] };
  await town.ask('rig/configure', { ...change, confirmed: true });
}

async function member(town: TestTown): Promise<{ readonly agent: string; readonly directory: string }> {
  await town.addRig();
  return await town.ask('crew/add', { rig: 'backend', name: 'dave', runtime: 'sim' });
}

async function done(town: TestTown, hand: Hand, isolation?: Isolation): Act {
  const agent = await begun(town, hand, 'path', isolation);
  return () => agent.done();
}

async function unsling(town: TestTown, hand: Hand, isolation?: Isolation): Act {
  const agent = await begun(town, hand, 'path', isolation);
  if (isolation !== 'in-place') hand.edit(agent.worktree);
  return () => town.ask('work/unsling', { bead });
}

async function restore(town: TestTown, hand: Hand, isolation?: Isolation): Act {
  await (
    await unsling(town, hand, isolation)
  )();
  return () => town.ask('archive/restore', { archive: bead });
}

async function landed(town: TestTown, hand: Hand, isolation?: Isolation): Act {
  const agent = await begun(town, hand, 'path', isolation);
  const { mergeRequest } = await agent.done();
  return async () => {
    await town.merge(mergeRequest?.id ?? '');
    await town.settle();
  };
}

async function begun(
  town: TestTown,
  hand: Hand,
  kind: 'path' | 'url' = 'path',
  isolation: Isolation = 'worktree',
) {
  await rigWith(town, kind, isolation);
  const agent = await town.worker(title);
  hand.keep(agent.commit({ 'auth.txt': 'work\n' }));
  return agent;
}

/** The target has moved on, so that what lands is another commit than what was submitted. */
async function land(town: TestTown, hand: Hand, kind: 'path' | 'url'): Promise<() => Promise<unknown>> {
  const agent = await begun(town, hand, kind);
  const { mergeRequest } = await agent.done();
  const other = await town.worker('Cache work');
  await town.merge(await other.submit());
  await town.settle();
  return () => town.merge(mergeRequest?.id ?? '');
}
