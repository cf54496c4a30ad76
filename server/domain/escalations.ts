import { later } from './later.ts';
import type { Act } from './act.ts';
import type { Escalation } from './escalation.ts';
import type { EscalationId, Timestamp } from './ids.ts';
import { Refusal } from './refusal.ts';
import { severities, type Severity } from './severity.ts';
import { plainText } from './text.ts';
import type { Draft, View } from './view.ts';

/** What nobody has taken for so long is raised again, */
const staleMs = 4 * 60 * 60 * 1000;

/** so many times. */
const mostRaised = 2;

const mostDescription = 500;
const mostReason = 4000;

/** Closed ones that are kept; the journal has all. */
const mostClosed = 500;

/** One agent that raises more than that without an answer is not heard better by it. */
const mostOpen = 50;

/** One line, safe to show. Refused with `invalid`. */
export function checkDescription(text: string): string {
  const line = plainText(text).replaceAll(/\s+/gu, ' ').trim();
  const length = Array.from(line).length;
  if (line === '') throw invalid('An escalation says what has to be decided.');
  if (length <= mostDescription) return line;
  throw invalid(`An escalation has at most ${mostDescription} characters, and this one has ${length}.`);
}

export function checkReason(text: string): string {
  const reason = plainText(text).trim();
  if (reason.length <= mostReason) return reason;
  throw invalid(`A reason has at most ${mostReason} characters, and this one has ${reason.length}.`);
}

/** The same words of the same author, still open, are the same escalation: it is given as it is. Refused with `capacity`. */
export function raise(draft: Draft, escalation: Escalation): Escalation {
  const own = [...draft.find('escalationsByState', 'open')].filter(({ by }) => by === escalation.by);
  const same = own.find(
    ({ description, bead }) => description === escalation.description && bead === escalation.bead,
  );
  if (same) return same;
  if (own.length >= mostOpen) {
    throw new Refusal('capacity', `${escalation.by} has ${own.length} open escalations already.`, {
      next: 'gt escalate list',
    });
  }
  draft.put('escalations', escalation);
  return escalation;
}

/** When it is raised again; undefined: never. */
export function dueAt({ state, raised, raisedAt, createdAt }: Escalation): Timestamp | undefined {
  if (state !== 'open' || raised >= mostRaised) return undefined;
  return later(raisedAt ?? createdAt, staleMs);
}

/** Whether it waits too long already. */
export function isStale(escalation: Escalation, now: Timestamp): boolean {
  const { state, raisedAt, createdAt } = escalation;
  return state === 'open' && Date.parse(now) - Date.parse(raisedAt ?? createdAt) >= staleMs;
}

/** Those whose time has come, each one level up. Called twice within the time it raises nothing twice. */
export function raiseDue(draft: Draft, now: Timestamp): readonly Escalation[] {
  const due = [...draft.find('escalationsByState', 'open')].filter((each) => {
    const at = dueAt(each);
    return at !== undefined && at <= now;
  });
  return due.map((each) => {
    const next: Escalation = {
      ...each,
      severity: oneUp(each.severity),
      raised: each.raised + 1,
      raisedAt: now,
    };
    draft.put('escalations', next);
    return next;
  });
}

function oneUp(severity: Severity): Severity {
  return severities[Math.min(severities.indexOf(severity) + 1, severities.length - 1)] ?? severity;
}

/** Taken already: it stays with whoever took it first. Refused with `closed`. */
export function acknowledge(draft: Draft, id: EscalationId, act: Act): Escalation {
  const escalation = found(draft, id);
  if (escalation.state === 'acknowledged') return escalation;
  if (escalation.state === 'closed') throw isClosed(escalation);
  const next: Escalation = { ...escalation, state: 'acknowledged', acknowledged: act };
  draft.put('escalations', next);
  return next;
}

/** Closed already: refused with `closed`. */
export function close(draft: Draft, id: EscalationId, closed: Act & { readonly reason: string }): Escalation {
  const escalation = found(draft, id);
  if (escalation.state === 'closed') throw isClosed(escalation);
  const next: Escalation = { ...escalation, state: 'closed', closed };
  draft.put('escalations', next);
  const old = [...draft.find('escalationsByState', 'closed')];
  for (const each of old.slice(0, Math.max(0, old.length - mostClosed))) draft.remove('escalations', each.id);
  return next;
}

/** By its id, or a part of it that only one has. Refused with `not-found`. */
export function findEscalation(view: View, text: string): Escalation {
  const exact = view.get('escalations', text);
  if (exact) return exact;
  const matches = text === '' ? [] : [...view.all('escalations')].filter(({ id }) => id.includes(text));
  if (matches.length === 1 && matches[0]) return matches[0];
  return found(view, text);
}

function found(view: View, id: string): Escalation {
  const escalation = view.get('escalations', id);
  if (escalation) return escalation;
  throw new Refusal('not-found', `There is no escalation "${plainText(id).slice(0, 40)}".`, {
    field: 'escalation',
    next: 'gt escalate list --all',
  });
}

function isClosed({ id, closed }: Escalation): Refusal {
  return new Refusal('closed', `${id} was closed by ${closed?.by ?? 'somebody'}: ${closed?.reason ?? ''}`, {
    next: `gt escalate show ${id}`,
  });
}

function invalid(sentence: string): Refusal {
  return new Refusal('invalid', sentence, {
    field: 'description',
    next: 'gt escalate "what has to be decided" -s high -r REASON',
  });
}
