import { agentOf } from './domain/agents.ts';
import { stackOf } from './domain/fault.ts';
import type { SessionId } from './domain/ids.ts';
import { Refusal } from './domain/refusal.ts';
import type { Context } from './operations/context.ts';
import { blockedBeads, listBeads, readyBeads } from './operations/beadLists.ts';
import { changeBead, connectBeads, disconnectBeads, endBead, makeBead } from './operations/beads.ts';
import { getConvoy, growConvoy, listConvoys, makeConvoy } from './operations/convoys.ts';
import { addCrew, addGuest, listCrew } from './operations/crew.ts';
import { removeCrew } from './operations/crewRemoval.ts';
import { done } from './operations/done.ts';
import { feed } from './operations/feed.ts';
import { handoff } from './operations/handoff.ts';
import { clearHook, putOnHook } from './operations/hookVerbs.ts';
import { land } from './operations/land.ts';
import { followSession, viewSession } from './operations/followSession.ts';
import { launcherRegistry, sessionStarts } from './operations/launchers.ts';
import { findBead, findMergeRequest, findRig, theTown } from './operations/lookups.ts';
import { acknowledgeNudges, acknowledging, listNudges, sendNudge } from './operations/nudges.ts';
import {
  getPolecat,
  listPolecats,
  polecatChanges,
  polecatFile,
  prime,
  readHook,
} from './operations/polecats.ts';
import { keyedQueue } from './operations/queue.ts';
import { recover } from './operations/recover.ts';
import { removePolecat } from './operations/remove.ts';
import { approveRig } from './operations/approveRig.ts';
import { configureRig, createRig, removeRig } from './operations/rigs.ts';
import { rigPrompt } from './operations/rigPrompt.ts';
import { listRigs, rigSummary } from './operations/rigSummary.ts';
import { addRuntime, getRuntime, listRuntimes, removeRuntime } from './operations/runtimes.ts';
import { sessionEvent } from './operations/sessionEvents.ts';
import { getSeance, listSeances } from './operations/pastSessions.ts';
import { startSeance } from './operations/seance.ts';
import { talk } from './operations/talk.ts';
import { attach, ended, started, take } from './operations/sessionReports.ts';
import { listSessions, runSession, sessionLog, stopSession } from './operations/sessions.ts';
import { sling } from './operations/sling.ts';
import { configureTown, townStatus } from './operations/status.ts';
import { subscribe, takeDown } from './operations/townLife.ts';
import { unsling } from './operations/unsling.ts';
import { usualWaits, type Waits } from './operations/waits.ts';
import { beadDetail, mergeRequestDetail } from './operations/views.ts';
import { isAwaited } from './domain/landings.ts';
import type { Caller, Handlers } from './protocol/caller.ts';
import type { HelloParams } from './protocol/hello.ts';
import { checkPreset } from './protocol/schema.ts';
import { findPreset } from './runtimes/presets.ts';

/** What the town is made of; `main.ts` gives the real parts. */
export type TownParts = Omit<Context, 'queue' | 'launchers' | 'starts' | 'background' | 'waits'> & {
  /** Where they are not the usual ones. */
  readonly waits?: Partial<Waits>;
  /** The token of people, as its 0600 file has it. */
  readonly token: string;
  /** Constant-time. */
  readonly sameSecret: (given: string, known: string) => boolean;
  /** A window offers to host terminals, until its connection ends. */
  readonly offerToHost: (
    caller: Caller,
    offer: { window: string; trusted: boolean; focused: boolean },
  ) => void;
};

export interface Town {
  readonly handlers: Handlers;
  /** Who a hello is from; undefined: its token is no one's. */
  authenticate(
    hello: HelloParams,
  ): Pick<Caller, 'role' | 'by' | 'session' | 'agent' | 'agentRole'> | undefined;
  /** Finishes or undoes what an earlier end of the town left half done. Before anyone is served. */
  recover(): Promise<void>;
  /** Whether a session runs, or something is under way. */
  isBusy(): boolean;
  /** Waits until nothing is under way. */
  settle(): Promise<void>;
  /** Waits until nothing that reaches outside is under way, or the deadline is over: its intent tells the next start. */
  rest(deadlineMs: number): Promise<void>;
}

export function createTown(parts: TownParts): Town {
  const { store } = parts;
  const isEnded = (session: SessionId): boolean => {
    const known = store.view.get('sessions', session);
    return known === undefined || known.state === 'ended';
  };
  const underWay = new Set<Promise<void>>();
  const context: Context = {
    ...parts,
    queue: keyedQueue(),
    launchers: launcherRegistry(isEnded),
    starts: sessionStarts(),
    waits: { ...usualWaits, ...parts.waits },
    background(what, work) {
      const running = work().then(
        () => undefined,
        (error: unknown) => parts.log(`${what}: ${describe(error)}`),
      );
      const tracked = running.finally(() => underWay.delete(tracked));
      underWay.add(tracked);
    },
  };
  return {
    handlers: acknowledging(context, {
      ...stateHandlers(context),
      ...beadHandlers(context),
      ...agentHandlers(context),
      ...workHandlers(context, parts),
      ...nudgeHandlers(context),
    }),
    authenticate: (hello) => authenticate(context, parts, hello),
    recover: () => recover(context),
    isBusy: () => underWay.size > 0 || liveSessions(context) > 0,
    async settle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async rest(deadlineMs) {
      const deadline = Date.now() + deadlineMs;
      while (context.queue.busy() && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

const describe = (error: unknown): string =>
  error instanceof Refusal ? `${error.code}: ${error.message}` : stackOf(error);

function liveSessions({ store }: Context): number {
  return store.view.count('sessionsByState', 'starting') + store.view.count('sessionsByState', 'running');
}

function authenticate(
  context: Context,
  parts: TownParts,
  hello: HelloParams,
): ReturnType<Town['authenticate']> {
  if (hello.session === undefined) {
    return parts.sameSecret(hello.token, parts.token) ? { role: 'person', by: 'overseer' } : undefined;
  }
  const session = context.store.view.get('sessions', hello.session);
  if (!session || !parts.sameSecret(context.hash(hello.token), session.tokenHash)) return undefined;
  const { id, agent } = session;
  const now = agentOf(context.store.view, agent);
  // Whoever was replaced, or has ended, coordinates nothing any more.
  const isCurrent = now?.session === id && session.state !== 'ended';
  return { role: 'session', by: agent, session: id, agent, ...(isCurrent ? { agentRole: now.role } : {}) };
}

type StateMethods = Extract<keyof Handlers, `town/${string}` | `rig/${string}` | `runtime/${string}`>;

function stateHandlers(context: Context): Pick<Handlers, StateMethods> {
  const { store } = context;
  return {
    'town/status': () => townStatus(context),
    'town/get': () => theTown(store.view),
    'town/configure': (params, caller) => configureTown(context, params, caller),
    'town/subscribe': (params) => subscribe(context, params),
    'town/feed': (params) => feed(context, params),
    'town/down': (params, caller) => takeDown(context, params, caller),
    'town/retire': async () => {
      await store.writeSnapshot();
      return { seq: store.seq };
    },
    'rig/create': (params, caller) => createRig(context, params, caller),
    'rig/get': (params, caller) => rigSummary(context, findRig(store.view, params.rig), caller),
    'rig/prompt': (params) => rigPrompt(context, params),
    'rig/list': (_params, caller) => listRigs(context, caller),
    'rig/configure': (params, caller) => configureRig(context, params, caller),
    'rig/approve': (params, caller) => approveRig(context, params, caller),
    'rig/remove': (params, caller) => removeRig(context, params, caller),
    'runtime/list': () => listRuntimes(context),
    'runtime/get': (params) => getRuntime(context, params.runtime),
    'runtime/add': (params, caller) => {
      const checked = checkPreset(params.preset, (name) => findPreset(name, store.view.all('runtimes')));
      if ('problem' in checked) {
        throw new Refusal('invalid', `${checked.field}: ${checked.problem}`, { field: checked.field });
      }
      return addRuntime(context, checked.value, { replace: params.replace === true, by: caller.by });
    },
    'runtime/remove': (params, caller) => removeRuntime(context, params.runtime, caller),
  };
}

type BeadMethods = Extract<keyof Handlers, `bead/${string}` | `dependency/${string}` | `convoy/${string}`>;

function beadHandlers(context: Context): Pick<Handlers, BeadMethods> {
  const { view } = context.store;
  return {
    'bead/create': (params, caller) => makeBead(context, params, caller),
    'bead/get': (params) => beadDetail(view, findBead(view, params.bead)),
    'bead/list': (params) => listBeads(context, params),
    'bead/ready': (params) => readyBeads(context, params),
    'bead/blocked': (params) => blockedBeads(context, params),
    'bead/update': (params, caller) => changeBead(context, params, caller),
    'bead/close': (params, caller) => endBead(context, params, caller),
    'dependency/add': (params, caller) => connectBeads(context, params, caller),
    'dependency/remove': (params, caller) => disconnectBeads(context, params, caller),
    'convoy/create': (params, caller) => makeConvoy(context, params, caller),
    'convoy/add': (params, caller) => growConvoy(context, params, caller),
    'convoy/list': (params) => listConvoys(context, params),
    'convoy/get': (params) => getConvoy(context, params),
  };
}

type NudgeMethods = Extract<keyof Handlers, `nudge/${string}` | 'session/view' | 'session/follow'>;

function nudgeHandlers(context: Context): Pick<Handlers, NudgeMethods> {
  return {
    'session/view': (params) => viewSession(context, params),
    'session/follow': (params) => followSession(context, params),
    'nudge/send': (params, caller) => sendNudge(context, params, caller),
    'nudge/list': (params) => listNudges(context, params),
    'nudge/acknowledge': (params, caller) => acknowledgeNudges(context, params, caller),
  };
}

type AgentMethods =
  | Extract<keyof Handlers, `hook/${string}` | `seance/${string}` | `crew/${string}`>
  | 'session/handoff';

function agentHandlers(context: Context): Pick<Handlers, AgentMethods> {
  return {
    'hook/put': (params, caller) => putOnHook(context, params, caller),
    'hook/clear': (params, caller) => clearHook(context, params, caller),
    'seance/start': (params, caller) => startSeance(context, params, caller),
    'seance/list': (params) => listSeances(context, params),
    'seance/get': (params) => getSeance(context, params),
    'seance/talk': (params) => talk(context, params),
    'session/handoff': (params, caller) => handoff(context, params, caller),
    'crew/add': (params, caller) => addCrew(context, params, caller),
    'crew/list': (params) => listCrew(context, params),
    'crew/worktree': (params, caller) => addGuest(context, params, caller),
    'crew/remove': (params, caller) => removeCrew(context, params, caller),
  };
}

type WorkHandlers = Omit<Handlers, StateMethods | BeadMethods | NudgeMethods | AgentMethods>;

function workHandlers(context: Context, parts: TownParts): WorkHandlers {
  const { view } = context.store;
  return {
    'work/sling': (params, caller) => sling(context, params, caller),
    'work/unsling': (params, caller) => unsling(context, params, caller),
    'work/hook': (params, caller) => readHook(context, params, caller),
    'work/done': (params, caller) => done(context, params, caller),
    'work/prime': (params, caller) => prime(context, params, caller),
    'polecat/list': (params) => listPolecats(context, params),
    'polecat/get': (params) => getPolecat(context, params),
    'polecat/changes': (params) => polecatChanges(context, params),
    'polecat/file': (params) => polecatFile(context, params),
    'polecat/remove': (params, caller) =>
      removePolecat(context, params.agent, { force: params.force === true, by: caller.by }),
    'mergeRequest/list': ({ rig, all }) => {
      const requests =
        rig === undefined
          ? view.all('mergeRequests')
          : view.find('mergeRequestsByRig', findRig(view, rig).id);
      return [...requests]
        .filter((request) => all === true || isAwaited(view, request))
        .toSorted((a, b) => a.submittedAt.localeCompare(b.submittedAt))
        .map((request) => mergeRequestDetail(view, request));
    },
    'mergeRequest/get': (params) => mergeRequestDetail(view, findMergeRequest(view, params.mergeRequest)),
    'mergeRequest/merge': async (params, caller) => {
      const request = await land(context, findMergeRequest(view, params.mergeRequest).id, caller.by);
      return mergeRequestDetail(view, request);
    },
    'session/list': (params) => listSessions(context, params),
    'session/run': (params, caller) => runSession(context, params, caller),
    'session/stop': (params, caller) => stopSession(context, params.session, { by: caller.by }),
    'session/log': (params) => sessionLog(context, params),
    'session/take': (params, caller) => take(context, params, caller),
    'session/started': (params, caller) => started(context, params, caller),
    'session/attach': (params, caller) => attach(context, params, caller),
    'session/ended': (params, caller) => ended(context, params, caller),
    'session/event': (params, caller) => sessionEvent(context, params, caller),
    'host/offer': (params, caller) => {
      parts.offerToHost(caller, params);
      return {};
    },
  };
}
