import type { Timestamp } from '../domain/ids.ts';
import type { PeriodicPlugin, PluginId } from '../domain/plugin.ts';
import { runsOf } from '../domain/pluginRuns.ts';
import { opensAt, pastOf } from '../domain/pluginTimes.ts';
import type { Context } from './context.ts';

/** What is known of periodic plugins only while the town runs. */
export interface PluginMemory {
  readonly askedAt: Map<PluginId, Timestamp>;
  readonly called: Set<PluginId>;
}

const memories = new WeakMap<Context['timers'], PluginMemory>();

/** Of one town: its conditions are asked anew, and events are waited for anew, when it starts. */
export function memoryOf({ timers }: Context): PluginMemory {
  const known = memories.get(timers) ?? { askedAt: new Map(), called: new Set() };
  memories.set(timers, known);
  return known;
}

/** When a periodic plugin is due next; a time that has passed: now. Undefined: not by itself. */
export function nextRunAt(context: Context, plugin: PeriodicPlugin, now: Timestamp): Timestamp | undefined {
  const { askedAt, called } = memoryOf(context);
  const asked = askedAt.get(plugin.id);
  const past = {
    ...pastOf(runsOf(context.store.view, plugin.id)),
    ...(asked === undefined ? {} : { askedAt: asked }),
    isCalled: called.has(plugin.id),
  };
  return opensAt(plugin.gate, past, now, (schedule, timezone, after) =>
    context.plugins.nextTime(schedule, timezone, after),
  );
}
