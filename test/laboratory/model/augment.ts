import { list, record, text, textIn, type Asked, type Json, type SpokenTurn, type Wire } from './asked.ts';

/** Augment's own API, as Auggie 0.36 speaks it: there is no document, so this is what its program was seen to send and to take. */
export const augment: Wire = {
  name: "Augment's own",
  isAsked: (path) => path === '/chat-stream',
  read,
  write: (turn) => ({
    type: 'application/json',
    body: `${chunks(turn)
      .map((each) => JSON.stringify(each))
      .join('\n')}\n`,
  }),
  beside: (path) => (path === '/get-models' ? models : undefined),
};

/** Kinds of nodes, in requests and in answers. */
const toolResult = 1;
const toolUse = 5;

const models = {
  default_model: 'scripted',
  models: [
    {
      name: 'scripted',
      internal_name: 'scripted',
      suggested_prefix_char_count: 0,
      suggested_suffix_char_count: 0,
    },
  ],
  languages: [],
  feature_flags: {},
  user_tier: 'PROFESSIONAL_TIER',
  user: { id: 'ann', email: 'ann@example.org' },
};

function read(body: unknown): Asked {
  const asked = record(body);
  const history = list(asked['chat_history']).map(record);
  const nodes = [...history.flatMap((turn) => list(turn['request_nodes'])), ...list(asked['nodes'])].map(
    record,
  );
  return {
    told: [
      ...history.map((turn) => text(turn['request_message'])),
      text(asked['message']),
      textIn(asked['system_prompt']),
      textIn(asked['system_prompt_append']),
      textIn(asked['user_guidelines']),
      textIn(asked['workspace_guidelines']),
      textIn(asked['rules']),
      ...nodes.map((node) => textIn(record(node['text_node'])['content'])),
    ].join('\n'),
    results: nodes
      .filter(({ type }) => type === toolResult)
      .map((node) => {
        const { tool_use_id: call, content } = record(node['tool_result_node']);
        return { call: text(call), text: textIn(content) };
      }),
    tools: list(asked['tool_definitions']).map((tool) => {
      const { name, input_schema_json: schema } = record(tool);
      return { name: text(name), parameters: record(JSON.parse(text(schema) || '{}')) };
    }),
  };
}

function chunks(turn: SpokenTurn): Json[] {
  if (turn.kind === 'say')
    return [
      { text: turn.text, nodes: [] },
      { text: '', nodes: [], stop_reason: 1 },
    ];
  const use = { tool_use_id: turn.id, tool_name: turn.tool, input_json: JSON.stringify(turn.input) };
  return [
    { text: '', nodes: [{ id: 1, type: toolUse, content: '', tool_use: use }] },
    { text: '', nodes: [], stop_reason: 3 },
  ];
}
