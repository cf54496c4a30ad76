import {
  events,
  list,
  record,
  text,
  textIn,
  type Asked,
  type Json,
  type SpokenTurn,
  type Wire,
} from './asked.ts';

/** OpenAI Chat Completions, as Copilot (with a provider of one's own) and opencode speak it. */
export const chat: Wire = {
  name: 'OpenAI Chat Completions',
  isAsked: (path) => path === '/v1/chat/completions',
  read,
  write(turn, { body }) {
    const finish = turn.kind === 'say' ? 'stop' : 'tool_calls';
    if (record(body)['stream'] !== true) {
      const choice = { index: 0, message: messageOf(turn), finish_reason: finish };
      return {
        type: 'application/json',
        body: JSON.stringify({ ...envelope('chat.completion'), choices: [choice], usage }),
      };
    }
    const chunk = envelope('chat.completion.chunk');
    return {
      type: 'text/event-stream',
      body: events(
        { ...chunk, choices: [{ index: 0, delta: deltaOf(turn), finish_reason: null }] },
        { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: finish }] },
        { ...chunk, choices: [], usage },
        '[DONE]',
      ),
    };
  },
  beside: (path) =>
    path === '/v1/models' ? { object: 'list', data: [{ id: 'scripted', object: 'model' }] } : undefined,
};

const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

function read(body: unknown): Asked {
  const { messages, tools } = record(body);
  const all = list(messages).map(record);
  return {
    told: all
      .filter(({ role }) => role !== 'assistant' && role !== 'tool')
      .map(({ content }) => textIn(textsOf(content)))
      .join('\n'),
    results: all
      .filter(({ role }) => role === 'tool')
      .map((message) => ({ call: text(message['tool_call_id']), text: textIn(textsOf(message['content'])) })),
    tools: list(tools).map((tool) => {
      const { name, parameters } = record(record(tool)['function']);
      return { name: text(name), parameters: record(parameters) };
    }),
  };
}

function textsOf(content: unknown): unknown {
  return typeof content === 'string' ? content : list(content).map((part) => record(part)['text']);
}

function envelope(object: string): Json {
  return { id: 'chatcmpl-scripted', object, created: 0, model: 'scripted' };
}

function callOf(turn: Extract<SpokenTurn, { kind: 'call' }>): Json {
  return {
    id: turn.id,
    type: 'function',
    function: { name: turn.tool, arguments: JSON.stringify(turn.input) },
  };
}

function messageOf(turn: SpokenTurn): Json {
  return turn.kind === 'say'
    ? { role: 'assistant', content: turn.text }
    : { role: 'assistant', content: null, tool_calls: [callOf(turn)] };
}

function deltaOf(turn: SpokenTurn): Json {
  return turn.kind === 'say'
    ? { role: 'assistant', content: turn.text }
    : { role: 'assistant', content: null, tool_calls: [{ index: 0, ...callOf(turn) }] };
}
