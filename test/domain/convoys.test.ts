import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { closeBead, updateBead } from '../../server/domain/beads.ts';
import {
  addToConvoy,
  automaticConvoy,
  createConvoy,
  landConvoys,
  progress,
} from '../../server/domain/convoys.ts';
import type { ConvoyId } from '../../server/domain/ids.ts';
import { act, bead, beadId, convoy, given, later, noon, time } from './support.ts';
import { TownTwin } from './townTwin.ts';

const ids = (...all: string[]) => all.map(beadId);
const hash = (): string => 'k3f';
const hqC = 'hq-c' as ConvoyId;

describe('a convoy', () => {
  test('bundles beads in the order given, each once', () => {
    given(bead('be-a'), bead('fe-b'))
      .when((draft) =>
        createConvoy(draft, { title: 'Auth System Overhaul', beads: ids('fe-b', 'be-a', 'fe-b'), hash }, act),
      )
      .thenHolds((made) => {
        assert.deepEqual(made, {
          id: 'hq-auth',
          title: 'Auth System Overhaul',
          beads: ['fe-b', 'be-a'],
          state: 'open',
          automatic: false,
          createdAt: later,
          createdBy: 'overseer',
        });
      });
  });

  test('needs beads that are there, and a title', () => {
    const create = (title: string, ...beads: string[]) =>
      given(bead('be-a')).when((draft) => createConvoy(draft, { title, beads: ids(...beads), hash }, act));
    create('x', 'be-gone').thenRefused('not-found', /be-gone/);
    create('x').thenRefused('invalid', /at least one/);
    create(' ', 'be-a').thenRefused('invalid', /title/);
    create('--help', 'be-a').thenRefused('invalid', /option/);
  });

  test('of closed beads has landed at once', () => {
    given(bead('be-a', { status: 'closed' }))
      .when((draft) => createConvoy(draft, { title: 'x y', beads: ids('be-a'), hash }, act))
      .thenHolds((made) => assert.deepEqual([made.state, made.landedAt], ['landed', later]));
  });

  test('counts every bead it lists; one that is gone is not closed', () => {
    const town = new TownTwin([bead('be-a', { status: 'closed' }), bead('be-b')]);
    assert.deepEqual(progress(town, convoy('hq-c', ['be-a', 'be-b', 'be-gone'])[1]), { closed: 1, total: 3 });
  });

  test('with a bead that is gone does not land', () => {
    given(bead('be-a'), convoy('hq-c', ['be-a', 'be-gone']))
      .when((draft) => closeBead(draft, beadId('be-a'), {}, act))
      .thenHolds(({ landed }) => assert.deepEqual(landed, []));
  });

  test('that was empty from the start never lands', () => {
    given(convoy('hq-c', []))
      .when((draft) => landConvoys(draft, beadId('be-a'), later))
      .thenHolds((landed) => assert.deepEqual(landed, []));
  });

  test('lands with its last bead, and never again', () => {
    const town = new TownTwin([
      bead('be-a'),
      bead('be-b'),
      convoy('hq-c', ['be-a', 'be-b']),
      convoy('hq-d', ['be-a']),
    ]);
    const first = closeBead(town, beadId('be-a'), {}, act);
    assert.deepEqual(
      first.landed.map((one) => one.id),
      ['hq-d'],
    );
    const second = closeBead(town, beadId('be-b'), {}, act);
    assert.deepEqual(
      second.landed.map((one) => [one.id, one.state, one.landedAt]),
      [['hq-c', 'landed', later]],
    );
    assert.deepEqual(landConvoys(town, beadId('be-b'), time(99)), []);
    updateBead(town, beadId('be-b'), { status: 'open' }, act);
    assert.deepEqual(closeBead(town, beadId('be-b'), {}, act).landed, []);
    assert.equal(town.get('convoys', 'hq-c')?.landedAt, later);
  });

  test('is open again when an open bead is added to it', () => {
    const landed = convoy('hq-c', ['be-a'], { state: 'landed', landedAt: noon });
    const beads = [bead('be-a', { status: 'closed' }), bead('be-b'), bead('be-d', { status: 'closed' })];
    const add = (...more: string[]) =>
      given(...beads, landed).when((draft) => addToConvoy(draft, hqC, ids(...more), later));
    add('be-b').thenHolds((grown, town) => {
      assert.deepEqual([grown.state, grown.landedAt, grown.beads], ['open', undefined, ['be-a', 'be-b']]);
      assert.deepEqual(
        closeBead(town, beadId('be-b'), {}, act).landed.map((one) => one.id),
        ['hq-c'],
      );
    });
    add('be-d').thenHolds((grown) =>
      assert.deepEqual([grown.state, grown.landedAt, grown.beads.length], ['landed', noon, 2]),
    );
    add('be-a').thenHolds((same) => assert.equal(same, landed[1]));
    add('be-gone').thenRefused('not-found');
    given()
      .when((draft) => addToConvoy(draft, hqC, [], later))
      .thenRefused('not-found', /gt convoy list/);
  });

  test('is made for a slung bead that travels in none', () => {
    const [, slung] = bead('be-a', { title: 'Refactor auth middleware' });
    given(['beads', slung])
      .when((draft) => automaticConvoy(draft, slung, { at: later, hash }))
      .thenHolds((own, town) => {
        assert.deepEqual(own, { id: 'hq-auth', made: true });
        assert.deepEqual(town.get('convoys', 'hq-auth')?.automatic, true);
        assert.deepEqual(automaticConvoy(town, slung, { at: later, hash }), { id: 'hq-auth', made: false });
      });
    given(['beads', slung], convoy('hq-old', ['be-a'], { state: 'landed' }), convoy('hq-c', ['be-a']))
      .when((draft) => automaticConvoy(draft, slung, { at: later, hash }))
      .thenHolds((own) => assert.deepEqual(own, { id: 'hq-c', made: false }));
  });
});

test('whatever is closed and reopened, every convoy lands exactly when and once all its beads are closed', () => {
  const names = ['a', 'b', 'c', 'd'];
  const lists = fc.array(fc.uniqueArray(fc.constantFrom(...names, 'gone'), { minLength: 1 }), {
    maxLength: 4,
  });
  const steps = fc.array(fc.record({ id: fc.constantFrom(...names), close: fc.boolean() }), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(lists, steps, (listed, all) => {
      const convoys = listed.map((beads, index) =>
        convoy(
          `hq-${index}`,
          beads.map((name) => `x-${name}`),
        ),
      );
      const town = new TownTwin([...names.map((name) => bead(`x-${name}`)), ...convoys]);
      const landings = new Map<string, number>();
      for (const { id, close } of all) {
        const name = beadId(`x-${id}`);
        const landed = close ? closeBead(town, name, {}, act).landed : [];
        if (!close) updateBead(town, name, { status: 'open' }, act);
        for (const one of landed) {
          landings.set(one.id, (landings.get(one.id) ?? 0) + 1);
          const { closed, total } = progress(town, one);
          assert.equal(closed, total);
        }
        for (const one of town.all('convoys')) {
          const { closed, total } = progress(town, one);
          assert.equal(total, one.beads.length);
          assert.ok(closed < total || one.state === 'landed', 'complete means landed');
          assert.equal(landings.get(one.id) ?? 0, one.state === 'landed' ? 1 : 0);
        }
      }
    }),
  );
});
