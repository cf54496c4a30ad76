import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { pluginUri } from '../../client/documents.ts';
import { GateDocuments, gatesUri } from '../../client/gateDocuments.ts';
import { AttentionRows } from '../../client/views/attention.ts';
import { RigRows } from '../../client/views/rigs.ts';
import type { AttentionItem } from '../../server/domain/attentionItem.ts';
import type { GateOutcome } from '../../server/domain/gate.ts';
import type { RigName } from '../../server/domain/ids.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import type { PluginDetail } from '../../server/protocol/plugin.ts';
import { bead, someDay } from '../support/beads.ts';
import { person, seen } from '../support/vscode.ts';
import { eventually } from '../support/wait.ts';
import { runInWindow } from './runInWindow.ts';
import { entry, now, polecat, rig, SmallTown } from './town.ts';

const auth = bead({ id: 'be-auth', title: 'Refactor auth middleware' });
const subject = { kind: 'bead', bead: 'be-auth', agent: 'backend/nux' };

function gate(name: string, fields: Partial<GateOutcome> = {}): GateOutcome {
  const outcome = {
    name,
    phase: 'before',
    outcome: 'passed',
    code: 0,
    ms: 10,
    tries: 1,
    output: [`${name} says so`],
    onFail: 'reject',
    at: someDay,
    on: 'c'.repeat(40),
  };
  return { ...outcome, ...fields } as GateOutcome;
}

const failed = gate('test', {
  outcome: 'failed',
  code: 1,
  tries: 2,
  output: ['not ok \u001B[31m1\u001B[0m'],
});

/** A town in which `backend/nux` has handed over `be-auth`. */
function submitted(mergeRequest: Partial<MergeRequest>): SmallTown {
  const town = new SmallTown();
  const handed = { agent: 'backend/nux', state: 'submitted', tip: 'd'.repeat(40), ...mergeRequest };
  town.rigs = [rig('backend', { polecats: { working: 0, needYou: 1, total: 1 } })];
  town.polecats = [
    polecat('backend/nux', auth, { state: 'done', needsPerson: true, mergeRequest: handed as MergeRequest }),
  ];
  return town;
}

beforeEach(() => {
  for (const list of [seen.messages, seen.executed, seen.documents, seen.problems]) list.length = 0;
  for (const list of [person.presses, person.answers]) list.length = 0;
});

/** The row of the polecat: what it says, and what its menus are asked for. */
async function polecatRow(town: SmallTown) {
  const rows = new RigRows(await town.model(), () => now);
  const row = rows.rows(rows.rows()?.[0])?.[0];
  assert.ok(row);
  return row;
}

test('a row says how its landing went with the gates, once', async () => {
  const reason = 'The gate test failed twice, with exit code 1';
  const rejected = await polecatRow(submitted({ state: 'rejected', reason, gates: [gate('types'), failed] }));
  assert.equal(rejected.description, `rejected · ${reason} · Claude Code · be-auth · 4 m`);
  assert.equal(rejected.context, 'polecat done mergeable retryable gated worked');
  assert.ok(rejected.tooltip().includes('Gates: types passed; test failed twice, with exit code 1'));
  const passed = await polecatRow(submitted({ gates: [gate('types'), gate('test')] }));
  assert.match(passed.description ?? '', /^needs review · 2 gates passed · /);
  assert.match(passed.spoken, /Gates: 2 gates passed\./);
  assert.equal(passed.context, 'polecat done mergeable rejectable gated worked');
  const refused = { state: 'rejected', reason: 'Rejected by ann: no', gates: [gate('types')] } as const;
  assert.match(
    (await polecatRow(submitted(refused))).description ?? '',
    /^rejected by ann: no · types passed · /,
  );
});

test('the document of the gates is what gt mq log prints, and follows the landings', async () => {
  const town = submitted({ state: 'rejected', reason: 'no', attempts: 1, gates: [gate('types'), failed] });
  const request = town.polecats[0]?.mergeRequest;
  assert.ok(request);
  town.answers['mergeRequest/get'] = () => ({ mergeRequest: request, runtimeLabel: 'Codex' });
  const documents = new GateDocuments(town.ask);
  const text = await documents.provideTextDocumentContent(gatesUri(request));
  assert.deepEqual(text.split('\n'), [
    'be-auth rejected: no',
    '1 attempt, tip ddddddd',
    '',
    `types passed on ccccccc, before the landing, ${someDay}`,
    '  types says so',
    '',
    `test failed twice, with exit code 1 on ccccccc, before the landing, ${someDay}`,
    '  not ok 1',
  ]);
  const told: unknown[] = [];
  documents.onDidChange((uri) => told.push(uri));
  documents.take(entry(['beads', 'be-auth', auth], ['mergeRequests', 'mr-1', request]));
  assert.deepEqual(told, [gatesUri(request)]);
});

test('the gates stand in a tab of their own; of what no gate has run on that is said', async () => {
  const town = submitted({ gates: [failed] });
  await runInWindow('showGates', town, subject);
  assert.deepEqual(seen.documents, [gatesUri({ id: 'mr-1', bead: 'be-auth' } as never)]);
  await runInWindow('showGates', submitted({}), subject);
  assert.equal(seen.messages.at(-1)?.message, 'No gate has run on be-auth.');
});

test('a diff offers what the gates said of it', async () => {
  const town = submitted({ gates: [gate('types')] });
  const files = ['a.js', 'b.js'].map((path) => ({ path, status: 'modified' as const }));
  town.answers['polecat/changes'] = () => ({ base: 'b'.repeat(40), tip: 'd'.repeat(40), files });
  person.presses.push('Show Gate Output');
  await runInWindow('showDiff', town, subject);
  assert.deepEqual(seen.messages, [
    { kind: 'info', message: 'be-auth: types passed.', buttons: ['Show Gate Output'] },
  ]);
  await eventually('it is shown', () => seen.executed.some(({ command }) => command === 'gastown.showGates'));
});

test('a merge is tried again, also where its polecat is gone, and what it waits for is said', async () => {
  const town = submitted({ state: 'conflict' });
  town.answers['mergeRequest/retry'] = () => ({ waits: 'The refinery is paused.' }) as never;
  await runInWindow('retryMerge', town, subject);
  assert.deepEqual(town.asked, ['mergeRequest/retry mr-1']);
  assert.equal(seen.messages[0]?.message, 'be-auth is in the merge queue again. The refinery is paused.');
  const request = town.polecats[0]?.mergeRequest;
  town.polecats = [];
  town.answers['mergeRequest/get'] = () => ({ mergeRequest: request }) as never;
  town.answers['mergeRequest/retry'] = () => ({}) as never;
  await runInWindow('retryMerge', town, subject);
  assert.deepEqual(town.asked, ['mergeRequest/get be-auth', 'mergeRequest/retry mr-1']);
});

test('a merge is rejected for a reason, its polecat is told, and a refusal is shown', async () => {
  const town = submitted({});
  const told: unknown[] = [];
  town.answers['mergeRequest/reject'] = (params) => {
    told.push(params);
    return { mergeRequest: { state: 'rejected' } } as never;
  };
  person.answers.push('  ', 'the name is wrong');
  await runInWindow('rejectMerge', town, subject);
  assert.deepEqual(told, [{ mergeRequest: 'mr-1', reason: 'the name is wrong', notify: true }]);
  assert.deepEqual(seen.problems, ['A reason, please.']);
  assert.equal(seen.messages[0]?.message, 'be-auth is rejected; backend/nux is told why.');
  person.answers.push('escape');
  await runInWindow('rejectMerge', town, subject);
  assert.equal(told.length, 1);
  town.answers['mergeRequest/reject'] = () => {
    throw new Refusal('closed', 'mr-1 is on main already.', { next: 'gt mq show mr-1' });
  };
  person.answers.push('too late');
  await runInWindow('rejectMerge', town, subject);
  assert.deepEqual(seen.messages.at(-1), {
    kind: 'warning',
    message: 'mr-1 is on main already.',
    buttons: ['Copy "gt mq show mr-1"'],
  });
});

test('a merge in a rig whose refinery is paused says so, with the way on', async () => {
  const town = submitted({ rig: 'backend' as RigName });
  const [summary] = town.rigs;
  assert.ok(summary);
  town.rigs = [{ ...summary, rig: { ...summary.rig, refinery: { pausedAt: someDay, by: 'ann' } } }];
  const reason = 'The refinery of backend was paused by ann.';
  const [nux] = town.polecats;
  town.answers['mergeRequest/merge'] = () => ({ mergeRequest: { ...nux?.mergeRequest, reason } }) as never;
  await runInWindow('merge', town, subject);
  assert.deepEqual(seen.messages, [
    { kind: 'warning', message: `be-auth did not land. ${reason}`, buttons: ['Resume Refinery'] },
  ]);
});

test('a refinery is paused with a reason or without; its rig shows it, and it is resumed', async () => {
  const town = new SmallTown();
  const paused: unknown[] = [];
  town.rigs = [rig('backend')];
  town.answers['refinery/pause'] = (params) => void paused.push(params) as never;
  town.answers['refinery/resume'] = () => ({ landing: [], queue: ['mr-1', 'mr-2'] }) as never;
  for (const typed of ['a release is cut', '']) {
    person.answers.push(typed);
    await runInWindow('pauseRefinery', town, { kind: 'rig', rig: 'backend' });
  }
  assert.deepEqual(paused, [{ rig: 'backend', reason: 'a release is cut' }, { rig: 'backend' }]);
  const [summary] = town.rigs;
  assert.ok(summary);
  const refinery = { pausedAt: someDay, by: 'ann', reason: 'a release is cut' };
  town.rigs = [{ ...summary, rig: { ...summary.rig, refinery } }];
  const [row] = new RigRows(await town.model(), () => now).rows() ?? [];
  assert.deepEqual(
    [row?.description, row?.context],
    ['Claude Code · refinery paused · idle', 'rig active paused'],
  );
  const why = `Nothing lands: its refinery was paused by ann at ${someDay}: a release is cut`;
  assert.ok(row?.tooltip().includes(why));
  await runInWindow('resumeRefinery', town, { kind: 'rig', rig: 'backend' });
  assert.equal(seen.messages.at(-1)?.message, 'The refinery of backend is resumed; 2 land next.');
});

const lint = {
  id: 'backend:pre-merge/10-lint.sh',
  name: 'pre-merge/10-lint.sh',
  state: 'unapproved',
  file: '/town/backend/plugins/pre-merge/10-lint.sh',
  hash: 'abc',
  when: 'before a merge',
  runs: ['/town/backend/plugins/pre-merge/10-lint.sh'],
  timeoutMs: 60_000,
  files: [{ path: '10-lint.sh', bytes: 20, head: ['#!/bin/sh', 'npm run lint'], more: 0 }],
} as unknown as PluginDetail;

const wanted: AttentionItem = {
  id: 'plugin:pr-1',
  kind: 'plugin',
  subject: lint.id,
  state: 'unapproved',
  reason: 'The plugin pre-merge/10-lint.sh is not run: nobody has approved it.',
  since: someDay,
  action: { command: `gt plugin show ${lint.id}`, verb: 'approve' },
  severity: 'low',
};

test('a plugin is approved as it was shown, and only by a press', async () => {
  const town = new SmallTown();
  town.attention = [wanted];
  const [row] = new AttentionRows(await town.model(), () => now).rows();
  assert.deepEqual(
    [row?.context, row?.command?.command, row?.subject],
    ['attention plugin', 'gastown.approvePlugin', { kind: 'plugin', plugin: lint.id }],
  );
  const approved: unknown[] = [];
  town.answers = {
    'plugin/get': () => lint,
    'plugin/list': () => [lint, { ...lint, id: 'hq:ok', state: 'approved' } as unknown as PluginDetail],
    'plugin/approve': (params) => void approved.push(params) as never,
  };
  await runInWindow('approvePlugin', town, row?.subject);
  const [asked] = seen.messages;
  assert.equal(asked?.message, `May ${lint.id} run as you, without being asked again?`);
  const [options] = (asked?.buttons ?? []) as { detail: string }[];
  assert.deepEqual(options?.detail.split('\n'), [
    'Runs: before a merge',
    `Command: ${lint.file}`,
    'Time limit: 60 s',
    `File: ${lint.file}`,
    'Hash: abc',
  ]);
  assert.deepEqual([approved, seen.documents], [[], [pluginUri(lint.id)]]);
  person.answers.push(lint.id);
  person.presses.push('Approve');
  await runInWindow('approvePlugin', town);
  assert.deepEqual(approved, [{ plugin: lint.id, hash: 'abc' }]);
});

test('what can be read as no plugin is not asked about', async () => {
  const town = new SmallTown();
  const { hash: _, ...bad } = { ...lint, state: 'bad', problem: 'names no command' };
  town.answers['plugin/get'] = () => bad as unknown as PluginDetail;
  await runInWindow('approvePlugin', town, { kind: 'plugin', plugin: lint.id });
  assert.equal(seen.messages[0]?.message, `${lint.id} cannot be approved: names no command`);
});

test('a merge that a gate rejected offers what it said', async () => {
  const town = submitted({});
  const rejected = {
    bead: 'be-auth',
    state: 'rejected',
    reason: 'The gate test failed with exit code 1',
    gates: [failed],
  };
  town.answers['mergeRequest/merge'] = () => ({ mergeRequest: rejected }) as never;
  person.presses.push('Show Gate Output');
  await runInWindow('merge', town, subject);
  assert.deepEqual(seen.messages, [
    {
      kind: 'warning',
      message: 'be-auth did not land. The gate test failed with exit code 1',
      buttons: ['Show Gate Output'],
    },
  ]);
  await eventually('it is shown', () => seen.executed.some(({ command }) => command === 'gastown.showGates'));
});
