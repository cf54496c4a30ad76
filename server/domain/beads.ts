import type { Act } from './act.ts';
import { isAgentName } from './agentNames.ts';
import type { Bead, BeadStatus } from './bead.ts';
import { invalid, parsePriority, parseType, validLabels, validTimestamp, validTitle } from './beadFields.ts';
import { type Closed, finishBead, refuseUnfinished, refuseWhileHooked } from './beadClose.ts';
import { type BeadChange, wantedStatus, withFields, withStatus } from './beadEdit.ts';
import { isIdTaken, parseBeadId } from './beadId.ts';
import { withSteps } from './beadSteps.ts';
import { holdByHand } from './holding.ts';
import { beadOf, holdingAgent, isHeld, refuseUnlessFree } from './hooks.ts';
import type { BeadId, RigName, Timestamp } from './ids.ts';
import { isDue } from './readiness.ts';
import { Refusal } from './refusal.ts';
import type { Draft, View } from './view.ts';

export interface NewBead {
  readonly id: string;
  /** Absent: the town's own. */
  readonly rig?: RigName;
  readonly title: string;
  readonly type?: string;
  readonly priority?: number | string;
  readonly description?: string;
  readonly design?: string;
  readonly acceptance?: string;
  readonly notes?: string;
  /** Their titles. */
  readonly steps?: readonly string[];
  readonly labels?: readonly string[];
  readonly assignee?: string;
  readonly owner?: string;
  readonly dueAt?: string;
  /** The bead sleeps until then. */
  readonly deferUntil?: string;
  readonly externalRef?: string;
}

/** A new open bead. Refused with `invalid` and the field, or with `taken`; an id must carry the prefix of the bead's rig. */
export function createBead(draft: Draft, wanted: NewBead, { at, by }: Act): Bead {
  const id = newId(draft, wanted);
  const title = validTitle(wanted.title);
  const type = parseType(wanted.type ?? 'task');
  const priority = parsePriority(wanted.priority ?? 2);
  const labels = validLabels(wanted.labels ?? []);
  const deferUntil = given(wanted.deferUntil) && validTimestamp(wanted.deferUntil, 'deferUntil');
  const dueAt = given(wanted.dueAt) && validTimestamp(wanted.dueAt, 'dueAt');
  const status = deferUntil && deferUntil > at ? 'deferred' : 'open';
  const bead: Bead = {
    id,
    ...(wanted.rig === undefined ? {} : { rig: wanted.rig }),
    title,
    ...texts(wanted),
    ...steps(wanted),
    status,
    priority,
    type,
    labels,
    createdAt: at,
    createdBy: by,
    updatedAt: at,
    ...(dueAt ? { dueAt } : {}),
    ...(deferUntil && status === 'deferred' ? { deferUntil } : {}),
  };
  draft.put('beads', bead);
  return bead;
}

/**
 * Changes the named fields, all or none. Refused with `invalid` (naming the field), `held` (status or assignee of a bead on an
 * agent's hook: that is for sling, unsling and done), and, for the status `closed`, whatever `closeBead` refuses.
 */
export function updateBead(draft: Draft, id: BeadId, change: BeadChange, act: Act): Bead {
  const bead = beadOf(draft, id);
  const edited = withFields(bead, change);
  const status = wantedStatus(bead, change, act);
  refuseFromHook(draft, bead, change, status);
  // Closing is asked of the bead as it was: a changed assignee must not hide who holds it.
  if (status === 'closed') return editClosed(draft, closeBead(draft, id, {}, act).bead, change, act);
  const moved: Bead = { ...withStatus(edited, status, act), updatedAt: act.at };
  const opened = bead.status === 'closed' && change.assignee === undefined ? withoutAgent(moved) : moved;
  const isNew = !isHeld(bead) || bead.assignee !== opened.assignee;
  if (isNew && isHeld(opened) && opened.assignee !== undefined)
    holdByHand(draft, id, opened.assignee, act.at);
  draft.put('beads', opened);
  return opened;
}

/**
 * Closes a bead by hand. Closed already: nothing changes. Refused with `held` while it is on an agent's hook (the agent itself must
 * say `gt done`), with `invalid` where it is pinned, and with `blocked` while beads that it waits for, or children of an epic, are
 * open. `force` lifts all of it for a person, and for an agent all but the first. What is blocked only through its parent closes.
 */
export function closeBead(
  draft: Draft,
  id: BeadId,
  options: { readonly reason?: string; readonly force?: boolean },
  act: Act,
): Closed {
  const bead = beadOf(draft, id);
  if (bead.status === 'closed') return { bead, landed: [] };
  refuseWhileHooked(draft, bead, act.by, options.force ?? false);
  if (!options.force) refuseUnfinished(draft, bead);
  return finishBead(draft, bead, given(options.reason) ? options.reason : 'Closed', act.at);
}

/**
 * Takes an open, free bead for the actor, compare-and-set: it is in progress and the actor's. Already the actor's own: success, and
 * work on it has begun. Refused with `held` naming who has it, or as `refuseUnlessFree` says.
 */
export function claimBead(draft: Draft, id: BeadId, actor: string, at: Timestamp): Bead {
  const bead = beadOf(draft, id);
  const own = bead.assignee === actor;
  if (own && bead.status === 'in_progress') return bead;
  if (!(own && bead.status === 'hooked') && !isDue(bead, at)) refuseUnlessFree(bead);
  if (given(bead.assignee) && !own) {
    throw new Refusal('held', `${id} is already claimed by ${bead.assignee}.`, {
      next: `bd update ${id} --assignee ""`,
      facts: { bead: id, holder: bead.assignee },
    });
  }
  holdByHand(draft, id, actor, at);
  const { deferUntil: _, ...rest } = bead;
  const claimed: Bead = {
    ...rest,
    status: 'in_progress',
    assignee: actor,
    startedAt: bead.startedAt ?? at,
    updatedAt: at,
  };
  draft.put('beads', claimed);
  return claimed;
}

function newId(draft: Draft, wanted: NewBead): BeadId {
  const id = parseBeadId(wanted.id, 'id');
  if (isIdTaken(draft, id)) {
    throw new Refusal('taken', `There is something called ${id} already.`, {
      field: 'id',
      next: `bd show ${id}`,
    });
  }
  const prefix = wanted.rig === undefined ? undefined : draft.get('rigs', wanted.rig)?.prefix;
  if (prefix !== undefined && !id.startsWith(`${prefix}-`)) {
    throw invalid('id', `A bead of the rig ${wanted.rig ?? ''} has an id that begins with ${prefix}-.`);
  }
  return id;
}

function refuseFromHook(view: View, bead: Bead, change: BeadChange, status: BeadStatus): void {
  if (status === 'hooked' && bead.status !== 'hooked') {
    throw invalid('status', 'A bead comes onto a hook by being slung.', `gt sling ${bead.id}`);
  }
  const agent = holdingAgent(view, bead);
  // Closing has a refusal of its own, which names the next step better.
  if (agent === undefined || status === 'closed') return;
  const leaves = status !== bead.status && !(bead.status === 'hooked' && status === 'in_progress');
  const givenAway = change.assignee !== undefined && change.assignee !== agent;
  if (!leaves && !givenAway) return;
  throw new Refusal('held', `${bead.id} is on the hook of ${agent}.`, {
    field: leaves ? 'status' : 'assignee',
    next: `gt unsling ${bead.id}`,
    facts: { bead: bead.id, holder: agent },
  });
}

function editClosed(draft: Draft, bead: Bead, change: BeadChange, { at }: Act): Bead {
  const { deferUntil: _, ...edited } = withFields(bead, change);
  const put: Bead = { ...edited, updatedAt: at };
  draft.put('beads', put);
  return put;
}

/** An agent that had a bead before it closed has gone, or works on something else. */
function withoutAgent(bead: Bead): Bead {
  if (!isAgentName(bead.assignee)) return bead;
  const { assignee: _, ...rest } = bead;
  return rest;
}

function steps({ steps: titles = [] }: NewBead): Pick<Bead, 'steps'> {
  return titles.length > 0 ? { steps: withSteps([], { addSteps: titles }) } : {};
}

type Texts = Pick<
  Bead,
  'description' | 'design' | 'acceptance' | 'notes' | 'assignee' | 'owner' | 'externalRef'
>;

function texts(wanted: NewBead): Partial<Texts> {
  const { description, design, acceptance, notes, assignee, owner, externalRef } = wanted;
  return {
    ...(given(description) ? { description } : {}),
    ...(given(design) ? { design } : {}),
    ...(given(acceptance) ? { acceptance } : {}),
    ...(given(notes) ? { notes } : {}),
    ...(given(assignee) ? { assignee } : {}),
    ...(given(owner) ? { owner } : {}),
    ...(given(externalRef) ? { externalRef } : {}),
  };
}

function given(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
