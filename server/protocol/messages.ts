import type { JournalEntry } from '../domain/journal.ts';
import type { AttentionRequests } from './attention.ts';
import type { ArchiveRequests } from './archive.ts';
import type { BeadRequests } from './bead.ts';
import type { ConvoyRequests } from './convoy.ts';
import type { DestinationRequests } from './destination.ts';
import type { DoctorRequests } from './doctor.ts';
import type { MergeRequestRequests } from './mergeQueue.ts';
import type { MailRequests } from './mail.ts';
import type { ConvoyStageRequests } from './convoyStage.ts';
import type { NudgeRequests } from './nudge.ts';
import type { EscalationRequests } from './escalation.ts';
import type { HandoffRequests } from './handoff.ts';
import type { PluginRequests } from './plugin.ts';
import type { HookRequests } from './hook.ts';
import type { RecoveryRequests } from './recovery.ts';
import type { RigLifeRequests } from './rigLife.ts';
import type { RadarNotifications, RadarRequests } from './radar.ts';
import type { RigRequests } from './rig.ts';
import type { RuntimeRequests } from './runtime.ts';
import type { ScorecardRequests } from './scorecard.ts';
import type { SchedulerRequests } from './scheduler.ts';
import type { SessionEventRequests } from './sessionEvent.ts';
import type { SeanceRequests } from './seance.ts';
import type { SessionRequests, TownToClientRequests } from './session.ts';
import type { TownRequests } from './town.ts';
import type { WitnessRequests } from './witness.ts';
import type { PolecatRequests, WorkRequests } from './work.ts';

/** Every request a client may send to the town server, by name. The table of handlers has this type: a missing one does not compile. */
export interface Requests
  extends
    TownRequests,
    RigRequests,
    RuntimeRequests,
    BeadRequests,
    ConvoyRequests,
    ConvoyStageRequests,
    SchedulerRequests,
    WorkRequests,
    HookRequests,
    PolecatRequests,
    ArchiveRequests,
    RigLifeRequests,
    RecoveryRequests,
    DoctorRequests,
    MergeRequestRequests,
    SessionRequests,
    SessionEventRequests,
    NudgeRequests,
    AttentionRequests,
    MailRequests,
    DestinationRequests,
    EscalationRequests,
    HandoffRequests,
    RadarRequests,
    ScorecardRequests,
    PluginRequests,
    SeanceRequests,
    WitnessRequests {}

export type Method = keyof Requests;
export type Params<M extends Method> = Requests[M]['params'];
export type Result<M extends Method> = Requests[M]['result'];

export type ClientRequests = TownToClientRequests;
export type ClientMethod = keyof ClientRequests;

/** What the town sends without being asked. */
export interface Notifications extends RadarNotifications {
  /** To subscribers: one committed transaction. A gap in `seq` means: subscribe again with `since`. */
  'town/changed': JournalEntry;
  /** To everyone: the town server is about to leave; reconnect, which starts the next one. */
  'town/leaving': { readonly reason: string };
  /** To a launcher: ask the runtime to stop, and end its whole tree after `graceMs`. */
  'session/stop': { readonly session: string; readonly reason: string; readonly graceMs: number };
}

export type NotificationMethod = keyof Notifications;
