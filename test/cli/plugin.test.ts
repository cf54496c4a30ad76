import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PluginDetail, PluginView } from '../../server/protocol/plugin.ts';
import { before } from './samples.ts';
import { gt } from './support.ts';

const lint = {
  id: 'hq:pre-merge/10-lint.sh',
  name: 'pre-merge/10-lint.sh',
  state: 'unapproved',
  file: '/town/plugins/pre-merge/10-lint.sh',
  hash: 'abc123',
  when: 'before a merge',
  runs: ['/town/plugins/pre-merge/10-lint.sh'],
  timeoutMs: 60_000,
} as unknown as PluginView;

const detail: PluginDetail = {
  ...lint,
  files: [{ path: 'pre-merge/10-lint.sh', bytes: 40, head: ['#!/bin/sh', 'echo \u001b[2Jlint'], more: 3 }],
};

const approved: PluginView = { ...lint, state: 'approved' };

const sweep = {
  id: 'backend:sweep',
  name: 'sweep',
  rig: 'backend',
  title: 'sweep',
  state: 'approved',
  file: '/town/backend/plugins/sweep/plugin.md',
  hash: 'def456',
  when: 'every 1 h',
  runs: ['/town/backend/plugins/sweep/run.sh'],
  timeoutMs: 60_000,
  lastRun: {
    id: 'pr-1',
    plugin: 'backend:sweep',
    hash: 'def456',
    result: 'failure',
    createdAt: before(10),
    endedAt: before(10),
    code: 1,
    output: ['no network'],
    reason: 'failed with exit code 1',
  },
} as unknown as PluginView;

const bad = {
  id: 'backend:quality-gates/x.toml',
  name: 'quality-gates/x.toml',
  rig: 'backend',
  state: 'bad',
  file: '/town/backend/plugins/quality-gates/x.toml',
  problem: 'stage must be one of pre-merge',
  line: 2,
} as unknown as PluginView;

describe('gt plugin', () => {
  test('the list says what is wrong, where, and what to do', async () => {
    const said = await gt(['plugin', 'list'], { 'plugin/list': [lint, sweep, bad] });
    assert.equal(said.code, 0);
    assert.match(said.stdout, /PLUGIN +OF +STATE +LAST RUN +RUNS/);
    assert.match(
      said.stdout,
      /hq:pre-merge\/10-lint\.sh: not approved: gt plugin approve hq:pre-merge\/10-lint\.sh/,
    );
    assert.match(
      said.stdout,
      /stage must be one of pre-merge\n {2}\/town\/backend\/plugins\/quality-gates\/x\.toml:2/,
    );
    for (const line of said.stdout.split('\n').filter((each) => each.includes('every 1 h')))
      assert.ok(line.length <= 80, line);
    assert.match((await gt(['plugin', 'list'], { 'plugin/list': [] })).stdout, /No plugins/);
  });

  test('approving shows the content, what it runs and when, and asks', async () => {
    const answers = { 'plugin/get': detail, 'plugin/approve': approved };
    const said = await gt(['plugin', 'approve', 'lint'], answers, { agrees: true });
    assert.deepEqual(said.asked, [
      { method: 'plugin/get', params: { plugin: 'lint' } },
      { method: 'plugin/approve', params: { plugin: 'lint', hash: 'abc123' } },
    ]);
    assert.match(said.stderr, /Runs: before a merge\nCommand: \/town/);
    assert.match(said.stderr, /Hash: abc123/);
    assert.match(said.stderr, / {2}#!\/bin\/sh\n {2}echo lint\n {2}… and 3 more lines/);
    assert.ok(!said.stderr.includes('\u001b'));
    assert.match(said.stdout, /hq:pre-merge\/10-lint\.sh is approved as it is: it runs before a merge\./);
  });

  test('without a person it is refused with the hash to give, in JSON too, and nothing is approved', async () => {
    const no = await gt(['plugin', 'approve', 'lint'], { 'plugin/get': detail }, { agrees: false });
    assert.deepEqual([no.code, no.asked.length], [1, 1]);
    assert.match(
      no.stderr,
      /Next: gt plugin approve hq:pre-merge\/10-lint\.sh --hash abc123, once you have read it/,
    );
    const json = await gt(['plugin', 'approve', 'lint', '--json'], { 'plugin/get': detail });
    assert.deepEqual([json.code, json.asked.length], [1, 1]);
    assert.match(json.stderr, /"hash": "abc123"/);
    const given = await gt(['plugin', 'approve', 'lint', '--rig', 'backend', '--hash', 'abc123', '--json'], {
      'plugin/approve': approved,
    });
    assert.deepEqual(given.asked, [
      { method: 'plugin/approve', params: { plugin: 'lint', rig: 'backend', hash: 'abc123' } },
    ]);
  });

  test('what cannot be run cannot be approved', async () => {
    const said = await gt(['plugin', 'approve', 'x'], { 'plugin/get': { ...bad, files: [] } });
    assert.equal(said.code, 1);
    assert.match(said.stderr, /cannot be a plugin: stage must be one of pre-merge/);
  });

  test('show, history, run and revoke say what they found', async () => {
    const shown = await gt(['plugin', 'show', 'lint'], { 'plugin/get': detail });
    assert.match(shown.stdout, /Plugin: hq:pre-merge\/10-lint\.sh\nState: unapproved\nRuns: before a merge/);
    const run = sweep.lastRun;
    assert.ok(run);
    const history = await gt(['plugin', 'history', 'sweep', '--limit', '3'], {
      'plugin/history': { plugin: sweep, runs: [run] },
    });
    assert.deepEqual(history.asked[0]?.params, { plugin: 'sweep', limit: 3 });
    assert.match(history.stdout, /failure +town +failed with exit code 1/);
    const shut = await gt(['plugin', 'run', 'sweep', '--dry-run'], {
      'plugin/run': { plugin: sweep, ran: false, reason: 'Its gate is shut for another 5 min.' },
    });
    assert.deepEqual([shut.code, shut.asked[0]?.params], [0, { plugin: 'sweep', dryRun: true }]);
    assert.match(shut.stdout, /backend:sweep was not run\. Its gate is shut for another 5 min\./);
    const ran = await gt(['plugin', 'run', 'sweep', '--force'], {
      'plugin/run': { plugin: sweep, ran: true, run },
    });
    assert.match(ran.stdout, /backend:sweep: failure: failed with exit code 1\n {2}no network/);
    const revoked = await gt(['plugin', 'revoke', 'lint', '--json'], { 'plugin/revoke': lint });
    assert.equal((JSON.parse(revoked.stdout) as PluginView).state, 'unapproved');
  });
});
