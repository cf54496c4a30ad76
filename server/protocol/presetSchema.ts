import * as v from 'valibot';
import type { Circumstance } from '../domain/runtime.ts';
import { count, flag, list, oneOf, opt, path, text, title, word } from './fields.ts';
import { circumstances } from './placeholders.ts';
import type { GivenPreset } from './preset.ts';

const labels = list(word);
const circumstance = v.picklist(
  circumstances as readonly [Circumstance, ...Circumstance[]],
  `must be one of ${circumstances.join(', ')}`,
);
const variable = v.pipe(word, v.regex(/^[A-Za-z_]\w*$/, 'must be the name of a variable'));
const variables = v.record(variable, text, 'must be an object');
const argumentWords = list(
  v.union(
    [text, v.strictObject({ when: opt(circumstance), unless: opt(circumstance), words: list(text) })],
    'must be text, or a group: { "words": [...] }, with "when" and "unless"',
  ),
);

const promptDelivery = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('argument'), flag: opt(word) }),
    v.strictObject({ kind: v.literal('file'), flag: opt(word) }),
    v.strictObject({ kind: v.literal('print') }),
    v.strictObject({ kind: v.literal('none') }),
  ],
  'must be of the kind argument, file, print or none',
);
const systemPromptDelivery = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('flag'), flag: word }),
    v.strictObject({ kind: v.literal('config'), arguments: argumentWords }),
    v.strictObject({ kind: v.literal('file'), variable: opt(variable), flag: opt(word) }),
    v.strictObject({ kind: v.literal('none') }),
  ],
  'must be of the kind flag, config, file or none',
);
const sessionIdSource = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('flag'), flag: word, variable: opt(variable) }),
    v.strictObject({ kind: v.literal('output'), field: word, variable: opt(variable) }),
    v.strictObject({ kind: v.literal('variable'), variable }),
    v.strictObject({ kind: v.literal('none') }),
  ],
  'must be of the kind flag, output, variable or none',
);
const toolDelivery = v.strictObject({
  allow: opt(argumentWords),
  deny: opt(argumentWords),
  each: opt(flag),
});
const trust = v.strictObject({
  arguments: opt(argumentWords),
  environment: opt(variables),
  oneShot: opt(flag),
  hint: opt(title),
});
const talk = v.strictObject({ terminal: argumentWords, oneShot: opt(argumentWords), copy: flag });
const privateFile = v.strictObject({
  name: v.pipe(word, v.regex(/^[A-Za-z0-9][\w.-]*$/, 'must be the plain name of a file')),
  when: opt(circumstance),
  unless: opt(circumstance),
  text,
});
const eventPattern = v.record(word, title, 'must be an object');
const failure = v.strictObject({
  verdict: opt(
    oneOf(
      'quota',
      'rate-limit',
      'sign-in',
      'context-limit',
      'missing-tool',
      'sandbox',
      'dialog',
      'refused',
      'lost-session',
    ),
  ),
  text: opt(title),
  codes: opt(list(count)),
  event: opt(eventPattern),
  advice: title,
});

export const givenPreset: v.GenericSchema<unknown, GivenPreset> = v.strictObject(
  {
    id: v.pipe(
      word,
      v.regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, 'must be lower-case letters, digits and hyphens, at most 32'),
    ),
    extends: opt(word),
    label: opt(word),
    aliases: opt(labels),
    command: opt(path),
    places: opt(list(path)),
    install: opt(title),
    versionArguments: opt(list(word)),
    signIn: opt(title),
    arguments: opt(argumentWords),
    prompt: opt(promptDelivery),
    systemPrompt: opt(systemPromptDelivery),
    tools: opt(v.strictObject({ allow: opt(labels), deny: opt(labels), given: opt(toolDelivery) })),
    needs: opt(v.strictObject({ display: opt(flag), account: opt(flag) })),
    approval: opt(v.strictObject({ ask: opt(argumentWords), auto: opt(argumentWords) })),
    asRoot: opt(title),
    trust: opt(trust),
    files: opt(list(privateFile)),
    sessionId: opt(sessionIdSource),
    resume: opt(argumentWords),
    resumeOneShot: opt(argumentWords),
    talk: opt(talk),
    oneShot: opt(argumentWords),
    output: opt(oneOf('lines', 'document', 'text')),
    answers: opt(list(eventPattern)),
    instructionFile: opt(path),
    lifecycleHooks: opt(oneOf('none', 'claude', 'gemini', 'codex', 'copilot', 'augment', 'opencode')),
    environment: opt(v.strictObject({ set: opt(variables), strip: opt(labels) })),
    sharesDaemon: opt(flag),
    session: opt(oneOf('editor', 'tmux', 'process')),
    ready: opt(title),
    typing: opt(v.strictObject({ submit: word, pauseMs: count })),
    capabilities: opt(
      v.strictObject({
        resume: opt(flag),
        commitsInWorktree: opt(flag),
        reportsUsage: opt(flag),
        structuredOutput: opt(flag),
      }),
    ),
    stopSignal: opt(oneOf('SIGINT', 'SIGTERM', 'SIGHUP')),
    failures: opt(list(failure)),
    bestFor: opt(title),
    tradeOffs: opt(title),
    icon: opt(word),
    color: opt(word),
    untried: opt(title),
  },
  'must be an object',
);
