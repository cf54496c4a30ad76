import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Bead } from '../../server/domain/bead.ts';
import type { Verdict } from '../../server/domain/contract.ts';
import type { JournalEntry } from '../../server/domain/journal.ts';
import type { Polecat } from '../../server/domain/polecat.ts';
import type { Change } from '../../server/domain/records.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import type { RuntimePreset } from '../../server/domain/runtime.ts';
import type { Session, SessionEnd } from '../../server/domain/session.ts';
import type { WatchedTown } from '../../server/operations/contractTown.ts';
import { promptArgument, tryEndings, tryTerminal } from '../../server/operations/contractTrials.ts';
import type { Method } from '../../server/protocol/messages.ts';
import { findPreset } from '../../server/runtimes/presets.ts';

const preset = (name: string): RuntimePreset => findPreset(name, []) ?? assert.fail(name);

const agent = 'contract/nux';
const launch = { directory: '/w/nux', arguments: ['x'], stopSignal: 'SIGTERM', environment: {} };
const session = {
  id: 's-1',
  agent,
  bead: 'co-wait',
  state: 'running',
  pid: 42,
  launch,
} as unknown as Session;
const polecat = { id: agent, state: 'working' } as Polecat;

const entry = (verb: string, ...changes: Change[]): JournalEntry => ({
  seq: 1,
  at: new Date().toISOString() as JournalEntry['at'],
  by: 'town',
  verb,
  subject: agent,
  changes,
});

const sessionIs = (fields: object): Change => ['sessions', session.id, { ...session, ...fields }];
const beadIs = (status: Bead['status']): Change => ['beads', 'co-wait', { id: 'co-wait', status } as Bead];
const polecatIs = (state: Polecat['state']): Change => ['agents', agent, { ...polecat, state }];

/** A town whose second session can be slung, killed, taken up and stopped; a test changes how it answers. */
function town(answers: Partial<Record<Method, (params: never) => unknown>> = {}) {
  const began = { ...entry('work/progress', beadIs('in_progress')), by: agent };
  const entries: JournalEntry[] = [entry('session/started', sessionIs({}), polecatIs('working')), began];
  const asked: [string, unknown][] = [];
  const usual: Partial<Record<Method, (params: never) => unknown>> = {
    'work/sling': () => ({
      slung: [{ bead: 'co-wait', agent, session: 's-1', worktree: '/w/nux', host: 'process' }],
      refused: [],
    }),
    'session/run': () => ({ ...session, id: 's-2' }),
    'session/follow': () => ({ lines: [], next: 0, ended: true }),
    'session/stop': () => ({ ...session, id: 's-2', exit: { end: 'stopped' } }),
  };
  const watched = {
    async ask(method: Method, params: never): Promise<unknown> {
      asked.push([method, params]);
      await Promise.resolve();
      return (answers[method] ?? usual[method] ?? assert.fail(method))(params);
    },
    changes: { entries, next: () => Promise.resolve() },
  } as unknown as WatchedTown;
  const dies = (state: Polecat['state'], end: SessionEnd = 'failed'): void => {
    entries.push(entry('session/ended', sessionIs({ state: 'ended', exit: { end } }), polecatIs(state)));
  };
  return { watched, asked, dies, journals: (one: JournalEntry) => void entries.push(one) };
}

type Fake = ReturnType<typeof town>;

function killed(fake: Fake, state: Polecat['state'] = 'failed', end: SessionEnd = 'failed'): boolean {
  fake.dies(state, end);
  return true;
}

async function endings(
  fake: Fake,
  {
    kill = () => killed(fake),
    left = false,
    name = 'sim',
    hookMs = 0,
  }: {
    readonly kill?: () => boolean;
    readonly left?: boolean;
    readonly name?: string;
    readonly hookMs?: number;
  } = {},
): Promise<Record<string, Verdict>> {
  const said: Record<string, Verdict> = {};
  const processes = { kill, isLeft: () => Promise.resolve(left) };
  const patience = { hookMs, stayMs: 0 };
  const trial = { preset: preset(name), bead: 'co-wait', host: 'process' as const, patience };
  await tryEndings(fake.watched, processes, trial, (step, verdict) => (said[step] = verdict));
  assert.deepEqual(Object.keys(said), ['failure-seen', 'resume', 'clean-stop']);
  return said;
}

const outcomes = (said: Record<string, Verdict>): string[] =>
  Object.values(said).map(({ outcome }) => outcome);

describe('how a session of a tested runtime ends', () => {
  test('killed, taken up, stopped', async () => {
    const said = await endings(town());
    assert.deepEqual(outcomes(said), ['passed', 'skipped', 'passed']);
    assert.match(
      said['failure-seen']?.evidence ?? '',
      /^SIGKILL to process 42; session\/ended by town at .*: failed\.$/,
    );
    assert.match(said['resume']?.evidence ?? '', /no way to resume .* on the same worktree and hook/);
  });

  test('one that ended by itself proves nothing, and fails nothing', async () => {
    const gone = await endings(town(), { kill: () => false });
    const fake = town();
    const done = await endings(fake, { kill: () => killed(fake, 'done', 'done') });
    for (const said of [gone, done]) assert.deepEqual(outcomes(said), ['skipped', 'skipped', 'skipped']);
    const refused = { bead: 'co-wait', message: 'The rig is full.', refusal: { code: 'capacity' } };
    const full = await endings(town({ 'work/sling': () => ({ slung: [], refused: [refused] }) }));
    assert.match(full['failure-seen']?.evidence ?? '', /could not be started: The rig is full\.$/);
  });

  test('a death that nobody notices has failed', async (t: TestContext) => {
    t.mock.timers.enable({ apis: ['Date'], now: 0 });
    const fake = town();
    Object.assign(fake.watched.changes, {
      next: (ms: number) => Promise.resolve(t.mock.timers.setTime(Date.now() + ms)),
    });
    const said = await endings(fake, { kill: () => true });
    assert.equal(said['failure-seen']?.outcome, 'failed');
    assert.match(said['failure-seen']?.evidence ?? '', /5 s after SIGKILL the town still says working/);
  });

  test('it is killed at work: before its model has answered there would be nothing to resume', async () => {
    const said = ['{"type":"system"}', '{"type":"user","message":{"content":"a long line, which is c…'];
    const fake = town({
      'session/follow': ({ from = 0 }: { from?: number }) => ({
        lines: said.slice(from, from + 1),
        next: from + 1,
        ended: false,
      }),
    });
    const followed = (): number => fake.asked.filter(([method]) => method === 'session/follow').length;
    let before = 0;
    const kill = (): boolean => {
      before = followed();
      return killed(fake);
    };
    await endings(fake, { kill, name: 'claude', hookMs: 60_000 });
    assert.equal(before, 2);
  });

  test('resumed is only what was started with the words of its preset', async () => {
    const fork = await endings(town(), { name: 'claude' });
    assert.equal(fork['resume']?.outcome, 'skipped');
    const resumed = { ...session, id: 's-2', launch: { ...launch, arguments: ['--resume', 'an-id'] } };
    const real = await endings(town({ 'session/run': () => resumed }), { name: 'claude' });
    assert.equal(real['resume']?.outcome, 'passed');
    const codexWords = ['exec', '--json', '-c', 'allow_login_shell=false', 'resume', 'an-id'];
    const plain = { ...resumed, host: 'process', launch: { ...launch, arguments: codexWords } };
    const process = await endings(town({ 'session/run': () => plain }), { name: 'codex' });
    assert.equal(process['resume']?.outcome, 'passed', process['resume']?.evidence);
    const fake = town({
      'session/run': () => {
        const exit = { end: 'failed', code: 1 };
        const ended = { ...resumed, state: 'ended', exit };
        fake.journals(entry('session/ended', ['sessions', 's-2', ended as unknown as Session]));
        return resumed;
      },
    });
    const lost = await endings(fake, { name: 'claude' });
    assert.deepEqual(outcomes(lost), ['passed', 'failed', 'skipped']);
    assert.match(lost['resume']?.evidence ?? '', /^Resumed with --resume .* it ended at once \(code 1\)\.$/);
    const refuse = (): never => {
      throw new Refusal('held', 'It no longer holds its bead.');
    };
    const none = await endings(town({ 'session/run': refuse }));
    assert.deepEqual(outcomes(none), ['passed', 'failed', 'skipped']);
    assert.ok(none['resume']?.advice);
  });

  test('a stop is clean within the grace, and with nothing left', async (t: TestContext) => {
    const left = await endings(town(), { left: true });
    assert.equal(left['clean-stop']?.outcome, 'failed');
    assert.match(left['clean-stop']?.advice ?? '', /foreground/);
    t.mock.timers.enable({ apis: ['Date'], now: 0 });
    const slow = (): unknown => {
      t.mock.timers.setTime(Date.now() + 31_000);
      return { ...session, exit: { end: 'stopped' } };
    };
    const deaf = await endings(town({ 'session/stop': slow }));
    assert.equal(deaf['clean-stop']?.outcome, 'failed');
    assert.match(deaf['clean-stop']?.advice ?? '', /stopSignal/);
    const early = await endings(town({ 'session/stop': () => ({ ...session, exit: { end: 'failed' } }) }));
    assert.equal(early['clean-stop']?.outcome, 'skipped');
  });
});

describe('a terminal', () => {
  const trial = { bead: 'co-stay', runtime: 'sim', stayMs: 0, away: false };

  test('one that stays passes, and is stopped', async () => {
    const fake = town();
    const verdict = await tryTerminal(fake.watched, trial);
    assert.equal(verdict.outcome, 'passed');
    assert.deepEqual(fake.asked.at(-1), ['session/stop', { session: 's-1' }]);
    assert.deepEqual(fake.asked[0]?.[1], { beads: ['co-stay'], runtime: 'sim', host: 'tmux' });
  });

  test('one that ends at once fails; where there is no tmux it is skipped', async () => {
    const fake = town();
    fake.dies('failed');
    assert.equal((await tryTerminal(fake.watched, trial)).outcome, 'failed');
    const away = await tryTerminal(fake.watched, { ...trial, away: true });
    assert.equal(away.outcome, 'skipped', 'without its account it may have had no reason to stay');
    assert.match(away.evidence, /away from your account.*--live/);
    const unknown = (): never => {
      throw new Refusal('invalid', 'host: must be one of auto, editor, process', { field: 'host' });
    };
    const verdict = await tryTerminal(town({ 'work/sling': unknown }).watched, trial);
    assert.equal(verdict.outcome, 'skipped');
    assert.match(verdict.evidence, /cannot live in tmux here/);
  });
});

test('a prompt counts where it was given and went to the hook', () => {
  const given = {
    ...session,
    launch: { ...launch, arguments: ['You work on co-wait.'] },
  } as unknown as Session;
  assert.equal(promptArgument(preset('sim'), given, true).outcome, 'skipped');
  assert.equal(promptArgument(preset('claude'), given, true).outcome, 'passed');
  assert.equal(promptArgument(preset('claude'), given, false).outcome, 'skipped');
  assert.equal(promptArgument(preset('claude'), session, true).outcome, 'failed');
});
