import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { list, record, type Json } from './model/asked.ts';
import { contentOf, fileOf, type Part } from './model/script.ts';
import { ModelServer } from './model/server.ts';

const word = 'word-0123456789';
const bead = 'be-note';
const prompt = `You are backend/nux, and your work is the bead ${bead}. First run: gt prime.`;
const hook = `Hook of backend/nux\n  Title:     Write it down: ${word}\n  Worktree:  /town/backend/nux-abc\n`;

/** A call that was answered, as each wire's client sends it back. */
interface Answered {
  readonly id: string;
  readonly text: string;
}

/** How the client of a wire asks, and where it finds the model's call or words in the answer. */
interface Client {
  readonly path: string;
  body(answered: readonly Answered[]): Json;
  call(answer: string): { readonly id: string; readonly tool: string; readonly input: Json } | undefined;
  words(answer: string): string;
}

const shell = { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] };
const writer = {
  type: 'object',
  properties: { file_path: { type: 'string' }, content: { type: 'string' } },
  required: ['file_path', 'content'],
};

const clients: Readonly<Record<string, Client>> = {
  'Anthropic Messages': {
    path: '/v1/messages?beta=true',
    body: (answered) => ({
      stream: true,
      system: [{ type: 'text', text: 'You are an agent.' }],
      messages: [
        { role: 'user', content: prompt },
        ...answered.flatMap(({ id, text }) => [
          { role: 'assistant', content: [{ type: 'tool_use', id, name: 'Bash', input: {} }] },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: id, content: [{ type: 'text', text }] }],
          },
        ]),
      ],
      tools: [
        { name: 'Bash', input_schema: shell },
        { name: 'Write', input_schema: writer },
      ],
    }),
    call(answer) {
      const block = dataOf(answer)[1]?.['content_block'] as Json;
      const delta = dataOf(answer)[2]?.['delta'] as Json;
      if (block['type'] !== 'tool_use') return undefined;
      return { id: String(block['id']), tool: String(block['name']), input: parse(delta['partial_json']) };
    },
    words: (answer) => String(record(dataOf(answer)[2]?.['delta'])['text']),
  },
  'OpenAI Responses': {
    path: '/v1/responses',
    body: (answered) => ({
      stream: true,
      instructions: 'You are an agent.',
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: prompt }] },
        ...answered.flatMap(({ id, text }) => [
          { type: 'function_call', call_id: id, name: 'shell', arguments: '{}' },
          { type: 'function_call_output', call_id: id, output: text },
        ]),
      ],
      tools: [
        { type: 'web_search' },
        {
          type: 'function',
          name: 'shell',
          parameters: { properties: { command: { type: 'array' } }, required: ['command'] },
        },
      ],
    }),
    call(answer) {
      const item = dataOf(answer)[1]?.['item'] as Json;
      if (item['type'] !== 'function_call') return undefined;
      const { command } = parse(item['arguments']);
      return {
        id: String(item['call_id']),
        tool: String(item['name']),
        // An argument vector here: the command is its last word.
        input: { command: (command as string[]).at(-1) },
      };
    },
    words: (answer) => JSON.stringify(dataOf(answer)[1]?.['item']),
  },
  'OpenAI Chat Completions': {
    path: '/v1/chat/completions',
    body: (answered) => ({
      stream: true,
      messages: [
        { role: 'system', content: 'You are an agent.' },
        { role: 'user', content: [{ type: 'text', text: prompt }] },
        ...answered.flatMap(({ id, text }) => [
          {
            role: 'assistant',
            tool_calls: [{ id, type: 'function', function: { name: 'bash', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: id, content: text },
        ]),
      ],
      tools: [
        { type: 'function', function: { name: 'bash', parameters: shell } },
        { type: 'function', function: { name: 'write', parameters: writer } },
      ],
    }),
    call(answer) {
      const [call] = (deltaOf(answer)['tool_calls'] ?? []) as Json[];
      if (!call) return undefined;
      const made = call['function'] as Json;
      return { id: String(call['id']), tool: String(made['name']), input: parse(made['arguments']) };
    },
    words: (answer) => String(deltaOf(answer)['content']),
  },
  'Gemini generateContent': {
    path: '/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    body: (answered) => ({
      systemInstruction: { parts: [{ text: 'You are an agent.' }] },
      contents: [
        { role: 'user', parts: [{ text: prompt }] },
        ...answered.flatMap(({ id, text }) => [
          { role: 'model', parts: [{ functionCall: { id, name: 'run_shell_command', args: {} } }] },
          {
            role: 'user',
            parts: [{ functionResponse: { id, name: 'run_shell_command', response: { output: text } } }],
          },
        ]),
      ],
      tools: [
        {
          functionDeclarations: [
            { name: 'run_shell_command', parametersJsonSchema: shell },
            { name: 'write_file', parametersJsonSchema: writer },
          ],
        },
      ],
    }),
    call(answer) {
      const call = partOf(answer)['functionCall'] as Json | undefined;
      return call && { id: String(call['id']), tool: String(call['name']), input: call['args'] as Json };
    },
    words: (answer) => String(partOf(answer)['text']),
  },
  "Augment's own": {
    path: '/chat-stream',
    body: (answered) => {
      const asked = answered.map(({ id, text }) => ({
        request_nodes: [{ id: 1, type: 1, tool_result_node: { tool_use_id: id, content: text } }],
      }));
      const { request_nodes: nodes } = asked.at(-1) ?? { request_nodes: [] };
      return {
        message: answered.length === 0 ? prompt : '',
        chat_history: [{ request_message: prompt, request_nodes: [] }, ...asked.slice(0, -1)],
        nodes,
        tool_definitions: [
          { name: 'launch-process', input_schema_json: JSON.stringify(shell) },
          { name: 'save-file', input_schema_json: JSON.stringify(writer) },
        ],
      };
    },
    call(answer) {
      const [node] = (linesOf(answer)[0]?.['nodes'] ?? []) as Json[];
      const use = node?.['tool_use'] as Json | undefined;
      return (
        use && {
          id: String(use['tool_use_id']),
          tool: String(use['tool_name']),
          input: parse(use['input_json']),
        }
      );
    },
    words: (answer) => String(linesOf(answer)[0]?.['text']),
  },
};

/** What the tools of a client answer to the script's commands. */
function answerTo(command: string): string {
  return command === 'gt hook' ? hook : 'ok';
}

for (const [name, client] of Object.entries(clients)) {
  test(`${name}: from the hook to done, one call after the other`, async (t) => {
    const model = await start(t, { word });
    const answered: Answered[] = [];
    const commands: unknown[] = [];
    for (;;) {
      const answer = await ask(model, client, answered);
      const call = client.call(answer);
      if (!call) {
        assert.match(client.words(answer), /It is done\./);
        break;
      }
      const { command = call.input['content'] } = call.input;
      commands.push(command);
      answered.push({ id: call.id, text: answerTo(String(command)) });
    }
    const written =
      name === 'OpenAI Responses' ? `echo "The hook said ${word}." > ${fileOf(bead)}` : contentOf(word);
    assert.deepEqual(commands, [
      'gt prime',
      'gt hook',
      `bd update ${bead} --notes "${word}"`,
      written,
      `git add -A && git commit -m "${bead}: ${word}"`,
      'gt done',
    ]);
    assert.deepEqual(
      model.seen.map(({ wire, bead: about, answered: steps }) => [wire, about, steps.size]),
      [0, 1, 2, 3, 4, 5, 6].map((steps) => [name, bead, steps]),
    );
    assert.ok(
      model.seen.every(({ told }) => told.includes('You are backend/nux')),
      'the first prompt was seen',
    );
    assert.ok(
      model.seen.every(({ told }) => !told.includes(word)),
      'what tools answered is not what it was told',
    );
    assert.ok(model.seen.every(({ primed }) => !primed));
  });
}

describe('the script', () => {
  const { 'Anthropic Messages': client } = clients;
  assert.ok(client);
  const done = (step: string): Answered => ({
    id: `call_${step}_scripted`,
    text: step === 'hook' ? hook : 'ok',
  });

  test('needs no call for a context that came by itself', async (t) => {
    const model = await start(t, { word });
    const body = client.body([]);
    const primed = { ...body, system: `${String(body['system'])} title: Write it down: ${word}` };
    assert.equal(commandOf(await post(model, client.path, primed)), 'gt hook');
    assert.ok(model.seen[0]?.primed);
  });

  test('does what the bead of a test asks for, in its order', async (t) => {
    const model = await start(t, { word, isContract: true });
    const title = 'Write wordabc123 into contract.txt and keep the contract';
    const steps = ['prime', 'hook', 'write', 'commit', 'update'];
    const answered = steps.map((step) => ({
      id: `call_${step}_scripted`,
      text: step === 'hook' ? `Hook of contract/nux\n  Title:     ${title}\n` : 'ok',
    }));
    const commands: unknown[] = [];
    for (const count of [2, 3, 4, 5])
      commands.push(commandOf(await ask(model, client, answered.slice(0, count))));
    assert.deepEqual(commands, [
      'echo "wordabc123" > contract.txt',
      `git add contract.txt && git commit -m "${bead}: keep the contract"`,
      `bd update ${bead} --notes "contract kept"`,
      'gt done',
    ]);
  });

  test('takes the word from the hook alone', async (t) => {
    const model = await start(t, { word });
    const answer = await ask(model, client, [
      done('prime'),
      { id: 'call_hook_scripted', text: 'no such command' },
    ]);
    assert.match(client.words(answer), /The hook named no word: no such command/);
  });

  test('counts a history that was doubled once', async (t) => {
    const model = await start(t, { word });
    const twice = [done('prime'), done('hook'), done('prime'), done('hook')];
    assert.match(String(commandOf(await ask(model, client, twice))), /^bd update/);
  });

  test('works on the bead that it was told of last, and on none that it does not know', async (t) => {
    const model = await start(t, { word });
    model.play('be-other', { word: 'word-9876543210' });
    const body = client.body([]);
    const told = (text: string): Json => ({
      ...body,
      messages: [...(body['messages'] as Json[]), { role: 'user', content: text }],
    });
    await post(model, client.path, told('Now your work is the bead be-other.'));
    assert.equal(model.seen[0]?.bead, 'be-other');
    const answer = await post(model, client.path, told('Now your work is the bead be-strange.'));
    assert.match(client.words(answer), /no bead/);
  });

  test('answers in words where it has no tools', async (t) => {
    const model = await start(t, { word });
    const { tools: _, ...body } = client.body([]);
    assert.equal(client.words(await post(model, client.path, body)), 'A scripted answer');
  });

  test('falls silent after the step that it is told', async (t) => {
    const model = await start(t, { word, silentAfter: 'hook' });
    assert.equal(commandOf(await ask(model, client, [])), 'gt prime');
    const stop = new AbortController();
    const asking = fetch(`${model.address}${client.path}`, {
      method: 'POST',
      body: JSON.stringify(client.body([done('prime'), done('hook')])),
      signal: stop.signal,
    });
    // The next request is answered, and this one is still without an answer.
    await post(model, '/v1/chat/completions', {});
    assert.equal(await Promise.race([asking, Promise.resolve('silence')]), 'silence');
    stop.abort();
    await assert.rejects(asking);
  });

  test('lets two agents go on only when both have read their hooks', async (t) => {
    const model = await start(t, { word, meets: [bead, 'be-other'] });
    model.play('be-other', { word });
    const first = ask(model, client, [done('prime'), done('hook')]);
    const other = JSON.parse(
      JSON.stringify(client.body([done('prime'), done('hook')])).replaceAll(bead, 'be-other'),
    );
    const second = post(model, client.path, other as Json);
    assert.match(String(commandOf(await second)), /be-other/);
    assert.match(String(commandOf(await first)), new RegExp(bead));
  });

  for (const refuses of [401, 429, 529] as const) {
    test(`answers ${refuses} where it is told to`, async (t) => {
      const model = await start(t, { word, refuses });
      const response = await fetch(`${model.address}${client.path}`, {
        method: 'POST',
        body: JSON.stringify(client.body([])),
      });
      assert.equal(response.status, refuses);
      assert.match(await response.text(), /\(scripted\)/);
    });
  }

  test('plays what is asked beside it, and names what it does not play', async (t) => {
    const model = await start(t, { word });
    const models = await fetch(`${model.address}/get-models`, { method: 'POST', body: '{}' });
    assert.equal(((await models.json()) as Json)['default_model'], 'scripted');
    await fetch(`${model.address}/something/new`);
    assert.deepEqual([...model.unknown], ['/something/new']);
  });
});

async function start(t: TestContext, part: Part): Promise<ModelServer> {
  const model = await ModelServer.start();
  t.after(() => model.close());
  model.play(bead, part);
  return model;
}

async function post(model: ModelServer, path: string, body: Json): Promise<string> {
  const response = await fetch(`${model.address}${path}`, { method: 'POST', body: JSON.stringify(body) });
  const answer = await response.text();
  assert.equal(response.status, 200, answer);
  return answer;
}

function ask(model: ModelServer, client: Client, answered: readonly Answered[]): Promise<string> {
  return post(model, client.path, client.body(answered));
}

function commandOf(answer: string): unknown {
  return clients['Anthropic Messages']?.call(answer)?.input['command'];
}

/** The data of server-sent events. */
function dataOf(answer: string): Json[] {
  return [...answer.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) => parse(json));
}

function linesOf(answer: string): Json[] {
  return answer.trim().split('\n').map(parse);
}

function deltaOf(answer: string): Json {
  const [choice] = list(dataOf(answer)[0]?.['choices']);
  return record(record(choice)['delta']);
}

function partOf(answer: string): Json {
  const [candidate] = list(dataOf(answer)[0]?.['candidates']);
  return record(list(record(record(candidate)['content'])['parts'])[0]);
}

function parse(json: unknown): Json {
  return JSON.parse(String(json)) as Json;
}
