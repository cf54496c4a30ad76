import type { Context } from './context.ts';
import { dispatchQueue } from './dispatchQueue.ts';
import type { Duty } from './duty.ts';
import { refinery } from './refinery.ts';
import { raiseEscalations } from './escalations.ts';
import { keepArchives } from './keepArchives.ts';
import { freeClaimsOfDone } from './mailQueues.ts';
import { watchCollisions } from './radar.ts';
import { pluginSchedule } from './pluginSchedule.ts';
import { feedConvoys } from './feedConvoys.ts';
import { parkRuntimes } from './quotas.ts';
import { watchPullRequests } from './pullRequestWatch.ts';
import { beginSuccessors } from './successors.ts';
import { takeUpRepairs } from './takeUpRepairs.ts';
import { watchPlaces } from './placeWatch.ts';
import { wakeBeads } from './wakeBeads.ts';
import { witness } from './witness.ts';

const duties: readonly ((context: Context) => Duty)[] = [
  wakeBeads,
  refinery,
  takeUpRepairs,
  beginSuccessors,
  raiseEscalations,
  keepArchives,
  freeClaimsOfDone,
  watchCollisions,
  pluginSchedule,
  watchPullRequests,
  parkRuntimes,
  feedConvoys,
  dispatchQueue,
  witness,
  watchPlaces,
];

/** A town that can only be read does nothing by itself. */
export function takeUpDuties(context: Context): void {
  if (context.store.readOnly !== undefined) return;
  const taken = duties.map((duty) => duty(context));
  for (const duty of taken) duty.begin();
  context.store.onCommitted((entry) => {
    for (const duty of taken) duty.changed(entry);
  });
}
