import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { tellLanded } from '../../client/landedConvoys.ts';
import { ConvoyRows } from '../../client/views/convoys.ts';
import type { Explanation } from '../../server/domain/explaining.ts';
import type { StagedConvoy } from '../../server/protocol/convoyStage.ts';
import { bead } from '../support/beads.ts';
import { person, seen } from '../support/vscode.ts';
import { eventually } from '../support/wait.ts';
import { runInWindow } from './runInWindow.ts';
import { convoy, entry, now, polecat, SmallTown } from './town.ts';

const auth = bead({ id: 'be-auth', title: 'Refactor auth middleware' });

beforeEach(() => {
  seen.messages.length = 0;
  seen.executed.length = 0;
  seen.copied.length = 0;
  person.presses.length = 0;
  person.answers.length = 0;
});

function explained(fields: Partial<Explanation>): SmallTown {
  const town = new SmallTown();
  const said = {
    bead: auth.id,
    title: auth.title,
    reason: 'not-slung',
    sentence: 'Nobody has slung be-auth.',
    evidence: [],
  };
  town.answers['bead/explain'] = () => ({ ...said, ...fields }) as Explanation;
  return town;
}

const subject = { kind: 'bead', bead: 'be-auth' };

const offers: readonly (readonly [Partial<Explanation>, string | undefined])[] = [
  [{}, 'Sling'],
  [{ reason: 'review', next: 'gt mq merge be-auth' }, 'Show Diff'],
  [{ reason: 'blocked', next: 'gt explain be-cache' }, 'Explain be-cache'],
  [{ reason: 'staged', next: 'gt convoy launch hq-auth' }, 'Launch'],
  [{ reason: 'breaker', next: 'gt scheduler retry be-auth' }, 'Copy "gt scheduler retry be-auth"'],
  [{ reason: 'capacity', next: 'Wait for one to finish.' }, undefined],
];

for (const [fields, button] of offers)
  test(`explain offers ${button ?? 'nothing'} where the reason is ${fields.reason ?? 'that nobody slung it'}`, async () => {
    await runInWindow('explain', explained(fields), subject);
    const [message] = seen.messages;
    assert.equal(message?.message, 'Nobody has slung be-auth.');
    assert.deepEqual(message?.buttons, button === undefined ? [] : [button]);
  });

test('explain resumes what a dead session holds', async () => {
  const town = explained({ reason: 'dead-session', next: 'gt session run backend/nux' });
  town.polecats = [polecat('backend/nux', auth, { state: 'failed' })];
  person.presses.push('Resume Session');
  await runInWindow('explain', town, subject);
  await eventually('it is resumed', () => seen.executed.length > 0);
  assert.deepEqual(seen.executed, [
    { command: 'gastown.resumeSession', args: [{ kind: 'polecat', agent: 'backend/nux' }] },
  ]);
});

test('a convoy is explained by what in it does not go on', async () => {
  const town = new SmallTown();
  town.convoys = [convoy('hq-auth', [{ id: 'be-auth', bead: auth, state: 'working' }], 'Auth')];
  town.answers['convoy/stranded'] = () => [];
  await runInWindow('explain', town, { kind: 'convoy', convoy: 'hq-auth' });
  assert.equal(seen.messages[0]?.message, 'The convoy "Auth" goes on: 0 of 1 beads are closed.');
});

const staged: StagedConvoy = {
  title: 'Auth',
  plan: {
    waves: [['be-auth'], ['be-cache']],
    closed: [],
    errors: [],
    warnings: [{ bead: 'be-cache', text: 'be-cache is deferred.' }],
  } as unknown as StagedConvoy['plan'],
};

test('a convoy is launched after its waves were shown, and only where the person agrees', async () => {
  const town = new SmallTown();
  town.answers['convoy/plan'] = () => staged;
  const given: unknown[] = [];
  town.answers['convoy/launch'] = (params) => {
    given.push(params);
    return { ...staged, queued: ['be-auth'] };
  };
  await runInWindow('launchConvoy', town, { kind: 'convoy', convoy: 'hq-auth' });
  assert.deepEqual([seen.messages.length, given.length], [1, 0]);
  person.presses.push('Launch');
  await runInWindow('launchConvoy', town, { kind: 'convoy', convoy: 'hq-auth' });
  assert.deepEqual(given, [{ convoy: 'hq-auth', force: true }]);
});

test('a convoy is closed where the person agrees', async () => {
  const town = new SmallTown();
  town.convoys = [convoy('hq-auth', [{ id: 'be-auth', bead: auth, state: 'ready' }], 'Auth')];
  town.answers['convoy/close'] = () => convoy('hq-auth', []);
  await runInWindow('closeConvoy', town, { kind: 'convoy', convoy: 'hq-auth' });
  assert.ok(!town.asked.includes('convoy/close hq-auth'));
  person.presses.push('Close');
  await runInWindow('closeConvoy', town, { kind: 'convoy', convoy: 'hq-auth' });
  assert.ok(town.asked.includes('convoy/close hq-auth'));
});

test('that a convoy has landed is said by the one entry that tells of it', () => {
  const { convoy: record } = convoy('hq-auth', [{ id: 'be-auth', state: 'verified' }], 'Auth');
  const landing = entry(['convoys', 'hq-auth', record]);
  tellLanded(landing);
  assert.equal(seen.messages.length, 0);
  tellLanded({ ...landing, verb: 'convoy/landed' });
  assert.equal(seen.messages[0]?.message, 'The convoy "Auth" has landed, all 1 beads of it.');
});

test('a convoy that is staged says so, and can be launched and not be slung', async () => {
  const town = new SmallTown();
  const view = convoy('hq-auth', [{ id: 'be-auth', bead: auth, state: 'ready' }], 'Auth');
  town.convoys = [{ ...view, convoy: { ...view.convoy, state: 'staged' } }];
  const [row] = new ConvoyRows(await town.model(), () => now).rows();
  assert.deepEqual([row?.description, row?.context], ['staged · 0/1 landed', 'convoy staged']);
});
