import * as v from 'valibot';
import type { RuntimePreset } from '../domain/runtime.ts';
import { attentionFields } from './attentionSchema.ts';
import { escalationFields } from './escalationSchema.ts';
import {
  beadStatus,
  beadTexts,
  count,
  flag,
  host,
  labels,
  list,
  oneOf,
  opt,
  page,
  path,
  pid,
  priority,
  text,
  title,
  word,
  wordOrEmpty,
  words,
} from './fields.ts';
import { handoffFields } from './handoffSchema.ts';
import { archiveFields } from './archiveSchema.ts';
import { doctorFields } from './doctorSchema.ts';
import type { HelloParams } from './hello.ts';
import { feedFields } from './feedSchema.ts';
import { hostile, type Problem } from './hostile.ts';
import { mergeQueueFields } from './mergeQueueSchema.ts';
import type { Method, Params } from './messages.ts';
import { destinationFields } from './destinationSchema.ts';
import { mailFields } from './mailSchema.ts';
import { placeholderProblem } from './placeholders.ts';
import { completePreset } from './preset.ts';
import { givenPreset } from './presetSchema.ts';
import { recoveryFields } from './recoverySchema.ts';
import { rigLifeFields } from './rigLifeSchema.ts';
import { radarFields } from './radarSchema.ts';
import { pluginFields } from './pluginSchema.ts';
import { convoyFields, schedulerFields } from './schedulerSchema.ts';
import { seanceFields } from './seanceSchema.ts';
import { witnessFields } from './witnessSchema.ts';

export type Checked<T> = { readonly value: T } | Problem;

/** The params of a request, or the field that does not fit, and how: `title`, `must not be empty`. */
export function checkParams<M extends Method>(method: M, value: unknown): Checked<Params<M>> {
  return check(compiled[method] as v.GenericSchema<unknown, Params<M>>, value ?? {});
}

export function checkHello(value: unknown): Checked<HelloParams> {
  return check(hello, value);
}

/** A preset of the user's, completed. A problem too: an `extends` that names none, neither `extends` nor `command`, a `{name}` of nothing. */
export function checkPreset(
  value: unknown,
  presetNamed: (name: string) => RuntimePreset | undefined,
): Checked<RuntimePreset> {
  const checked = check(givenPreset, value);
  if ('problem' in checked) return checked;
  const { extends: name, command } = checked.value;
  const base = name === undefined ? undefined : presetNamed(name);
  if (name !== undefined && !base) return { field: 'extends', problem: `names no runtime: ${name}` };
  if (!base && command === undefined) return { field: 'command', problem: 'is missing' };
  const problem = placeholderProblem(checked.value);
  if (problem) return problem;
  return { value: completePreset(checked.value, base) };
}

const some = opt(word);
const steps = list(title, 100);
const startSource = oneOf('startup', 'resume', 'clear', 'compact');
/** It becomes an argument of the runtime some day, and no option. */
const runtimeSession = v.pipe(word, v.regex(/^\w[\w.:-]*$/, 'must be letters, digits and the marks _ . : -'));

const hello: v.GenericSchema<unknown, HelloParams> = v.object({
  token: word,
  townId: word,
  nonce: word,
  protocol: v.object({ major: count, minor: count }),
  session: opt(word),
  client: v.object({ name: word, version: word, pid: count }),
});

type Mandatory<T> = v.GenericSchema<unknown, T> & { readonly wrapped?: never };
type Optional<T> = v.ExactOptionalSchema<v.GenericSchema<unknown, T>, undefined>;
/** A schema for every field, `opt` for those that may be absent and for no other. */
type Fields<P> = { readonly [K in keyof P]-?: object extends Pick<P, K> ? Optional<P[K]> : Mandatory<P[K]> };

const schemas: { readonly [M in Method]: Fields<Params<M>> } = {
  'town/status': {},
  'town/get': {},
  'town/configure': { key: word, words },
  'town/subscribe': { since: opt(count) },
  ...feedFields,
  'town/down': { force: opt(flag), stop: opt(flag) },
  'town/retire': { version: word },
  ...radarFields,
  'rig/create': { name: word, repository: path, runtime: some, prefix: some, branch: some, approve: some },
  'rig/get': { rig: word },
  'rig/prompt': { rig: word },
  'rig/list': {},
  'rig/configure': { rig: word, key: word, words, confirmed: opt(flag) },
  'rig/approve': { rig: word, hash: word },
  'rig/remove': { rig: word, deleteClone: opt(flag) },
  'runtime/list': {},
  'runtime/get': { runtime: word },
  'runtime/add': { preset: givenPreset, replace: opt(flag) },
  'runtime/remove': { runtime: word },
  'bead/create': {
    ...beadTexts,
    rig: opt(word),
    title,
    type: opt(word),
    priority: opt(priority),
    steps: opt(steps),
    labels: opt(labels),
    assignee: opt(word),
    dependencies: opt(labels),
    id: opt(word),
    actor: opt(word),
  },
  'bead/get': { bead: word },
  'bead/list': {
    ...page,
    rig: opt(word),
    status: opt(list(beadStatus)),
    type: opt(word),
    priority: opt(priority),
    assignee: opt(word),
    labels: opt(labels),
    all: opt(flag),
  },
  'bead/ready': { ...page, rig: opt(word), assignee: opt(word) },
  'bead/blocked': { ...page, rig: opt(word) },
  'bead/update': {
    ...beadTexts,
    bead: word,
    status: opt(word),
    priority: opt(priority),
    title: opt(title),
    type: opt(word),
    appendNotes: opt(text),
    addSteps: opt(steps),
    stepsDone: opt(list(count, 100)),
    stepsOpen: opt(list(count, 100)),
    assignee: opt(wordOrEmpty),
    addLabels: opt(labels),
    removeLabels: opt(labels),
    claim: opt(flag),
    actor: opt(word),
  },
  'bead/close': { bead: word, reason: opt(text), force: opt(flag), actor: opt(word) },
  'dependency/add': { bead: word, dependsOn: word, type: opt(word), actor: opt(word) },
  'dependency/remove': { bead: word, dependsOn: word, actor: opt(word) },
  'convoy/create': { title, beads: labels },
  'convoy/add': { convoy: word, beads: labels },
  'convoy/list': { ...page, all: opt(flag) },
  'convoy/get': { convoy: title },
  'work/sling': {
    beads: labels,
    rig: opt(word),
    target: opt(word),
    instructions: opt(text),
    force: opt(flag),
    runtime: opt(word),
    host: opt(host),
    dryRun: opt(flag),
    queue: opt(flag),
  },
  'work/unsling': { bead: word },
  'work/hook': { agent: opt(word) },
  'hook/put': { bead: word, agent: opt(word), force: opt(flag) },
  'hook/clear': { agent: opt(word), bead: opt(word) },
  'work/done': {
    directory: path,
    commit: opt(flag),
    noChanges: opt(flag),
    status: opt(oneOf('completed', 'escalated', 'deferred')),
    message: opt(text),
  },
  'work/prime': { agent: opt(word), source: opt(startSource), runtimeSession: opt(runtimeSession) },
  'polecat/list': { rig: opt(word) },
  'polecat/get': { agent: word },
  'polecat/changes': { agent: word },
  'polecat/file': { agent: word, sha: word, path },
  'polecat/remove': { agent: word, force: opt(flag) },
  'session/list': { all: opt(flag), agent: opt(word) },
  'session/run': { agent: word, host: opt(host), resume: opt(flag) },
  'session/stop': { session: word },
  'session/log': { session: word, lines: opt(count) },
  'session/take': { launcherPid: pid },
  'session/started': { pid, before: opt(title), runtimeSession: opt(word) },
  'session/attach': { launcherPid: pid, pid },
  'session/ended': {
    end: oneOf('done', 'failed', 'interrupted', 'stopped', 'not-started'),
    code: opt(v.pipe(v.number('must be a number'), v.safeInteger('must be a whole number'))),
    signal: opt(word),
    lastLines: opt(list(text)),
    reason: opt(text),
    runtimeSession: opt(word),
  },
  'session/event': {
    event: oneOf('start', 'prompt', 'compact', 'stop', 'end', 'notify'),
    runtimeSession: opt(runtimeSession),
    answers: opt(flag),
    again: opt(flag),
  },
  'session/view': { session: word, readOnly: opt(flag) },
  'session/follow': { session: word, from: opt(count) },
  'nudge/send': { agent: word, text, type: opt(flag), urgent: opt(flag) },
  'nudge/broadcast': {
    text,
    rig: opt(word),
    all: opt(flag),
    urgent: opt(flag),
    dryRun: opt(flag),
  },
  'notify/set': { agent: opt(word), level: oneOf('verbose', 'normal', 'muted') },
  'notify/get': { agent: opt(word) },
  'nudge/each': { address: word, text, urgent: opt(flag) },
  'nudge/list': { agent: some, all: opt(flag) },
  'nudge/acknowledge': { message: some },
  'host/offer': { window: word, trusted: flag, focused: flag },
  ...seanceFields,
  ...mergeQueueFields,
  ...attentionFields,
  ...mailFields,
  ...destinationFields,
  ...escalationFields,
  ...handoffFields,
  ...archiveFields,
  ...rigLifeFields,
  ...recoveryFields,
  ...doctorFields,
  ...pluginFields,
  ...schedulerFields,
  ...convoyFields,
  ...witnessFields,
};

const compiled: Readonly<Record<string, v.GenericSchema>> = Object.fromEntries(
  Object.entries(schemas).map(([method, fields]) => [
    method,
    v.strictObject(fields as v.ObjectEntries, 'must be an object'),
  ]),
);

function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Checked<T> {
  const problem = hostile(value);
  if (problem) return problem;
  // To the library a list is an object too.
  if (Array.isArray(value)) return { field: '', problem: 'must be an object' };
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  return parsed.success ? { value: parsed.output } : problemOf(parsed.issues[0]);
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  const field = v.getDotPath(issue) ?? '';
  return { field, problem: missingOrUnknown(issue) ?? issue.message };
}

/** The two things that objects say about their keys. */
function missingOrUnknown({ type, expected, received }: v.BaseIssue<unknown>): string | undefined {
  if (type !== 'strict_object' && type !== 'object') return undefined;
  if (expected === 'never') return 'is not known here';
  return received === 'undefined' ? 'is missing' : undefined;
}
