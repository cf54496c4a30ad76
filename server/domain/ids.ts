/** Ids are branded strings, so that a bead id is never passed where a rig name is wanted. They cost nothing at run time. */
export type Branded<Name extends string> = string & { readonly __brand: Name };

export type BeadId = Branded<'bead'>;
export type RigName = Branded<'rig'>;
export type RuntimeName = Branded<'runtime'>;
export type ConvoyId = Branded<'convoy'>;
/** `RIG/NAME` for polecats. */
export type AgentId = Branded<'agent'>;
export type SessionId = Branded<'session'>;
export type EscalationId = Branded<'escalation'>;
export type HandoffId = Branded<'handoff'>;
export type MessageId = Branded<'message'>;
/** `group:NAME`, `queue:NAME` or `channel:NAME`. */
export type DestinationId = Branded<'destination'>;
export type MergeRequestId = Branded<'mergeRequest'>;
export type ArchiveId = Branded<'archive'>;
export type IntentId = Branded<'intent'>;
/** A full git object name, 40 or 64 lower-case hexadecimal digits. */
export type Sha = Branded<'sha'>;
/** RFC 3339, UTC, milliseconds: `2026-05-01T10:00:00.000Z`. */
export type Timestamp = Branded<'timestamp'>;
