import * as v from 'valibot';
import { pluginStages } from '../domain/plugin.ts';
import { commandWords, durationOf } from '../domain/pluginWords.ts';
import { nextTime } from './schedule.ts';

const text = v.string('must be text');
const line = v.pipe(
  text,
  v.regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u, 'must be one line'),
  v.maxLength(500, 'is too long'),
);
const number = v.number('must be a number');

/** `120`, `"120s"`, `"1h30m"`, in milliseconds. */
const duration = v.pipe(
  v.union([text, number], 'must be seconds, or a text like "90s", "15m", "1h"'),
  v.transform((given) => durationOf(given) ?? 0),
  v.minValue(1, 'must be seconds, or a text like "90s", "15m", "1h"'),
);

const timeout = v.pipe(duration, v.maxValue(24 * 3_600_000, 'must be a day at most'));

/** A text of words or a list of them; never read by a shell. */
const command = v.pipe(
  v.union([v.array(text, 'must be text, or a list of words'), text], 'must be text, or a list of words'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const given = dataset.value;
    if (typeof given !== 'string') {
      if (given.length > 0 && given[0]?.trim() !== '' && !given.some((word) => word.includes('\0')))
        return [...given];
      addIssue({ message: 'must name a program' });
      return NEVER;
    }
    const read = commandWords(given);
    if ('words' in read) return [...read.words];
    addIssue({ message: read.problem });
    return NEVER;
  }),
);

/** `quality-gates/NAME.toml`. */
export const gateShape = v.strictObject({
  name: v.exactOptional(line),
  description: v.exactOptional(line),
  stage: v.exactOptional(v.picklist(pluginStages, `must be one of ${pluginStages.join(', ')}`), 'pre-merge'),
  command,
  fail_action: v.exactOptional(
    v.picklist(['reject', 'warn', 'notify'], 'must be reject, warn or notify'),
    'reject',
  ),
  timeout: v.exactOptional(timeout),
  retry: v.exactOptional(
    v.pipe(
      number,
      v.safeInteger('must be a whole number'),
      v.minValue(0, 'must not be negative'),
      v.maxValue(5, 'must be at most 5'),
    ),
  ),
  threshold: v.exactOptional(number),
});

const verb = v.pipe(
  text,
  v.regex(/^[a-z][a-z/-]{0,60}$/u, 'must be a verb of the feed, like "land"'),
  v.check((word) => !word.startsWith('plugin/'), 'must not be what plugins do themselves'),
);

const schedule = v.pipe(
  line,
  v.check(
    (pattern) => nextTime(pattern, undefined, new Date(0)) !== undefined,
    'is no schedule, like "0 9 * * 1-5"',
  ),
);

const zone = v.pipe(
  line,
  v.check(
    (name) => nextTime('0 0 * * *', name, new Date(0)) !== undefined,
    'is no time zone, like "Europe/Berlin"',
  ),
);

const cooldown = { duration: v.exactOptional(duration) };

const gate = v.variant(
  'type',
  [
    v.strictObject({ type: v.literal('cooldown'), ...cooldown }),
    v.strictObject({ type: v.literal('cron'), schedule, timezone: v.exactOptional(zone) }),
    v.strictObject({ type: v.literal('condition'), check: command, ...cooldown }),
    v.strictObject({
      type: v.literal('event'),
      on: v.union([verb, v.array(verb)], 'must be a verb of the feed, like "land", or a list of them'),
      ...cooldown,
    }),
    v.strictObject({ type: v.literal('manual') }),
  ],
  'must be cooldown, cron, condition, event or manual',
);

/** What stands between the `+++` lines of a `plugin.md`. */
export const periodicShape = v.strictObject({
  name: line,
  description: v.exactOptional(line),
  version: v.exactOptional(v.union([number, line], 'must be a number or a text')),
  gate: v.exactOptional(gate, { type: 'manual' }),
  tracking: v.exactOptional(
    v.strictObject({
      labels: v.exactOptional(v.array(line, 'must be a list of labels'), []),
      digest: v.exactOptional(v.boolean('must be true or false')),
    }),
    {},
  ),
  execution: v.exactOptional(
    v.strictObject({
      type: v.exactOptional(
        v.picklist(['agent', 'script'], 'must be agent or script; what wraps an agent is said in its preset'),
      ),
      timeout: v.exactOptional(timeout),
      notify_on_failure: v.exactOptional(v.boolean('must be true or false'), true),
      severity: v.exactOptional(line),
    }),
    {},
  ),
});
