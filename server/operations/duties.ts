import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { pluginSchedule } from './pluginSchedule.ts';
import { watchPullRequests } from './pullRequestWatch.ts';
import { wakeBeads } from './wakeBeads.ts';

const duties: readonly ((context: Context) => Duty)[] = [wakeBeads, pluginSchedule, watchPullRequests];

/** A town that can only be read does nothing by itself. */
export function takeUpDuties(context: Context): void {
  if (context.store.readOnly !== undefined) return;
  const taken = duties.map((duty) => duty(context));
  for (const duty of taken) duty.begin();
  context.store.onCommitted((entry) => {
    for (const duty of taken) duty.changed(entry);
  });
}
