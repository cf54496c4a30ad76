import { type Command, Option } from 'commander';
import { plainText } from '../../domain/text.ts';
import type { Params } from '../../protocol/messages.ts';
import type { LifecycleEvent } from '../../protocol/sessionEvent.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import { contextAnswer, goOnAnswer, type HookForm, hookForms, takesGoOn } from '../hookAnswer.ts';
import { hookInput, type HookInput } from '../hookInput.ts';
import { say, unprimed, withinHook } from '../hookReply.ts';
import { hookJson } from '../text/hook.ts';
import { present, verb } from '../words.ts';

/** What the lifecycle hooks of runtimes call. */
export function addLifecycle(gt: Command, cli: Cli): void {
  addPrime(gt, cli);
  addEvent(gt, cli);
}

interface FormOption {
  readonly hook?: HookForm;
}

function formOption(does: string): Option {
  return new Option('--hook <form>', does).choices(hookForms);
}

function addPrime(gt: Command, cli: Cli): void {
  verb(gt, 'prime', {
    does: 'print the context an agent starts with',
    examples: ['gt prime', 'gt prime backend/nux', 'gt prime mayor', 'gt prime --hook claude'],
    json: '{ text, hook: as gt hook prints }',
  })
    .argument('[agent]', 'RIG/NAME, RIG/crew/NAME or mayor, outside a session')
    .addOption(formOption("for a runtime's hook at a start: what it says comes on stdin, the exit code is 0"))
    .action(async (agent: string | undefined, { hook: form }: FormOption) => {
      const params = { ...runtimeSession(cli), ...present({ agent }) };
      if (form !== undefined) return await primeHook(cli, form, params);
      await answer(cli, {
        method: 'work/prime',
        params,
        text: ({ text }) => [plainText(text).trimEnd()],
        json: ({ text, hook }) => ({ text, hook: hookJson(hook) }),
      });
    });
}

/** The session says which variable of the runtime has its name for the session. What is no such name is not worth a refusal. */
function runtimeSession({ environment }: Cli): { readonly runtimeSession?: string } {
  const id = environment[environment['GT_SESSION_VARIABLE'] ?? ''];
  return id && /^\w[\w.:-]{0,199}$/.test(id) ? { runtimeSession: id } : {};
}

async function primeHook(cli: Cli, form: HookForm, params: Params<'work/prime'>): Promise<void> {
  const { session, source, event = 'SessionStart' } = await cli.hookInput();
  const told = await withinHook(() =>
    cli.ask('work/prime', {
      ...params,
      ...present({ source, runtimeSession: session }),
    }),
  );
  const isTold = 'value' in told;
  say(
    cli,
    isTold ? contextAnswer(form, plainText(told.value.text), event) : unprimed(form, told.failure, event),
  );
}

const events = ['start', 'prompt', 'compact', 'stop', 'end', 'notify'] as const satisfies LifecycleEvent[];

function addEvent(gt: Command, cli: Cli): void {
  verb(gt, 'event', {
    does: "tell the town of a turn in this session's life; runtimes' hooks call it",
    examples: ['gt event stop --hook claude', 'gt event notify'],
    json: '{ text?, goOn? }: what waits for the agent, and why it should go on',
  })
    .usage('<start|prompt|compact|stop|end|notify> [json]')
    .argument('<event>')
    .argument('[json]', 'what the runtime says of it, where it does not say it on stdin')
    .addOption(formOption('answer in the form of that runtime; the exit code is 0, whatever comes'))
    .action(async (word: string, json: string | undefined, { hook: form }: FormOption) => {
      const event = events.find((each) => each === word);
      if (event === undefined) throw new Usage(`There is no event "${word}": ${events.join(', ')}.`);
      // With a form the call comes from a hook, which writes on its input.
      const said =
        json !== undefined ? (hookInput(json) ?? {}) : form === undefined ? {} : await cli.hookInput();
      if (form !== undefined) return await eventHook(cli, form, event, said);
      // A person who stopped the town wants it stopped.
      const told = await cli.askRunning('session/event', eventParams(event, said, false));
      if (cli.json) cli.output.json(told);
      else if (told.text !== undefined) cli.output.print([plainText(told.text)]);
    });
}

/** What a hook cannot tell the town is lost, and no reason for its runtime to be troubled. */
async function eventHook(cli: Cli, form: HookForm, event: LifecycleEvent, said: HookInput): Promise<void> {
  const params = eventParams(event, said, takesGoOn(form));
  const told = await withinHook(() => cli.askRunning('session/event', params), eventDeadlineMs);
  if (!('value' in told)) {
    cli.output.note([`gt: ${plainText(told.failure.sentence)}`]);
    return;
  }
  const { text, goOn } = told.value;
  if (goOn !== undefined) say(cli, goOnAnswer(plainText(goOn)));
  else if (text !== undefined) say(cli, contextAnswer(form, plainText(text), said.event ?? 'BeforeAgent'));
}

/** Whoever waits for a turn to begin or end is a person at a terminal. */
const eventDeadlineMs = 5000;

function eventParams(
  event: LifecycleEvent,
  { session, again }: HookInput,
  answers: boolean,
): Params<'session/event'> {
  return {
    event,
    ...present({ runtimeSession: session, again }),
    ...(answers ? { answers } : {}),
  };
}
