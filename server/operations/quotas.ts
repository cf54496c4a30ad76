import { invalid } from '../domain/beadFields.ts';
import { episodeOf } from '../domain/episodes.ts';
import type { RuntimeName, Timestamp } from '../domain/ids.ts';
import { later } from '../domain/later.ts';
import { endLimit, goOnOf } from '../domain/limits.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { Quota } from '../domain/quota.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Session } from '../domain/session.ts';
import { passes } from '../domain/sessions.ts';
import { displayText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params } from '../protocol/messages.ts';
import type { LimitedStatus, QuotaView } from '../protocol/scheduler.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { findRuntime } from './lookups.ts';

/** So long a runtime is parked whose account has no more credit, where it does not say until when; then it is tried again. */
const creditMs = 60 * 60_000;

/**
 * Parks a runtime while its quota is used up, as a polecat on it shows: `rate-limited`, with the time that it is over, or a session
 * that failed for lack of credit. Takes the mark away when that time has come.
 */
export function parkRuntimes(context: Context): Duty {
  const { store, timers } = context;
  const wake = ({ id, until }: Quota): void => {
    if (until === undefined) return;
    timers.at(`the quota of ${id}`, until, () => endQuota(context, id));
  };
  return {
    begin() {
      for (const quota of store.view.all('quotas')) wake(quota);
    },
    changed({ changes }) {
      for (const [collection, id, record] of changes) {
        if (collection === 'agents' && record) follow(context, record);
        if (collection === 'sessions' && record) parkWithoutCredit(context, record);
        if (collection !== 'quotas') continue;
        if (record) wake(record);
        else timers.cancel(`the quota of ${id}`);
      }
    },
  };
}

function follow(context: Context, polecat: Polecat): void {
  if (polecat.state === 'rate-limited') return parkFor(context, polecat);
  if (isBackFor(context.store.view, polecat))
    context.background(`the quota of ${polecat.runtime}`, () => takeBack(context, polecat));
}

/**
 * It works again: what it waited for is over, whatever was said of it. That its process runs, or was given a prompt, shows nothing; what
 * it called itself since does.
 */
function isBackFor(view: View, { id, state, runtime, calledAt }: Polecat): boolean {
  const quota = view.get('quotas', runtime);
  return quota?.by === id && state === 'working' && calledAt !== undefined && calledAt > quota.since;
}

async function takeBack(context: Context, { id, runtime }: Polecat): Promise<void> {
  await context.store.transact({ verb: 'quota/back', by: 'town', subject: runtime }, (draft) => {
    const now = draft.get('agents', id);
    if (now?.runtime === runtime && isBackFor(draft, now)) draft.remove('quotas', runtime);
  });
}

/**
 * Only one that says until when: the others wait for themselves, and nothing is known of the runtime. Nor does one tell anything of it
 * whose session on it has only been begun.
 */
function parkFor(context: Context, { runtime, until, id, session, reason }: Polecat): void {
  const run = context.store.view.get('sessions', session ?? '');
  if (until === undefined || run?.runtime !== runtime || run.state === 'starting') return;
  if (run.exit?.end === 'not-started') return;
  parkUntil(context, { id: runtime, until, by: id, ...(reason === undefined ? {} : { reason }) });
}

/** Its polecat is a person's to look at. The others on the runtime would fail of the same, one after the other. */
function parkWithoutCredit(context: Context, { state, runtime, agent, failure, endedAt }: Session): void {
  if (state !== 'ended' || failure?.verdict !== 'quota' || passes(failure) || endedAt === undefined) return;
  const { advice: reason } = failure;
  parkUntil(context, { id: runtime, until: later(endedAt, creditMs), by: agent, reason });
}

/** Where it is parked for as long already, nothing changes. */
function parkUntil(context: Context, quota: Omit<Quota, 'since'> & { readonly until: Timestamp }): void {
  const { id, until } = quota;
  const known = context.store.view.get('quotas', id);
  if (until <= context.now() || (known && (known.until === undefined || known.until >= until))) return;
  context.background(`parking ${id}`, () => put(context, { ...quota, since: context.now() }));
}

async function put(context: Context, quota: Quota): Promise<void> {
  await context.store.transact({ verb: 'quota/park', by: quota.by, subject: quota.id }, (draft) => {
    draft.put('quotas', quota);
  });
}

async function endQuota(context: Context, id: RuntimeName): Promise<void> {
  await context.store.transact({ verb: 'quota/back', by: 'town', subject: id }, (draft) => {
    const until = draft.get('quotas', id)?.until;
    if (until !== undefined && until <= context.now()) draft.remove('quotas', id);
  });
}

export function listQuotas(context: Context): readonly QuotaView[] {
  return Array.from(context.store.view.all('quotas'), (quota) => {
    const limited = limitedOn(context.store.view, quota.id);
    return { ...quota, ...(limited ? { limited } : {}) };
  });
}

/** The polecats that wait for a limit, of one runtime or of all. */
export function limitedOn(view: View, runtime?: RuntimeName): LimitedStatus | undefined {
  const waiting = Array.from(view.find('agentsByState', 'rate-limited')).filter(
    (polecat) => runtime === undefined || polecat.runtime === runtime,
  );
  const [first] = waiting.flatMap((polecat) => goesOnAt(view, polecat) ?? []).toSorted();
  return waiting.length === 0
    ? undefined
    : { polecats: waiting.length, ...(first === undefined ? {} : { goesOnAt: first }) };
}

/** When it goes on by itself after its limit; undefined: it does not. */
export function goesOnAt(view: View, polecat: Polecat): Timestamp | undefined {
  const episode = episodeOf(view, polecat);
  if (episode?.verdict !== 'rate-limited') return undefined;
  const { at, left } = goOnOf(view, polecat, episode);
  return left === undefined ? at : undefined;
}

export async function parkRuntime(
  context: Context,
  { runtime, until, reason }: Params<'quota/park'>,
  caller: Caller,
): Promise<Quota> {
  const now = context.now();
  const end = until === undefined ? undefined : timeOf(until, now);
  const quota: Quota = {
    id: findRuntime(context.store.view, runtime).id,
    since: now,
    ...(end === undefined ? {} : { until: end }),
    by: caller.by,
    ...(reason === undefined ? {} : { reason }),
  };
  await put(context, quota);
  return quota;
}

export async function clearQuota(
  context: Context,
  { runtime }: Params<'quota/clear'>,
  caller: Caller,
): Promise<{ readonly runtime: string }> {
  const { id } = findRuntime(context.store.view, runtime);
  await context.store.transact({ verb: 'quota/clear', by: caller.by, subject: id }, (draft) => {
    if (!draft.get('quotas', id)) {
      throw new Refusal('not-found', `The runtime ${id} is not parked.`, {
        field: 'runtime',
        next: 'gt quota list',
      });
    }
    draft.remove('quotas', id);
    endLimit(draft, id, context.now());
  });
  return { runtime: id };
}

/** `2h`, `45m`, or a time; `14:00` is the next one that comes, in UTC. */
function timeOf(text: string, now: Timestamp): Timestamp {
  const span = /^(\d{1,4})([mhd])$/u.exec(text);
  const minutes = { m: 1, h: 60, d: 24 * 60 }[span?.[2] ?? 'm'] ?? 1;
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/u.exec(text);
  let at = span ? Date.parse(now) + Number(span[1]) * minutes * 60_000 : Date.parse(text);
  if (clock) {
    at = Date.parse(`${now.slice(0, 10)}T${(clock[1] ?? '').padStart(2, '0')}:${clock[2]}:00.000Z`);
    if (at <= Date.parse(now)) at += 86_400_000;
  }
  if (Number.isNaN(at) || at <= Date.parse(now) || at > 8.64e15) {
    throw invalid(
      'until',
      `"${displayText(text, 40)}" is no time to come: 45m, 2h, 1d, 14:00 (UTC), or 2026-05-01T14:00:00Z.`,
    );
  }
  return new Date(at).toISOString() as Timestamp;
}
