import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Memento } from 'vscode';
import type { AttentionItem } from '../../server/domain/attentionItem.ts';
import { runCommand, commandTable } from '../../client/commands.ts';
import type { CommandParts } from '../../client/commands/parts.ts';
import type { Connection } from '../../client/connection.ts';
import { Notices } from '../../client/notices.ts';
import { RuntimeTests } from '../../client/runtimeTests.ts';
import { StatusBar, statusWords } from '../../client/statusBar.ts';
import { Terminals } from '../../client/terminals.ts';
import { AttentionRows } from '../../client/views/attention.ts';
import { Waiting } from '../../client/waiting.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { bead, someDay } from '../support/beads.ts';
import { person, seen } from '../support/vscode.ts';
import { eventually } from '../support/wait.ts';
import { now, polecat, rig, SmallTown, noViews } from './town.ts';

const auth = bead({ id: 'be-auth', rig: 'backend' as never });

function item(id: string, fields: Partial<AttentionItem> = {}): AttentionItem {
  return {
    id,
    kind: 'polecat',
    subject: `backend/${id}`,
    rig: 'backend',
    bead: 'be-auth',
    agent: `backend/${id}`,
    state: 'needs-you',
    reason: 'per user or per key?',
    since: someDay,
    action: { command: `gt session attach backend/${id}`, verb: 'openTerminal' },
    severity: 'high',
    ...fields,
  };
}

const review = item('fe', {
  kind: 'mergeRequest',
  subject: 'fe-login',
  bead: 'fe-login',
  state: 'submitted',
  reason: 'fe-login is submitted and waits for your review.',
  action: { command: 'gt mq show fe-login', verb: 'review' },
  severity: 'low',
});
const escalation = item('es', {
  kind: 'escalation',
  subject: 'es-1',
  state: 'critical',
  reason: 'The \u001B[31mkey\u001B[0m has expired',
  action: { command: 'gt escalate ack es-1', verb: 'acknowledge' },
  severity: 'critical',
});

beforeEach(() => {
  seen.messages.length = 0;
  seen.executed.length = 0;
  person.presses.length = 0;
  person.answers.length = 0;
  person.settings = {};
});

test('a row has its subject, why, since when, and does what there is to do', async () => {
  const town = new SmallTown();
  town.attention = [escalation, item('slit'), review];
  const rows = new AttentionRows(await town.model(), () => now).rows();
  assert.deepEqual(
    rows.map((row) => `${row.icon?.id} ${row.label} | ${row.description} | ${row.command?.command}`),
    [
      'megaphone The key has expired | escalated, critical · 4 m | gastown.acknowledge',
      'bell-dot slit · be-auth | asks: “per user or per key?” · 4 m | gastown.openTerminal',
      'git-merge fe-login | needs review · 4 m | gastown.showDiff',
    ],
  );
  assert.match(rows[1]?.spoken ?? '', /^slit · be-auth, asks: per user or per key\?\. Open Terminal\.$/);
  assert.equal(new Set(rows.map(({ id }) => id)).size, 3);
});

test('the status bar counts what needs a person, as the list does', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend')];
  town.polecats = [polecat('backend/nux', auth)];
  assert.equal(statusWords(await town.model()), '1 working');
  town.attention = [review, escalation];
  assert.equal(statusWords(await town.model()), '1 working · 2 need you');
  const statusBar = new StatusBar();
  const model = await town.model();
  statusBar.show(model, { kind: 'lost', town: '/town' });
  assert.deepEqual(seen.statusBar, { text: '$(organization) 1 working · 2 need you', visible: true });
  statusBar.show(model, { kind: 'failed', message: 'The town is stopped.', stopped: true });
  assert.equal(seen.statusBar.visible, false, 'nothing of it works or waits');
});

class Memory {
  readonly kept = new Map<string, unknown>();
  get<T>(key: string, usual: T): T {
    return (this.kept.get(key) as T | undefined) ?? usual;
  }
  update(key: string, value: unknown): Promise<void> {
    return Promise.resolve(void this.kept.set(key, value));
  }
}

/** A window; the town says which items are its own, usually all. */
function noticesOf(town: SmallTown, memory = new Memory(), isFocused = true): Notices {
  town.answers['attention/claim'] ??= ({ items }) => ({ items });
  const ask: typeof town.ask = (method, params) => {
    const answer = town.ask(method, params);
    answers.push(answer);
    return answer;
  };
  const [window, log, pauseMs] = ['w-1', (): void => undefined, 0];
  const parts = { ask, window, isFocused: () => isFocused, log, pauseMs };
  return new Notices(memory as unknown as Memento, parts);
}

const answers: Promise<unknown>[] = [];

/** The town has answered as often as it was asked, and what came of it was done. */
async function claimed(times = answers.length): Promise<void> {
  await eventually('the town is asked', () => answers.length >= times);
  await Promise.allSettled(answers.splice(0));
  await new Promise((resolve) => setImmediate(resolve));
}

test('what is another window’s is told there, and here when that one was closed', async () => {
  const town = new SmallTown();
  const model = await town.model();
  const asked: string[][] = [];
  let own: readonly string[] = [];
  town.answers['attention/claim'] = ({ items }) => {
    asked.push([...items]);
    return { items: items.filter((id) => own.includes(id)) };
  };
  const window = noticesOf(town, new Memory(), false);
  window.register();
  await claimed(1);
  town.attention = [item('slit'), review];
  await model.refresh();
  own = ['fe'];
  window.show(model);
  await claimed(1);
  assert.deepEqual(asked, [[], ['slit', 'fe']]);
  assert.deepEqual(
    seen.messages.map(({ message }) => message),
    ['fe-login is submitted and waits for your review.'],
  );
  window.untold(['gone', 'other']);
  own = ['slit'];
  window.untold(['slit', 'gone']);
  await claimed(1);
  assert.match(seen.messages.at(-1)?.message ?? '', /^slit · be-auth/);
  assert.deepEqual(asked.slice(2), [['slit']]);
  // An older town server cannot say whose it is.
  delete town.answers['attention/claim'];
  town.answers['attention/claim'] = () => {
    throw new Refusal('unavailable', 'no');
  };
  town.attention = [item('later')];
  await model.refresh();
  window.show(model);
  await claimed(1);
  assert.match(seen.messages.at(-1)?.message ?? '', /^later · be-auth/);
});

test('each item is told once, also after a reload; what comes together is told together', async () => {
  const memory = new Memory();
  const town = new SmallTown();
  const model = await town.model();
  const notices = (): Notices => noticesOf(town, memory);
  const told = async (window: Notices, ...items: AttentionItem[]): Promise<string[]> => {
    seen.messages.length = 0;
    town.attention = items;
    await model.refresh();
    window.show(model);
    window.show(model);
    await claimed();
    return seen.messages.map(({ message, kind, buttons }) => `${kind}: ${message} [${buttons.join()}]`);
  };
  const first = notices();
  assert.deepEqual(await told(first), []);
  assert.deepEqual(await told(first, item('slit')), [
    'warning: slit · be-auth: per user or per key? [Open Terminal]',
  ]);
  assert.deepEqual(await told(first, item('slit')), []);
  assert.deepEqual(await told(notices(), item('slit')), []);
  assert.deepEqual(await told(notices(), item('slit'), review), [
    'info: fe-login is submitted and waits for your review. [Review]',
  ]);
  assert.deepEqual(await told(first, item('a'), item('b')), [
    'warning: 2 need you. a · be-auth: per user or per key? [Show]',
  ]);
  person.settings = { notifications: 'pressing' };
  assert.deepEqual(await told(first, { ...review, id: 'next' }), []);
  person.settings = { notifications: 'off' };
  assert.deepEqual(await told(first, escalation), []);
  // It was not worth telling then, and is not told later.
  person.settings = {};
  assert.deepEqual(await told(first, escalation), []);
});

test('what a command of this window works on is told by the command', async () => {
  const town = new SmallTown();
  const model = await town.model();
  const window = noticesOf(town);
  seen.messages.length = 0;
  await model.inHand.during('be-auth', async () => {
    town.attention = [item('slit'), review, escalation];
    await model.refresh();
    window.show(model);
    await claimed();
  });
  assert.deepEqual(
    seen.messages.map(({ message }) => message),
    ['2 need you. fe-login is submitted and waits for your review.'],
  );
  town.attention = [item('slit'), item('later')];
  await model.refresh();
  window.show(model);
  await claimed();
  assert.equal(seen.messages.length, 1);
});

test('what keeps the rig from landing is told by the merge that was asked for', async () => {
  const town = new SmallTown();
  town.rigs = [rig('backend')];
  town.polecats = [
    polecat('backend/nux', auth, {
      state: 'done',
      mergeRequest: { id: 'mr-1', bead: 'be-auth', state: 'submitted' } as never,
    }),
  ];
  const { parts } = await windowOf(town);
  const held: boolean[] = [];
  town.answers['mergeRequest/merge'] = () => {
    held.push(...['be-auth', 'backend'].map((id) => parts.model.inHand.has(id)));
    return { mergeRequest: { state: 'verified', target: 'main' } } as never;
  };
  await call('merge', parts, { kind: 'polecat', agent: 'backend/nux' });
  assert.deepEqual(held, [true, true]);
});

async function windowOf(town: SmallTown): Promise<{ parts: CommandParts; revealed: string[] }> {
  const revealed: string[] = [];
  const state = { kind: 'connected', town: '/town' } as const;
  const parts = {
    connection: { ask: town.ask, state, settled: () => Promise.resolve(state) } as unknown as Connection,
    model: await town.model(),
    terminals: new Terminals(),
    runtimeTests: new RuntimeTests(),
    views: noViews,
    waiting: new Waiting(({ id }) => Promise.resolve(void revealed.push(id))),
    log: { error: () => undefined, show: () => undefined } as never,
  };
  return { parts, revealed };
}

const call = (name: keyof typeof commandTable, parts: CommandParts, subject?: unknown): Promise<unknown> =>
  runCommand(name, commandTable[name], parts, [subject]);

test('the next waiting one is shown and attended to; behind the last comes the first', async () => {
  const town = new SmallTown();
  town.attention = [item('slit'), review];
  const { parts, revealed } = await windowOf(town);
  for (const _ of ['slit', 'fe', 'slit']) await call('goToNextWaiting', parts);
  assert.deepEqual(revealed, ['slit', 'fe', 'slit']);
  assert.deepEqual(
    seen.executed
      .filter(({ command }) => command !== 'setContext')
      .map(({ command, args }) => [command, ...args]),
    [
      ['gastown.openTerminal', { kind: 'polecat', agent: 'backend/slit' }],
      ['gastown.showDiff', { kind: 'bead', bead: 'fe-login', agent: 'backend/fe' }],
      ['gastown.openTerminal', { kind: 'polecat', agent: 'backend/slit' }],
    ],
  );
  town.attention = [];
  await parts.model.refresh();
  await call('goToNextWaiting', parts);
  assert.equal(seen.messages.at(-1)?.message, 'Nothing needs you.');
});

test('an answer reaches the agent, and one whose session has ended is resumed with it', async () => {
  const town = new SmallTown();
  const asks = { state: 'needs-you', reason: 'per user?', session: { state: 'ended' } } as const;
  town.polecats = [polecat('backend/nux', auth, asks)];
  town.answers = { 'nudge/send': () => ({}) as never };
  const { parts } = await windowOf(town);
  town.asked = [];
  person.answers.push('per key');
  await call('answer', parts, { kind: 'polecat', agent: 'backend/nux' });
  assert.deepEqual(town.asked, ['nudge/send backend/nux']);
  assert.equal(seen.executed.at(-1)?.command, 'gastown.resumeSession');
  person.answers.push('escape');
  await call('answer', parts, { kind: 'polecat', agent: 'backend/nux' });
  assert.equal(town.asked.length, 1);
});

test('only what a person has seen is approved or taken', async () => {
  const town = new SmallTown();
  const hashes: string[] = [];
  town.answers = {
    'rig/approve': ({ hash }) => {
      hashes.push(hash);
      if (hash === 'h1') return {} as never;
      const keys = [{ key: 'diff.external', value: 'evil', scope: 'local' }];
      throw new Refusal('stale', 'It is not what you saw.', { facts: { keys, hash: 'h1' } });
    },
    'escalation/get': () => ({ id: 'es-1', description: 'The key', reason: 'why' }) as never,
    'escalation/acknowledge': () => ({}) as never,
  };
  const { parts } = await windowOf(town);
  await call('approveRig', parts, { kind: 'rig', rig: 'backend' });
  assert.deepEqual(hashes, ['none']);
  person.presses.push('Approve');
  await call('approveRig', parts, { kind: 'rig', rig: 'backend' });
  assert.deepEqual(hashes, ['none', 'none', 'h1']);
  town.asked = [];
  await call('acknowledge', parts, { kind: 'escalation', escalation: 'es-1' });
  assert.deepEqual(town.asked, ['escalation/get es-1']);
  person.presses.push('Take It');
  await call('acknowledge', parts, { kind: 'escalation', escalation: 'es-1' });
  assert.equal(town.asked.at(-1), 'escalation/acknowledge es-1');
});

test('a paused refinery is resumed by a click, and a rejection says once that it is one', async () => {
  const town = new SmallTown();
  const action = { command: 'gt refinery resume backend', verb: 'copy' } as const;
  const paused = item('rig', { kind: 'rig', subject: 'backend', state: 'paused', reason: 'Paused.', action });
  const rejected = { ...review, state: 'rejected', reason: 'Rejected by ann: no' };
  town.attention = [paused, { ...rejected, action: { command: 'gt mq retry fe-login', verb: 'copy' } }];
  const rows = new AttentionRows(await town.model(), () => now).rows();
  assert.deepEqual(
    rows.map(({ description, command }) => [description, command?.command]),
    [
      ['paused: Paused. · 4 m', 'gastown.resumeRefinery'],
      ['rejected by ann: no · 4 m', 'gastown.copyCommand'],
    ],
  );
  assert.deepEqual(rows[0]?.subject, { kind: 'rig', rig: 'backend' });
});
