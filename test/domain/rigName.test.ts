import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  derivePrefix,
  newRigName,
  parseRigName,
  takenPrefixes,
  validatePrefix,
} from '../../server/domain/rigName.ts';
import { createRig, removeRig } from '../../server/domain/rigs.ts';
import { bead, given, mergeRequest, polecat, refusedBy, rig, rigName } from './support.ts';
import { TownTwin } from './townTwin.ts';

describe('names of rigs', () => {
  for (const name of ['backend', 'ml-pipeline', '3d', 'a', 'a_b-c', 'x'.repeat(32)]) {
    test(`${name} is one`, () => assert.equal(parseRigName(name), name));
  }

  const bad = [
    '',
    '-x',
    '_x',
    'Backend',
    'a b',
    'a/b',
    '../x',
    'a.b',
    'ä',
    'x'.repeat(33),
    'a\n',
    '$(x)',
    '--repo',
  ];
  const reserved = ['hq', 'show', 'set', 'unset', 'town', 'con', 'nul', 'com1', 'lpt9'];
  for (const name of [...bad, ...reserved]) {
    test(`${JSON.stringify(name)} is none`, () => {
      const refusal = refusedBy(() => parseRigName(name));
      assert.equal(refusal.code, 'invalid');
      assert.equal(refusal.details.field, 'name');
    });
  }

  test('a name that nearly fits comes with one that does', () => {
    assert.match(refusedBy(() => parseRigName('My Repo')).details.next ?? '', /my-repo/);
  });

  test('a rig is called neither like a rig nor like a bead', () => {
    const there = [rig('backend', 'be'), bead('be-auth')];
    given(...there)
      .when((draft) => newRigName(draft, 'backend'))
      .thenRefused('taken', /rig backend/);
    given(...there)
      .when((draft) => newRigName(draft, 'be-auth'))
      .thenRefused('taken', /bead be-auth/);
    given(...there)
      .when((draft) => newRigName(draft, 'frontend'))
      .thenHolds((name) => assert.equal(name, 'frontend'));
  });
});

describe('prefixes', () => {
  const derived: readonly (readonly [string, readonly string[], string])[] = [
    ['backend', [], 'be'],
    ['frontend', [], 'fe'],
    ['ml-pipeline', [], 'ml'],
    ['infra', [], 'in'],
    ['database', [], 'db'],
    ['gastown', [], 'gt'],
    ['payment-gateway', [], 'pg'],
    ['data_science_lab', [], 'dsl'],
    ['ios-app', [], 'ios'],
    ['a', [], 'a'],
    ['42', [], 'r42'],
    ['3d-engine', [], 'd'],
    ['backend', ['be'], 'bac'],
    ['ml-pipeline', ['ml'], 'mlp'],
    ['ml-pipeline', ['ml', 'mlp'], 'mlpi'],
    ['in', ['in'], 'in2'],
    ['in', ['in', 'in2'], 'in3'],
    ['be', ['be-web'], 'be2'],
    ['h-quarters', ['h'], 'hqu'],
    ['hq-tools', [], 'hqt'],
  ];
  for (const [name, taken, prefix] of derived) {
    test(`${name}${taken.length > 0 ? ` beside ${taken.join(', ')}` : ''} gives ${prefix}`, () => {
      assert.equal(derivePrefix(rigName(name), new Set(taken)), prefix);
    });
  }

  for (const prefix of ['be', 'x', 'my-project', 'bd_9', 'x'.repeat(32)]) {
    test(`${prefix} may be chosen`, () => assert.equal(validatePrefix(prefix, new Set()), prefix));
  }
  for (const prefix of ['', 'Be', '9x', 'be-', '-be', 'b e', 'be--x', 'x'.repeat(33), 'ä']) {
    test(`${JSON.stringify(prefix)} may not`, () => {
      assert.equal(refusedBy(() => validatePrefix(prefix, new Set())).code, 'invalid');
    });
  }
  for (const prefix of ['hq', 'hq-x', 'be', 'be-x', 'my']) {
    test(`${prefix} is taken, or cannot be told from one that is`, () => {
      assert.equal(refusedBy(() => validatePrefix(prefix, new Set(['be', 'my-project']))).code, 'taken');
    });
  }

  test('are unique whatever rigs are created, and each is valid', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,31}$/), { maxLength: 40 });
    fc.assert(
      fc.property(names, (all) => {
        const town = new TownTwin();
        for (const name of all) {
          if (['hq', 'show', 'set', 'unset', 'town', 'con', 'prn', 'aux', 'nul'].includes(name)) continue;
          const taken = takenPrefixes(town);
          const prefix = derivePrefix(rigName(name), taken);
          assert.equal(validatePrefix(prefix, taken), prefix);
          const [, record] = rig(name, prefix);
          createRig(town, record);
        }
        const prefixes = [...town.all('rigs')].map((record) => record.prefix);
        assert.equal(new Set(prefixes).size, prefixes.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('rigs', () => {
  const [, other] = rig('other', 'be');

  test('a second rig with the same prefix is refused', () => {
    given(rig('backend', 'be'))
      .when((draft) => createRig(draft, other))
      .thenRefused('taken', /prefix be/);
  });

  test('a rig that polecats or landings stand on is not removed', () => {
    const worker = polecat('backend/nux', 'be-auth');
    const there = [rig('backend', 'be'), bead('be-auth')];
    given(...there, worker)
      .when((draft) => removeRig(draft, rigName('backend')))
      .thenRefused('in-use', /backend\/nux/);
    given(...there, mergeRequest('mr-1', worker[1]))
      .when((draft) => removeRig(draft, rigName('backend')))
      .thenRefused('in-use', /mr-1/);
  });

  test('a removed rig leaves its beads', () => {
    given(rig('backend', 'be'), bead('be-auth', { rig: rigName('backend') }))
      .when((draft) => removeRig(draft, rigName('backend')))
      .thenHolds((_, town) => {
        assert.equal(town.get('rigs', 'backend'), undefined);
        assert.ok(town.get('beads', 'be-auth'));
        assert.equal(town.get('beads', 'be-auth')?.rig, undefined);
      });
  });
});
