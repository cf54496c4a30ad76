import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Handlers } from '../../server/protocol/caller.ts';
import type { Method, Params, Result } from '../../server/protocol/messages.ts';
import { StandIn } from '../rpc/standIn.ts';

// These are checked by the compiler; that they are here at all is what the suite can see.
const { handlers } = new StandIn();
const { 'bead/create': _left, ...withoutOne } = handlers;

// @ts-expect-error a handler is missing
export const missing: Handlers = withoutOne;

// @ts-expect-error a handler of a request that there is not
export const unknown: Handlers = { ...handlers, 'bead/creat': () => ({}) };

// @ts-expect-error a handler that answers with something else
export const wrong: Handlers = { ...handlers, 'town/retire': () => ({ sequence: 1 }) };

// @ts-expect-error the params of another request
export const params: Params<'bead/get'> = { rig: 'backend' };

export const result: Result<'town/retire'> = { seq: 1 };

test('the handlers of a town are one for each request', () => {
  const methods: Method[] = Object.keys(handlers) as Method[];
  assert.ok(methods.length > 40);
  assert.equal(Object.keys(withoutOne).length, methods.length - 1);
});
