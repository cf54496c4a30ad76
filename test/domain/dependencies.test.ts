import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { addDependency, parseDependencyFlag, removeDependency } from '../../server/domain/dependencies.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { act, bead, beadId, edge, given, later, refusedBy } from './support.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';

/** Three tasks and an epic, and an edge between two of them: `[type, metadata]`. */
function add(records: readonly GivenRecord[], from: string, to: string, ...kind: readonly string[]) {
  const [type, metadata] = kind;
  const wanted = {
    bead: beadId(from),
    dependsOn: beadId(to),
    ...(type ? { type } : {}),
    ...(metadata ? { metadata } : {}),
  };
  const beads = [bead('x-a'), bead('x-b'), bead('x-c'), bead('x-epic', { type: 'epic' })];
  return given(...beads, ...records).when((draft) => addDependency(draft, wanted, act));
}

describe('an edge', () => {
  test('blocks, if nothing else is said', () => {
    add([], 'x-a', 'x-b').thenHolds((made, town) => {
      assert.deepEqual(made, {
        id: 'x-a x-b',
        bead: 'x-a',
        dependsOn: 'x-b',
        type: 'blocks',
        createdAt: later,
        createdBy: 'overseer',
      });
      assert.deepEqual([...town.find('dependenciesOf', 'x-a')], [made]);
    });
  });

  test('added again is the one that is there, with newer metadata', () => {
    add([edge('x-a', 'x-b')], 'x-a', 'x-b').thenHolds((same) => assert.notEqual(same.createdAt, later));
    add([edge('x-a', 'x-b', 'waits-for')], 'x-a', 'x-b', 'waits-for', '{"gate":"any-children"}').thenHolds(
      (made) => assert.equal(made.metadata, '{"gate":"any-children"}'),
    );
    add([edge('x-a', 'x-b')], 'x-a', 'x-b', 'related').thenRefused(
      'taken',
      /as blocks.*bd dep remove x-a x-b/,
    );
  });

  const refused: readonly (readonly [string, Parameters<typeof add>, string, RegExp])[] = [
    ['on itself', [[], 'x-a', 'x-a'], 'invalid', /itself/],
    ['from an unknown bead', [[], 'x-gone', 'x-a'], 'not-found', /x-gone/],
    ['to an unknown bead', [[], 'x-a', 'x-gone'], 'not-found', /x-gone/],
    ['of no type', [[], 'x-a', 'x-b', ' '], 'invalid', /type/],
    ['of a long type', [[], 'x-a', 'x-b', 'x'.repeat(51)], 'invalid', /type/],
    ['back', [[edge('x-b', 'x-a')], 'x-a', 'x-b'], 'cycle', /would create a cycle/],
    [
      'round three',
      [[edge('x-b', 'x-c'), edge('x-c', 'x-a', 'conditional-blocks')], 'x-a', 'x-b'],
      'cycle',
      /cycle/,
    ],
    ['from a bead to an epic', [[], 'x-a', 'x-epic'], 'invalid', /epic/],
    ['from an epic to a bead', [[], 'x-epic', 'x-a'], 'invalid', /epic/],
    [
      'from a child to its parent',
      [[edge('x-a', 'x-b', 'parent-child')], 'x-a', 'x-b'],
      'invalid',
      /deadlock/,
    ],
    [
      'from a parent to its child',
      [[edge('x-a', 'x-b', 'parent-child')], 'x-b', 'x-a'],
      'invalid',
      /deadlock/,
    ],
    [
      'to a parent that waits for the child',
      [[edge('x-b', 'x-a')], 'x-a', 'x-b', 'parent-child'],
      'invalid',
      /deadlock/,
    ],
    [
      'to a parent that is a child',
      [[edge('x-b', 'x-a', 'parent-child')], 'x-a', 'x-b', 'parent-child'],
      'cycle',
      /cycle/,
    ],
  ];
  for (const [what, args, code, says] of refused) {
    test(`${what} is refused`, () => void add(...args).thenRefused(code as 'cycle', says));
  }

  test('that does not block may close a circle', () => {
    add([edge('x-b', 'x-a', 'related')], 'x-a', 'x-b', 'related').thenHolds((made) =>
      assert.equal(made.type, 'related'),
    );
    add([edge('x-b', 'x-a')], 'x-a', 'x-b', 'discovered-from').thenHolds((made) =>
      assert.equal(made.type, 'discovered-from'),
    );
  });

  test('between epics blocks; into another project it is kept', () => {
    add([bead('x-epic2', { type: 'epic' })], 'x-epic', 'x-epic2').thenHolds((made) =>
      assert.equal(made.type, 'blocks'),
    );
    add([], 'x-a', 'external:beads:import').thenHolds((made) =>
      assert.equal(made.dependsOn, 'external:beads:import'),
    );
  });

  test('relates-to goes both ways, and away both ways', () => {
    add([], 'x-a', 'x-b', 'relates-to').thenHolds((_, town) => {
      assert.ok(town.get('dependencies', 'x-a x-b') && town.get('dependencies', 'x-b x-a'));
      removeDependency(town, beadId('x-b'), beadId('x-a'));
      assert.deepEqual([...town.all('dependencies')], []);
    });
  });

  test('is removed, or refused as not there', () => {
    const remove = (...records: GivenRecord[]) =>
      given(...records).when((draft) => removeDependency(draft, beadId('x-a'), beadId('x-b')));
    remove(edge('x-a', 'x-b'), edge('x-b', 'x-a')).thenHolds((gone, town) => {
      assert.equal(gone.id, 'x-a x-b');
      assert.deepEqual(
        [...town.all('dependencies')].map((one) => one.id),
        ['x-b x-a'],
      );
    });
    remove(edge('x-b', 'x-a')).thenRefused('not-found', /bd show x-a/);
  });

  test('closes no circle of blocks or parents, however they are added; and 10,000 in a row are no matter', () => {
    const names = ['x-a', 'x-b', 'x-c', 'x-d'];
    const wanted = fc.record({
      bead: fc.constantFrom(...names.map(beadId)),
      dependsOn: fc.constantFrom(...names.map(beadId)),
      type: fc.constantFrom('blocks', 'conditional-blocks', 'parent-child', 'related'),
    });
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 20 }), (all) => {
        const town = new TownTwin(names.map((name) => bead(name)));
        for (const one of all) {
          try {
            addDependency(town, one, act);
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
          }
        }
        const edges = [...town.all('dependencies')];
        for (const kind of [['blocks', 'conditional-blocks'], ['parent-child']]) {
          assert.ok(
            isAcyclic(edges.filter((one) => kind.includes(one.type)).map((one) => [one.bead, one.dependsOn])),
          );
        }
      }),
    );
    const chain = Array.from(
      { length: 10_000 },
      (_, i) => [bead(`y-${i}`), edge(`y-${i}`, `y-${i + 1}`)] as const,
    );
    given(...chain.flat(), bead('y-10000'))
      .when((draft) => addDependency(draft, { bead: beadId('y-10000'), dependsOn: beadId('y-0') }, act))
      .thenRefused('cycle');
  });
});

describe('--deps', () => {
  const parsed: readonly (readonly [string, readonly (readonly [string, string, boolean])[]])[] = [
    ['be-a', [['blocks', 'be-a', false]]],
    ['depends-on:be-a', [['blocks', 'be-a', false]]],
    ['blocked-by:be-a', [['blocks', 'be-a', false]]],
    ['blocks:be-a', [['blocks', 'be-a', true]]],
    ['discovered-from:be-a', [['discovered-from', 'be-a', false]]],
    ['parent-child:be-a', [['parent-child', 'be-a', false]]],
    [
      'blocks:be-a, be-b,related:be-c',
      [
        ['blocks', 'be-a', true],
        ['blocks', 'be-b', false],
        ['related', 'be-c', false],
      ],
    ],
    ['external:beads:import', [['blocks', 'external:beads:import', false]]],
    ['related:external:beads:import', [['related', 'external:beads:import', false]]],
  ];
  for (const [text, wanted] of parsed) {
    test(text, () => {
      assert.deepEqual(
        parseDependencyFlag(text).map((one) => [one.type, one.other, one.reversed]),
        wanted,
      );
    });
  }
  for (const text of ['', ',', 'be-a,', 'blocks:', ':be-a', 'Bad Type:be-a', 'be a']) {
    test(`${JSON.stringify(text)} is refused`, () => {
      const refusal = refusedBy(() => parseDependencyFlag(text));
      assert.deepEqual([refusal.code, refusal.details.field], ['invalid', 'dependencies']);
    });
  }
});

/** By taking away, again and again, whatever nothing points at. */
function isAcyclic(edges: readonly (readonly [string, string])[]): boolean {
  let left = [...edges];
  for (let before = -1; before !== left.length;) {
    before = left.length;
    const targets = new Set(left.map(([, to]) => to));
    left = left.filter(([from]) => targets.has(from));
  }
  return left.length === 0;
}
