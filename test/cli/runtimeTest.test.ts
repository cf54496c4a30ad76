import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openOutput } from '../../server/cli/output.ts';
import { liveChecklist } from '../../server/cli/text/runtimeTest.ts';
import type { CheckedStep } from '../../server/protocol/runtimeTest.ts';
import type { Ran } from '../support/runNode.ts';
import { installGt } from './installedGt.ts';
import { screen } from './screen.ts';

const installed = installGt();

/** The server's program says these events, whatever it is asked. */
function gt(words: readonly string[], events: readonly object[], code = 0): Promise<Ran> {
  const prints = events.map((event) => `console.log(${JSON.stringify(JSON.stringify(event))});`).join('\n');
  return installed(words, `${prints}\nprocess.exitCode = ${code};`);
}

const step = (name: CheckedStep['step'], more: Partial<CheckedStep> = {}): CheckedStep => ({
  step: name,
  decides: ['hook', 'commit', 'update', 'done'].includes(name),
  outcome: 'passed',
  evidence: `${name} was seen.`,
  seconds: 1,
  ...more,
});

const begin = { event: 'begin', runtime: 'sim', label: 'Simulated agent', live: false, deadlineSeconds: 60 };
const four = [step('hook'), step('commit'), step('update'), step('done')];
const told = (...steps: readonly CheckedStep[]): object[] =>
  steps.map((each) => ({ event: 'step', ...each }));
const result = (steps: readonly CheckedStep[], compatible = true): object => ({
  event: 'result',
  runtime: 'sim',
  compatible,
  steps,
});

describe('gt runtime test', { concurrency: 2 }, () => {
  test('is no success unless all four hold, whatever the result or the exit code claim', async () => {
    const good = await gt(['runtime', 'test', 'sim', '--json'], [begin, ...told(...four), result(four)]);
    assert.deepEqual([good.code, good.stderr], [0, '']);
    assert.deepEqual(JSON.parse(good.stdout), { runtime: 'sim', compatible: true, steps: four });
    const broken = four.map((each) =>
      each.step === 'update' ? { ...each, outcome: 'failed' as const } : each,
    );
    const [lying, few, mute] = [
      await gt(['runtime', 'test', 'sim', '--json'], [begin, result(broken)]),
      await gt(['runtime', 'test', 'sim', '--json'], [begin, result(four.slice(1))]),
      await gt(['runtime', 'test', 'sim'], [begin]),
    ];
    assert.deepEqual([lying.code, few.code, mute.code], [1, 1, 70]);
    const one = await gt(['runtime', 'test', 'sim', '--json'], [begin, result(four.map(() => step('hook')))]);
    assert.equal(one.code, 1, 'four times one step is not all four');
    assert.equal((JSON.parse(lying.stdout) as { compatible: boolean }).compatible, false);
    const honest = await gt(['runtime', 'test', 'sim', '--json'], [begin, result(broken, false)], 1);
    assert.deepEqual([honest.code, honest.stderr], [1, '']);
  });

  test('says each step in the order of the list, with what to do, and takes no text for a command', async () => {
    const steps = [
      step('found'),
      step('version', { evidence: 'v1\u001B[2J\u202E.2' }),
      step('signed-in', { outcome: 'skipped' }),
      step('hook', { evidence: 'A sentence that is much longer than the line that it stands on can hold.' }),
      step('commit', { outcome: 'failed', advice: 'Commit on the branch that is checked out at the start.' }),
    ];
    const shuffled = [steps[3], steps[0], steps[1], steps[4], steps[2]].flatMap((each) => each ?? []);
    const odd = [
      { event: 'step', step: 'nonsense' },
      { event: 'step', ...step('done'), evidence: 7 },
    ];
    const events = [begin, ...odd, ...told(...shuffled), result(steps, false)];
    const { stdout, code } = await gt(['runtime', 'test', 'sim'], events, 1);
    assert.equal(code, 1);
    assert.deepEqual(stdout.split('\n'), [
      'Testing Simulated agent in a town of its own, within 60 s.',
      '  passed  is found                           found was seen.',
      '  passed  says its version                   v1.2',
      '  skipped is signed in                       signed-in was seen.',
      '  passed  reads its hook                     A sentence that is much longer than',
      '                                             the line that it stands on can',
      '                                             hold.',
      '  failed  commits on its branch              commit was seen.',
      '                                             What to do: Commit on the branch',
      '                                             that is checked out at the start.',
      '',
      'Simulated agent: 1 of 2 of the contract hold.',
      'Hook, commit, update and done must all hold: then it is a runtime of the town.',
      '',
    ]);
  });

  test('what was not tried is not said to have failed', async () => {
    const begin80 = { ...begin, label: 'A runtime with a rather long name of its own', live: true };
    const untried = four.map((each) => ({ ...each, outcome: 'skipped' as const }));
    const { stdout, code } = await gt(
      ['runtime', 'test', 'sim'],
      [begin80, ...told(...untried), result(untried, false)],
      1,
    );
    assert.equal(code, 1);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    assert.match(stdout, /: the contract was not tried\.\nWhy is said above, at "reads its hook"\.\n$/);
  });

  test('hands on what was asked for, and asks first where an account is used', async () => {
    const refused = await gt(['runtime', 'test', 'claude', '--live'], [begin, result(four)]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /your own account[^]*--yes/);
    assert.equal(refused.stdout, '');
    const words = [
      'runtime',
      'test',
      'claude',
      '--live',
      '--yes',
      '--host',
      'process',
      '--deadline',
      '9',
      '--json',
    ];
    const said = "{ event: 'refused', code: 'invalid', message: process.argv.slice(2).join(' ') }";
    const asked = await installed(words, `console.log(JSON.stringify(${said})); process.exitCode = 1;`);
    assert.equal(
      (JSON.parse(asked.stderr) as { error: string }).error,
      'runtime-test claude --live --host process --deadline 9',
    );
    const wrong = await gt(['runtime', 'test', 'sim', '--deadline', 'soon'], []);
    assert.equal(wrong.code, 2);
  });
});

test('on a terminal the list is drawn in its place, a line for each step, and in full at the end', () => {
  let written = '';
  const stream = () => ({
    write: (text: string) => (written += text),
    on: () => {},
    isTTY: true,
    columns: 80,
  });
  const list = liveChecklist(openOutput(stream, stream, { environment: { NO_COLOR: '1' }, now: 0 }));
  list.take(begin);
  assert.equal(screen(written).length, 13);
  assert.match(screen(written)[4] ?? '', /^ {2}… {7}reads its hook/);
  const long = 'seen '.repeat(30).trim();
  for (const each of [step('done'), step('hook', { evidence: long }), step('found')])
    list.take({ event: 'step', ...each });
  const during = screen(written);
  assert.equal(during.length, 13, 'still one line for each');
  assert.match(during[4] ?? '', /^ {2}passed {2}reads its hook .*…$/);
  for (const line of during) assert.ok(line.length <= 80, line);
  list.end();
  const whole = screen(written).join(' ');
  assert.equal(whole.match(/seen/g)?.length, 32, 'nothing is cut at the end');
});
