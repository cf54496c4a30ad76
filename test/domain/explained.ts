import assert from 'node:assert/strict';
import { explain } from '../../server/domain/explain.ts';
import type { ExplainReason } from '../../server/domain/explaining.ts';
import { later, rig, townRecord } from './support.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';

/** What is explained of the bead `be-a` of the rig backend, where the town has these records. */
export interface ExplainCase {
  readonly is: string;
  readonly given: readonly GivenRecord[];
  readonly reason: ExplainReason;
  readonly says: RegExp;
  readonly next?: string;
}

export function assertExplained({ given, reason, says, next }: ExplainCase): void {
  const town = new TownTwin([townRecord(), rig('backend', 'be'), ...given]);
  const found = town.get('beads', 'be-a');
  assert.ok(found);
  const said = explain(town, found, later);
  assert.equal(said.reason, reason, said.sentence);
  assert.match(said.sentence, says);
  assert.match(said.sentence, /\.$/);
  if (reason !== 'closed') assert.ok(said.next, 'a next step');
  if (next !== undefined) assert.equal(said.next, next);
}
