import {
  events,
  list,
  record,
  text,
  textIn,
  type Asked,
  type Json,
  refusals,
  type RefusalStatus,
  type SpokenTurn,
  type Wire,
} from './asked.ts';

/** Gemini generateContent, as Gemini CLI speaks it. */
export const gemini: Wire = {
  name: 'Gemini generateContent',
  isAsked: (path) => /^\/v1(beta)?\/models\/[\w.-]+:(stream)?generateContent$/i.test(path),
  read,
  write(turn, { path }) {
    const response = responseOf(turn);
    return path.includes('stream')
      ? { type: 'text/event-stream', body: events(response) }
      : { type: 'application/json', body: JSON.stringify(response) };
  },
  refusal,
  beside: (path) => (path.endsWith(':countTokens') ? { totalTokens: 100 } : undefined),
};

/** In Google's form: its client tells a quota that is used up from a limit that passes by the details. */
function refusal(status: RefusalStatus): Json {
  const { message } = refusals[status];
  const quota = {
    '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
    violations: [{ quotaId: 'PerDay' }],
  };
  return {
    error: {
      code: status,
      message,
      status: { 401: 'UNAUTHENTICATED', 429: 'RESOURCE_EXHAUSTED', 529: 'UNAVAILABLE' }[status],
      details: status === 429 ? [quota] : [],
    },
  };
}

function read(body: unknown): Asked {
  const { systemInstruction, contents, tools } = record(body);
  const parts = list(contents).flatMap((content) => {
    const { role, parts: own } = record(content);
    return list(own).map((part) => ({ ...record(part), role }));
  });
  return {
    told: [
      textIn(record(systemInstruction)['parts']),
      ...parts.filter(({ role }) => role !== 'model').map((part: Json) => text(part['text'])),
    ].join('\n'),
    results: parts.flatMap((part: Json) => {
      const { id, response } = record(part['functionResponse']);
      return response === undefined ? [] : [{ call: text(id), text: textIn(response) }];
    }),
    tools: list(tools).flatMap((tool) =>
      list(record(tool)['functionDeclarations']).map((declaration) => {
        const { name, parametersJsonSchema, parameters } = record(declaration);
        return { name: text(name), parameters: record(parametersJsonSchema ?? parameters) };
      }),
    ),
  };
}

function responseOf(turn: SpokenTurn): Json {
  const part =
    turn.kind === 'say'
      ? { text: turn.text }
      : { functionCall: { id: turn.id, name: turn.tool, args: turn.input } };
  return {
    candidates: [{ index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 20, totalTokenCount: 120 },
    modelVersion: 'scripted',
  };
}
