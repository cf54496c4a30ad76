import type { Archive } from './archive.ts';
import type { Bead } from './bead.ts';
import type { Convoy } from './convoy.ts';
import type { Dependency } from './dependency.ts';
import type { Destination } from './destination.ts';
import type { Escalation } from './escalation.ts';
import type { Handoff } from './handoff.ts';
import type { Dispatch } from './dispatch.ts';
import type { Episode } from './episode.ts';
import type { Intent } from './intent.ts';
import type { MergeRequest } from './mergeRequest.ts';
import type { Message } from './message.ts';
import type { PluginRun } from './pluginRun.ts';
import type { Polecat } from './polecat.ts';
import type { Quota } from './quota.ts';
import type { Rig } from './rig.ts';
import type { RuntimePreset } from './runtime.ts';
import type { Session } from './session.ts';
import type { Town } from './town.ts';
import type { Tries } from './tries.ts';
import type { Workplace } from './workplace.ts';

/** The whole state: collections of immutable records, keyed by id. */
export interface Records {
  town: Town;
  rigs: Rig;
  /** The user's own presets; the built-in ones are not records. */
  runtimes: RuntimePreset;
  beads: Bead;
  dependencies: Dependency;
  convoys: Convoy;
  agents: Polecat;
  /** Crew and mayor. */
  workplaces: Workplace;
  sessions: Session;
  mergeRequests: MergeRequest;
  intents: Intent;
  messages: Message;
  /** Groups, queues and channels that letters are sent to. */
  destinations: Destination;
  escalations: Escalation;
  handoffs: Handoff;
  archives: Archive;
  pluginRuns: PluginRun;
  dispatches: Dispatch;
  quotas: Quota;
  /** What was begun and failed, by the ids of beads. */
  tries: Tries;
  /** What is wrong with polecats, by their ids. */
  episodes: Episode;
}

export type Collection = keyof Records;

export const collections = [
  'town',
  'rigs',
  'runtimes',
  'beads',
  'dependencies',
  'convoys',
  'agents',
  'workplaces',
  'sessions',
  'mergeRequests',
  'intents',
  'messages',
  'escalations',
  'handoffs',
  'archives',
  'pluginRuns',
  'dispatches',
  'quotas',
  'tries',
  'episodes',
  'destinations',
] as const satisfies readonly Collection[];

/** One changed record: its collection, its id, and the whole new record, or null where it was removed. */
export type Change = { [C in Collection]: readonly [C, string, Records[C] | null] }[Collection];
