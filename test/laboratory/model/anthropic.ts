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

/** Anthropic Messages, as Claude Code speaks it. */
export const anthropic: Wire = {
  name: 'Anthropic Messages',
  isAsked: (path) => path === '/v1/messages',
  read,
  write(turn, { body }) {
    const message = messageOf(turn);
    if (record(body)['stream'] !== true) return { type: 'application/json', body: JSON.stringify(message) };
    return { type: 'text/event-stream', body: streamed(turn, message) };
  },
  beside: (path) => (path === '/v1/messages/count_tokens' ? { input_tokens: 100 } : undefined),
};

function read(body: unknown): Asked {
  const { system, messages, tools } = record(body);
  const blocks = list(messages).flatMap((message) => {
    const { content } = record(message);
    return typeof content === 'string' ? [{ type: 'text', text: content }] : list(content).map(record);
  });
  return {
    told: [
      textIn(system),
      ...blocks.filter(({ type }) => type === 'text').map((block) => text(block['text'])),
    ].join('\n'),
    results: blocks
      .filter(({ type }) => type === 'tool_result')
      .map((block) => ({ call: text(block['tool_use_id']), text: textIn(textsOf(block['content'])) })),
    tools: list(tools).map((tool) => {
      const { name, input_schema: parameters } = record(tool);
      return { name: text(name), parameters: record(parameters) };
    }),
  };
}

function textsOf(content: unknown): unknown {
  return typeof content === 'string' ? content : list(content).map((part) => record(part)['text']);
}

function messageOf(turn: SpokenTurn): Json {
  const content =
    turn.kind === 'say'
      ? { type: 'text', text: turn.text }
      : { type: 'tool_use', id: turn.id, name: turn.tool, input: turn.input };
  return {
    id: 'msg_scripted',
    type: 'message',
    role: 'assistant',
    model: 'scripted',
    content: [content],
    stop_reason: turn.kind === 'say' ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 100, output_tokens: 20 },
  };
}

function streamed(turn: SpokenTurn, message: Json): string {
  const [block, delta] =
    turn.kind === 'say'
      ? [
          { type: 'text', text: '' },
          { type: 'text_delta', text: turn.text },
        ]
      : [
          { type: 'tool_use', id: turn.id, name: turn.tool, input: {} },
          { type: 'input_json_delta', partial_json: JSON.stringify(turn.input) },
        ];
  return events(
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: message['stop_reason'], stop_sequence: null },
      usage: message['usage'],
    },
    { type: 'message_stop' },
  );
}
