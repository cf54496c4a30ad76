import { invalid } from './beadFields.ts';
import type { Budget, Scheduler } from './scheduler.ts';
import { choice, count, one } from './settingWords.ts';
import { displayText } from './text.ts';

/** What one `gt config` changes of the scheduler. A limit that is undefined is taken away. */
export interface SchedulerChange {
  readonly mode?: Scheduler['mode'];
  readonly maxPolecats?: number | undefined;
  readonly batchSize?: number;
  readonly spawnDelay?: number;
  readonly budget?: { readonly [K in keyof Budget]?: number | undefined };
  readonly runtimeSessions?: Readonly<Record<string, number | undefined>>;
}

export const schedulerSettingKeys = [
  {
    key: 'scheduler',
    values: 'direct or auto',
    about: 'auto: a sling that finds no place is queued; direct: it is refused.',
  },
  {
    key: 'scheduler.maxPolecats',
    values: '1 to 1000, or none',
    about: 'Polecats that the queue lets work; scheduler is auto then. 0, -1: direct.',
  },
  { key: 'scheduler.batchSize', values: '1 to 100', about: 'How many the queue starts at once.' },
  { key: 'scheduler.spawnDelay', values: '0 to 3600 seconds', about: 'Between one batch and the next.' },
  { key: 'scheduler.budgetTurns', values: '1 to 100000, or none', about: 'Sessions started in a day (UTC).' },
  {
    key: 'scheduler.budgetMinutes',
    values: '1 to 100000, or none',
    about: 'Minutes that sessions work in a day (UTC).',
  },
];

type Parsers = Readonly<
  Record<string, (words: readonly string[]) => { readonly scheduler: SchedulerChange }>
>;

export const schedulerParsers: Parsers = {
  scheduler: (words) => ({ scheduler: { mode: choice('scheduler', words, ['direct', 'auto']) } }),
  'scheduler.maxPolecats': (words) => ({ scheduler: polecats(words) }),
  'scheduler.batchSize': (words) => ({ scheduler: { batchSize: count('scheduler.batchSize', words, 100) } }),
  'scheduler.spawnDelay': (words) => ({ scheduler: { spawnDelay: seconds(words) } }),
  'scheduler.budgetTurns': (words) => ({
    scheduler: { budget: { turns: limit('scheduler.budgetTurns', words) } },
  }),
  'scheduler.budgetMinutes': (words) => ({
    scheduler: { budget: { minutes: limit('scheduler.budgetMinutes', words) } },
  }),
};

export const budgetSettingKeys = [
  {
    key: 'budgetTurns',
    values: '1 to 100000, or none',
    about: 'Sessions started in a day (UTC) before nothing new is slung.',
  },
  {
    key: 'budgetMinutes',
    values: '1 to 100000, or none',
    about: 'Minutes worked in a day (UTC) before nothing new is slung.',
  },
];

/** `runtime.NAME.maxSessions`, however it is spelled: the name in it. */
export function runtimeOfLimit(key: string): string | undefined {
  return /^runtime\.(.+)\.max[-_]?sessions$/iu.exec(key)?.[1];
}

export function parseRuntimeLimit(runtime: string, words: readonly string[]): SchedulerChange {
  return { runtimeSessions: { [runtime]: limit(`runtime.${runtime}.maxSessions`, words, 1000) } };
}

/** A number, or `none`. */
export function limit(key: string, words: readonly string[], most = 100_000): number | undefined {
  return one(key, words) === 'none' ? undefined : count(key, words, most);
}

/** The scheduler with the change in it, without what is undefined. */
export function withScheduler(before: Scheduler = {}, change: SchedulerChange = {}): Scheduler {
  const { budget, runtimeSessions, ...flat } = change;
  return defined({
    ...before,
    ...flat,
    ...(budget ? { budget: defined({ ...before.budget, ...budget }) } : {}),
    ...(runtimeSessions
      ? { runtimeSessions: defined({ ...before.runtimeSessions, ...runtimeSessions }) }
      : {}),
  }) as Scheduler;
}

function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** As elsewhere: a number queues up to so many; 0 and -1 sling directly. */
function polecats(words: readonly string[]): SchedulerChange {
  const word = words[0] ?? '';
  if (words.length === 1 && (word === '0' || word === '-1'))
    return { mode: 'direct', maxPolecats: undefined };
  const most = limit('scheduler.maxPolecats', words, 1000);
  return most === undefined ? { maxPolecats: most } : { mode: 'auto', maxPolecats: most };
}

function seconds(words: readonly string[]): number {
  const word = one('scheduler.spawnDelay', words);
  const number = /^(\d{1,4})s?$/u.exec(word)?.[1];
  if (number !== undefined && Number(number) <= 3600) return Number(number);
  throw invalid(
    'scheduler.spawnDelay',
    `scheduler.spawnDelay is a number of seconds from 0 to 3600, not "${displayText(word, 40)}".`,
  );
}
