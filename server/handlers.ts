import { Refusal } from './domain/refusal.ts';
import type { Context } from './operations/context.ts';
import { attentionHandlers } from './operations/attention.ts';
import { archiveHandlers } from './operations/archives.ts';
import { blockedBeads, listBeads, readyBeads } from './operations/beadLists.ts';
import { changeBead, connectBeads, disconnectBeads, endBead, makeBead } from './operations/beads.ts';
import { convoyHandlers } from './operations/convoyHandlers.ts';
import { addCrew, addGuest, listCrew } from './operations/crew.ts';
import { removeCrew } from './operations/crewRemoval.ts';
import { done } from './operations/done.ts';
import { broadcastHandlers } from './operations/broadcast.ts';
import { escalationHandlers } from './operations/escalations.ts';
import { handoff } from './operations/handoff.ts';
import { clearHook, putOnHook } from './operations/hookVerbs.ts';
import { historyHandlers } from './operations/history.ts';
import { mergeQueueHandlers } from './operations/mergeQueueHandlers.ts';
import { followSession, viewSession } from './operations/followSession.ts';
import { findBead, findRig, theTown } from './operations/lookups.ts';
import { destinationHandlers } from './operations/destinations.ts';
import { mailHandlers } from './operations/mail.ts';
import { acknowledgeNudges, acknowledging, listNudges, sendNudge } from './operations/nudges.ts';
import {
  getPolecat,
  listPolecats,
  polecatChanges,
  polecatFile,
  prime,
  readHook,
} from './operations/polecats.ts';
import { radarHandlers } from './operations/radar.ts';
import { pluginHandlers } from './operations/pluginHandlers.ts';
import { removePolecat } from './operations/remove.ts';
import { doctorHandlers } from './operations/doctor.ts';
import { recoveryHandlers } from './operations/recovery.ts';
import { rigLifeHandlers } from './operations/rigLife.ts';
import { approveRig } from './operations/approveRig.ts';
import { configureRig, createRig, removeRig } from './operations/rigs.ts';
import { rigPrompt } from './operations/rigPrompt.ts';
import { listRigs, rigSummary } from './operations/rigSummary.ts';
import { addRuntime, getRuntime, listRuntimes, removeRuntime } from './operations/runtimes.ts';
import { sessionEvent } from './operations/sessionEvents.ts';
import { schedulerHandlers } from './operations/schedulerHandlers.ts';
import { getSeance, listSeances } from './operations/pastSessions.ts';
import { scorecardHandlers } from './operations/scorecard.ts';
import { startSeance } from './operations/seance.ts';
import { talk } from './operations/talk.ts';
import { handoffHandlers } from './operations/packet.ts';
import { attach, ended, started, take } from './operations/sessionReports.ts';
import { listSessions, runSession, sessionLog, stopSession } from './operations/sessions.ts';
import { noticing } from './operations/signsOfLife.ts';
import { sling } from './operations/sling.ts';
import { configureTown, townStatus } from './operations/status.ts';
import { subscribe, takeDown } from './operations/townLife.ts';
import { notingUnapproved } from './operations/unapproved.ts';
import { unsling } from './operations/unsling.ts';
import { beadDetail } from './operations/views.ts';
import { witnessHandlers } from './operations/witnessHandlers.ts';
import type { Caller, Handlers } from './protocol/caller.ts';
import { checkPreset } from './protocol/schema.ts';
import { findPreset } from './runtimes/presets.ts';

/** A window offers to host terminals, until its connection ends. */
export type OfferToHost = (
  caller: Caller,
  offer: { window: string; trusted: boolean; focused: boolean },
) => void;

/** The table of all that the town answers. */
export function handlersOf(context: Context, offerToHost: OfferToHost): Handlers {
  const handlers = {
    ...stateHandlers(context),
    ...beadHandlers(context),
    ...agentHandlers(context),
    ...workHandlers(context, offerToHost),
    ...nudgeHandlers(context),
    ...mergeQueueHandlers(context),
    ...attentionHandlers(context),
    ...mailHandlers(context),
    ...destinationHandlers(context),
    ...broadcastHandlers(context),
    ...handoffHandlers(context),
    ...escalationHandlers(context),
    ...archiveHandlers(context),
    ...rigLifeHandlers(context),
    ...recoveryHandlers(context),
    ...doctorHandlers(context),
    ...radarHandlers(context),
    ...historyHandlers(context),
    ...scorecardHandlers(context),
    ...pluginHandlers(context),
    ...convoyHandlers(context),
    ...schedulerHandlers(context),
    ...witnessHandlers(context),
  };
  return noticing(context, acknowledging(context, notingUnapproved(context, handlers)));
}

type HistoryMethods = 'town/feed' | 'bead/history' | 'runtime/scorecard';

type StateMethods = Exclude<
  Extract<keyof Handlers, `town/${string}` | `rig/${string}` | `runtime/${string}`>,
  HistoryMethods | keyof (ReturnType<typeof rigLifeHandlers> & ReturnType<typeof doctorHandlers>)
>;

function stateHandlers(context: Context): Pick<Handlers, StateMethods> {
  const { store } = context;
  return {
    'town/status': () => townStatus(context),
    'town/get': () => theTown(store.view),
    'town/configure': (params, caller) => configureTown(context, params, caller),
    'town/subscribe': (params, caller) => {
      context.radar.follow(caller.peer);
      return subscribe(context, params, caller);
    },
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

type BeadMethods = Exclude<
  Extract<keyof Handlers, `bead/${string}` | `dependency/${string}`>,
  'bead/explain' | HistoryMethods
>;

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
  };
}

type NudgeMethods = 'nudge/send' | 'nudge/list' | 'nudge/acknowledge' | 'session/view' | 'session/follow';

function nudgeHandlers(context: Context): Pick<Handlers, NudgeMethods> {
  return {
    'session/view': (params) => viewSession(context, params),
    'session/follow': (params) => followSession(context, params),
    'nudge/send': (params, caller) => sendNudge(context, params, caller),
    'nudge/list': (params, caller) => listNudges(context, params, caller),
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

type WorkMethods = Exclude<
  Extract<keyof Handlers, `work/${string}` | `polecat/${string}` | `session/${string}`> | 'host/offer',
  AgentMethods | NudgeMethods | keyof ReturnType<typeof recoveryHandlers>
>;

function workHandlers(context: Context, offerToHost: OfferToHost): Pick<Handlers, WorkMethods> {
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
      offerToHost(caller, params);
      return {};
    },
  };
}
