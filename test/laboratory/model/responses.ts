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

/** OpenAI Responses, as Codex speaks it. */
export const responses: Wire = {
  name: 'OpenAI Responses',
  isAsked: (path) => path === '/v1/responses',
  read,
  write(turn, { body }) {
    const response = responseOf(turn);
    if (record(body)['stream'] !== true) return { type: 'application/json', body: JSON.stringify(response) };
    const [item] = list(response['output']);
    return {
      type: 'text/event-stream',
      body: events(
        { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
        { type: 'response.output_item.done', output_index: 0, item },
        { type: 'response.completed', response },
      ),
    };
  },
};

function read(body: unknown): Asked {
  const { instructions, input, tools } = record(body);
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : list(input).map(record);
  return {
    told: [
      text(instructions),
      ...items
        .filter(({ role }) => role !== undefined && role !== 'assistant')
        .map(({ content }) => textIn(textsOf(content))),
    ].join('\n'),
    results: items
      .filter(({ type }) => type === 'function_call_output')
      .map((item) => ({ call: text(item['call_id']), text: textIn(item['output']) })),
    tools: list(tools).flatMap((tool) => {
      const { type, name, parameters } = record(tool);
      return type === 'function' ? [{ name: text(name), parameters: record(parameters) }] : [];
    }),
  };
}

function textsOf(content: unknown): unknown {
  return typeof content === 'string' ? content : list(content).map((part) => record(part)['text']);
}

function responseOf(turn: SpokenTurn): Json {
  const item =
    turn.kind === 'say'
      ? {
          type: 'message',
          id: 'msg_scripted',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: turn.text, annotations: [] }],
        }
      : {
          type: 'function_call',
          id: `fc_${turn.id}`,
          call_id: turn.id,
          name: turn.tool,
          arguments: JSON.stringify(turn.input),
          status: 'completed',
        };
  return {
    id: 'resp_scripted',
    object: 'response',
    status: 'completed',
    model: 'scripted',
    output: [item],
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 120,
    },
  };
}
