import type { Explanation } from '../../domain/explaining.ts';
import { clockTime } from '../../domain/dispatchLimits.ts';
import { displayText } from '../../domain/text.ts';
import type {
  BudgetStatus,
  LimitedStatus,
  QueuedBead,
  QuotaView,
  RetriedBead,
  SchedulerStatus,
} from '../../protocol/scheduler.ts';
import { ago } from '../ago.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { counted } from './state.ts';
import { wrapped } from './wrapped.ts';

export function explanationLines(said: Explanation, look: Look): string[] {
  return [
    ...wrapped(displayText(said.sentence, 2000), look.width),
    ...(said.next === undefined ? [] : [`Next: ${displayText(said.next, 500)}`]),
    ...said.evidence.map(({ what, at }) => {
      const when = at === undefined ? '' : ` (${Date.parse(at) > look.now ? at : ago(at, look.now)})`;
      return `  ${displayText(what, 500)}${when}`;
    }),
  ];
}

export function schedulerLines(status: SchedulerStatus, look: Look): string[] {
  const { mode, paused, working, sessions, maxSessions, maxPolecats, waiting, broken } = status;
  const limit = maxPolecats === undefined ? '' : ` of ${maxPolecats}`;
  return [
    `Mode: ${mode}${mode === 'auto' ? ', slings that find no place are queued' : ', slings are queued only with --queue'}`,
    ...(paused
      ? [
          `Paused: ${ago(paused.at, look.now)} by ${displayText(paused.by, 60)}${paused.reason === undefined ? '' : `, ${displayText(paused.reason, 200)}`}`,
        ]
      : []),
    `Queue: ${waiting} waiting, ${broken} failed too often`,
    `Working: ${counted(working, 'polecat').replace(' ', `${limit} `)}, ${sessions} of ${maxSessions} sessions`,
    `Rate: ${status.batchSize} at once, ${status.spawnDelay} s between${status.nextStartAt === undefined ? '' : `, the next at ${status.nextStartAt}`}`,
    ...(status.limited ? [`Limits: ${limitedText(status.limited)}`] : []),
    ...status.budgets.map(budgetLine),
    'Cost: no runtime reports it to the town, so that there is no budget of it',
    ...status.quotas.map((quota) => `Parked: ${quotaText(quota)}`),
    ...(broken > 0 ? ['Next: gt attention'] : paused ? ['Next: gt scheduler resume'] : []),
  ];
}

function budgetLine({ rig, turns, minutes, usedTurns, usedMinutes }: BudgetStatus): string {
  const of = (most: number | undefined): string => (most === undefined ? '' : ` of ${most}`);
  const where = rig === undefined ? '' : ` (${displayText(rig, 40)})`;
  return `Today${where}: ${usedTurns}${of(turns)} sessions started, ${usedMinutes}${of(minutes)} minutes worked`;
}

export function queueLines(queued: readonly QueuedBead[], look: Look): string[] {
  if (queued.length === 0) return ['Nothing is queued.', 'Next: gt sling BEAD --queue'];
  const rows = queued.map(({ dispatch, explanation, title }) => [
    dispatch.id,
    dispatch.rig,
    `P${dispatch.priority}`,
    dispatch.state === 'broken' ? 'failed' : explanation.reason,
    ago(dispatch.queuedAt, look.now),
    title,
  ]);
  const columns = [
    { title: 'BEAD' },
    { title: 'RIG', shrinks: true },
    { title: 'P' },
    { title: 'WAITS FOR', shrinks: true },
    { title: 'QUEUED' },
    { title: 'TITLE', shrinks: true },
  ];
  const [first] = queued;
  return [
    ...table(columns, rows, look),
    ...(first ? [`Next: gt explain ${displayText(first.dispatch.id)}`] : []),
  ];
}

export function queuedJson({ dispatch, title, explanation }: RetriedBead): Record<string, unknown> {
  return {
    id: explanation.bead,
    ...dispatch,
    title,
    reason: explanation.reason,
    sentence: explanation.sentence,
    next: explanation.next,
  };
}

export function quotasLines(quotas: readonly QuotaView[]): string[] {
  return quotas.length === 0 ? ['No runtime is parked.'] : quotas.map(quotaText);
}

/** `3 polecats wait for one; the first goes on at …` */
function limitedText({ polecats, goesOnAt }: LimitedStatus): string {
  const then =
    goesOnAt === undefined ? 'a person goes on with them' : `the first goes on at ${clockTime(goesOnAt)}`;
  return `${counted(polecats, 'polecat')} wait${polecats === 1 ? 's' : ''}; ${then}`;
}

export function quotaText({ id, until, by, reason, limited }: QuotaView): string {
  const end = until === undefined ? 'until it is cleared' : `until ${until}`;
  const why = reason === undefined ? '' : `: ${displayText(reason, 300)}`;
  const waiting = limited ? `; ${limited.polecats} wait${limited.polecats === 1 ? 's' : ''}` : '';
  return `${displayText(id, 40)} ${end}, by ${displayText(by, 60)}${why}${waiting}`;
}
