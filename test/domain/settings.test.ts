import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseBranch } from '../../server/domain/branchName.ts';
import { rigDefaults } from '../../server/domain/rigs.ts';
import {
  parseRigSetting,
  parseTownSetting,
  rigSettingKeys,
  townSettingKeys,
  withRigChange,
  withTownChange,
} from '../../server/domain/settings.ts';
import type { Town } from '../../server/domain/town.ts';
import { refusedBy, rig } from './support.ts';

describe('settings of a rig', () => {
  const parsed: readonly (readonly [string, readonly string[], unknown])[] = [
    ['runtime', ['codex'], { runtime: 'codex' }],
    ['branch', ['release/2.1'], { branch: 'release/2.1' }],
    ['state', ['parked'], { state: 'parked' }],
    ['merge', ['auto'], { settings: { merge: 'auto' } }],
    ['push', ['yes'], { settings: { push: true } }],
    ['push', ['FALSE'], { settings: { push: false } }],
    ['session', ['process'], { settings: { session: 'process' } }],
    ['session', ['tmux'], { settings: { session: 'tmux' } }],
    ['ids', ['hash'], { settings: { ids: 'hash' } }],
    ['maxPolecats', ['3'], { settings: { maxPolecats: 3 } }],
    ['max-polecats', ['3'], { settings: { maxPolecats: 3 } }],
    ['max_polecats', ['100'], { settings: { maxPolecats: 100 } }],
    ['check', ['npm', 'test', '--', 'a b'], { settings: { check: ['npm', 'test', '--', 'a b'] } }],
    ['check', ['make'], { settings: { check: ['make'] } }],
    ['check', ['/opt/my tools/check'], { settings: { check: ['/opt/my tools/check'] } }],
    ['check', ['none'], { settings: { check: [] } }],
    ['approval', ['auto'], { settings: { approval: 'auto' } }],
    ['isolation', ['clone'], { settings: { isolation: 'clone' } }],
    ['isolation', ['in-place'], { settings: { isolation: 'in-place' } }],
    ['setup', ['npm', 'ci'], { settings: { setup: ['npm', 'ci'] } }],
    ['setup', ['none'], { settings: { setup: [] } }],
    ['include', ['off'], { settings: { include: false } }],
    ['include', ['on'], { settings: { include: true } }],
    ['radar', ['15'], { settings: { radar: 15 } }],
    ['radar', ['OFF'], { settings: { radar: 'off' } }],
    ['hold-collisions', ['yes'], { settings: { holdCollisions: true } }],
  ];
  for (const [key, words, change] of parsed) {
    test(`${key} ${words.join(' ')}`, () => assert.deepEqual(parseRigSetting(key, words), change));
  }

  const refused: readonly (readonly [string, readonly string[], string, RegExp])[] = [
    ['merge', ['maybe'], 'merge', /review, auto or none/],
    ['merge', [], 'merge', /one value/],
    ['merge', ['auto', 'none'], 'merge', /one value/],
    ['merge', ['\u001B[2J'], 'merge', /not ""/],
    ['push', ['perhaps'], 'push', /true or false/],
    ['session', ['screen'], 'session', /auto, editor, tmux or process/],
    ['ids', ['numbers'], 'ids', /readable or hash/],
    ['state', ['gone'], 'state', /active, parked or docked/],
    ['approval', ['always'], 'approval', /ask or auto/],
    ['isolation', ['container'], 'isolation', /auto, worktree, clone or in-place/],
    ['isolation', ['in-place', 'clone'], 'isolation', /one value/],
    ['setup', ['npm ci'], 'setup', /separate words/],
    ['include', ['perhaps'], 'include', /on or off/],
    ['radar', ['0'], 'radar', /1 to 1440/],
    ['radar', ['1441'], 'radar', /1 to 1440/],
    ['radar', ['2m'], 'radar', /1 to 1440/],
    ['holdCollisions', ['perhaps'], 'holdCollisions', /true or false/],
    ['maxPolecats', ['0'], 'maxPolecats', /1 to 100/],
    ['maxPolecats', ['101'], 'maxPolecats', /1 to 100/],
    ['maxPolecats', ['1e1'], 'maxPolecats', /1 to 100/],
    ['maxPolecats', ['-3'], 'maxPolecats', /1 to 100/],
    ['runtime', ['Claude Code'], 'runtime', /lower-case/],
    ['branch', ['-x'], 'branch', /refs\/heads/],
    ['check', ['npm test'], 'check', /separate words/],
    ['check', ['  '], 'check', /program/],
    ['check', ['a\0b'], 'check', /program/],
    ['colour', ['red'], 'key', /Keys: runtime, .*maxPolecats/],
    ['__proto__', ['x'], 'key', /Keys:/],
    ['toString', ['x'], 'key', /Keys:/],
    ['', ['x'], 'key', /Keys:/],
  ];
  for (const [key, words, field, says] of refused) {
    test(`${key} ${JSON.stringify(words)} is refused`, () => {
      const refusal = refusedBy(() => parseRigSetting(key, words));
      assert.equal(refusal.code, 'invalid');
      assert.equal(refusal.details.field, field);
      assert.match(`${refusal.message} ${refusal.details.next ?? ''}`, says);
    });
  }

  test('every key that is listed can be set', () => {
    for (const { key } of rigSettingKeys) {
      const refusal = refusedBy(() => parseRigSetting(key, ['\u0000', '']));
      assert.equal(refusal.details.field, key);
    }
    for (const { key } of townSettingKeys) {
      assert.equal(refusedBy(() => parseTownSetting(key, [''])).details.field, key);
    }
    const known = new Set(rigSettingKeys.map(({ key }) => key));
    for (const key of Object.keys(rigDefaults)) assert.ok(known.has(key), `${key} cannot be set`);
  });

  test('a change leaves the other settings', () => {
    const [, backend] = rig('backend', 'be');
    const changed = withRigChange(backend, parseRigSetting('merge', ['auto']));
    assert.deepEqual(changed, { ...backend, settings: { ...backend.settings, merge: 'auto' } });
    assert.equal(withRigChange(backend, parseRigSetting('state', ['docked'])).state, 'docked');
  });
});

describe('settings of the town', () => {
  test('are read', () => {
    assert.deepEqual(parseTownSetting('defaultRuntime', ['sim']), { defaultRuntime: 'sim' });
    assert.deepEqual(parseTownSetting('max-sessions', ['40']), { maxSessions: 40 });
    assert.deepEqual(parseTownSetting('name', ['My', 'Town']), { name: 'My Town' });
    assert.deepEqual(parseTownSetting('runtime.codex.command', ['/opt/codex']), {
      command: { runtime: 'codex', path: '/opt/codex' },
    });
    assert.deepEqual(parseTownSetting('runtime.my.own.command', ['C:\\bin\\own.exe']), {
      command: { runtime: 'my.own', path: 'C:\\bin\\own.exe' },
    });
    assert.deepEqual(parseTownSetting('runtime.codex.command', ['none']), { command: { runtime: 'codex' } });
    assert.deepEqual(parseTownSetting('mayor-runtime', ['codex']), {
      role: { role: 'mayor', runtime: 'codex' },
    });
    assert.deepEqual(parseTownSetting('crewRuntime', ['none']), { role: { role: 'crew' } });
  });

  for (const [key, words] of [
    ['maxSessions', ['1001']],
    ['name', ['a\u0007']],
    ['name', []],
    ['nothing', ['x']],
    ['runtime.codex.command', ['codex']],
    ['runtime.codex.command', ['../codex']],
    ['runtime.codex.command', ['/a\u0007b']],
    ['runtime.Codex!.command', ['/opt/codex']],
    ['runtime..command', ['/opt/codex']],
    ['mayorRuntime', ['No Such']],
    ['crewRuntime', []],
  ] as const) {
    test(`${key} ${JSON.stringify(words)} is refused`, () => {
      assert.equal(refusedBy(() => parseTownSetting(key, words)).code, 'invalid');
    });
  }
});

test('what a person said of a program is kept, changed and forgotten by itself', () => {
  const town = {
    id: 'town',
    townId: 't',
    name: 'gt',
    defaultRuntime: 'sim',
    maxSessions: 5,
  } as unknown as Town;
  const one = withTownChange(town, parseTownSetting('runtime.codex.command', ['/a']));
  const two = withTownChange(one, parseTownSetting('runtime.constructor.command', ['/b']));
  assert.deepEqual(two.commands, { codex: '/a', constructor: '/b' });
  const gone = withTownChange(two, parseTownSetting('runtime.codex.command', ['none']));
  assert.deepEqual(gone, { ...town, commands: { constructor: '/b' } });
  assert.deepEqual(withTownChange(town, { maxSessions: 6 }), { ...town, maxSessions: 6 });
});

describe('branches', () => {
  for (const name of ['main', 'release/2.1', 'feature/x_y-z', 'a.b', 'v1']) {
    test(`${name} is one`, () => assert.equal(parseBranch(name), name));
  }
  const bad = [
    '',
    '-x',
    'a..b',
    'a/',
    '/a',
    'a//b',
    '.a',
    'a/.b',
    'a.',
    'a.lock',
    'x.lock/y',
    'HEAD',
    'refs/heads/x',
    'a b',
    'a~1',
    'a^',
    'a:b',
    '@{u}',
  ];
  for (const name of [...bad, 'a\u3000b', 'a;b', '$(x)', 'ä', 'a\n', 'x'.repeat(201)]) {
    test(`${JSON.stringify(name.slice(0, 20))} is none`, () =>
      assert.equal(refusedBy(() => parseBranch(name)).code, 'invalid'));
  }
});

test('the runtime of a role is kept, changed and forgotten by itself', () => {
  const town = { id: 'town', defaultRuntime: 'sim' } as unknown as Town;
  const one = withTownChange(town, parseTownSetting('mayorRuntime', ['codex']));
  const two = withTownChange(one, parseTownSetting('crewRuntime', ['gemini']));
  assert.deepEqual(two.roleRuntimes, { mayor: 'codex', crew: 'gemini' });
  assert.deepEqual(withTownChange(two, parseTownSetting('mayorRuntime', ['none'])).roleRuntimes, {
    crew: 'gemini',
  });
});
