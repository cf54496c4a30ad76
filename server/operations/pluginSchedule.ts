import type { JournalEntry } from '../domain/journal.ts';
import { later } from '../domain/later.ts';
import type { PeriodicPlugin, PluginId } from '../domain/plugin.ts';
import { approvedHash } from '../domain/pluginRuns.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { lookAtPlugins } from './pluginLook.ts';
import { isPeriodic, noteChanged, noteNotRun, runWhenDue } from './pluginPeriods.ts';
import { runWords } from './pluginRunner.ts';
import { memoryOf, nextRunAt } from './pluginTimes.ts';
import { afterStopping } from './stopping.ts';

/** Runs approved periodic plugins when their gates open. */
export function pluginSchedule(context: Context): Duty {
  const schedule = new Schedule(context);
  return {
    begin: () => schedule.readSoon(),
    changed: (entry) => schedule.changed(entry),
  };
}

/** How long after a fault of the town's own, such as a full disk, a plugin is tried again. */
const faultMs = 15 * 60_000;

/** What changes which plugins there are to run. Whoever writes a plugin anew has it approved anew. */
const rereads: ReadonlySet<string> = new Set([
  'plugin/approve',
  'plugin/revoke',
  'rig/configure',
  'rig/remove',
]);

class Schedule {
  readonly #context: Context;
  readonly #planned = new Map<PluginId, PeriodicPlugin>();
  /** What an event had called and a killed town server did not bring to its end. */
  readonly #cutOff: Set<string>;
  /** One reading at a time, and one more where something changed meanwhile. */
  #reading: 'no' | 'yes' | 'again' = 'no';

  constructor(context: Context) {
    this.#context = context;
    this.#cutOff = new Set(context.programs.cutOff());
  }

  readSoon(): void {
    if (this.#planned.size === 0 && !isAnyApproved(this.#context)) return;
    if (this.#reading !== 'no') {
      this.#reading = 'again';
      return;
    }
    this.#reading = 'yes';
    this.#context.background('reading the plugins', () => this.#read());
  }

  changed(entry: JournalEntry): void {
    if (rereads.has(entry.verb)) this.readSoon();
    if (this.#planned.size === 0 || entry.verb.startsWith('plugin/')) return;
    const { called } = memoryOf(this.#context);
    for (const plugin of this.#planned.values()) {
      if (called.has(plugin.id) || !calls(plugin, entry)) continue;
      called.add(plugin.id);
      this.#plan(plugin);
    }
  }

  async #read(): Promise<void> {
    try {
      do {
        this.#reading = 'yes';
        await this.#readOnce();
      } while (this.#isAsked());
    } finally {
      this.#reading = 'no';
    }
  }

  #isAsked(): boolean {
    return this.#reading === 'again';
  }

  async #readOnce(): Promise<void> {
    const { view } = this.#context.store;
    const places: (Rig | undefined)[] = [undefined, ...view.all('rigs')];
    const now = new Map<PluginId, PeriodicPlugin>();
    for (const rig of places.filter((each) => each === undefined || each.state === 'active')) {
      const { found } = await lookAtPlugins(this.#context, rig);
      for (const { plugin } of found.filter(isPeriodic))
        if (approvedHash(view, plugin.id) === plugin.hash) now.set(plugin.id, plugin);
        else if (approvedHash(view, plugin.id) !== undefined) await noteChanged(this.#context, plugin);
    }
    for (const id of this.#planned.keys()) if (!now.has(id)) this.#drop(id);
    for (const plugin of now.values()) {
      if (this.#cutOff.delete(runWords(plugin)) && plugin.gate.type === 'event')
        memoryOf(this.#context).called.add(plugin.id);
      this.#plan(plugin);
    }
  }

  #drop(id: PluginId): void {
    this.#planned.delete(id);
    this.#context.timers.cancel(keyOf(id));
  }

  #plan(plugin: PeriodicPlugin): void {
    this.#planned.set(plugin.id, plugin);
    const { timers } = this.#context;
    const at = nextRunAt(this.#context, plugin, this.#context.now());
    if (at === undefined) timers.cancel(keyOf(plugin.id));
    else timers.at(keyOf(plugin.id), at, () => this.#run(plugin));
  }

  async #run(plugin: PeriodicPlugin): Promise<void> {
    const before = this.#context.now();
    if (!this.#planned.has(plugin.id)) return;
    try {
      await runWhenDue(this.#context, plugin.id);
    } catch (error) {
      // The town is being ended.
      const isEnding = error instanceof Refusal && error.code === 'unavailable';
      const time = isEnding ? afterStopping(this.#context) : later(before, faultMs);
      this.#context.timers.at(keyOf(plugin.id), time, () => this.#run(plugin));
      if (isEnding) return;
      await noteNotRun(this.#context, plugin, error);
      throw error;
    }
    const still = this.#planned.get(plugin.id);
    if (!still) return;
    const next = nextRunAt(this.#context, still, before);
    // Nothing has come of it (it changed, or cannot be read): it is looked at again when somebody approves it.
    if (next !== undefined && next <= before) this.#drop(plugin.id);
    else this.#plan(still);
  }
}

const keyOf = (id: PluginId): string => `the plugin ${id}`;

function calls({ gate, rig }: PeriodicPlugin, { verb, changes }: JournalEntry): boolean {
  if (gate.type !== 'event' || !gate.on.includes(verb)) return false;
  if (rig === undefined) return true;
  return changes.some(
    ([collection, id, record]) =>
      (collection === 'rigs' && id === rig) || (record !== null && 'rig' in record && record.rig === rig),
  );
}

function isAnyApproved({ store: { view } }: Context): boolean {
  const holders = [view.get('town', 'town'), ...view.all('rigs')];
  return holders.some((holder) => Object.keys(holder?.approvedPlugins ?? {}).length > 0);
}
