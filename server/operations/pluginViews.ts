import type { RigName } from '../domain/ids.ts';
import type { BadPlugin, PluginId } from '../domain/plugin.ts';
import { pluginIdOf, whenOf } from '../domain/plugin.ts';
import { approvedHash, approvedIn, runsOf } from '../domain/pluginRuns.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { PluginFile } from '../plugins/content.ts';
import type { FoundPlugin } from '../plugins/read.ts';
import type { PluginDetail, PluginState, PluginView } from '../protocol/plugin.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';
import { lookAtPlugins, placeOf } from './pluginLook.ts';
import { nextRunAt } from './pluginTimes.ts';

/** One that is there, or that is missed. */
export interface ListedPlugin {
  readonly id: PluginId;
  readonly name: string;
  readonly rig?: RigName;
  readonly file: string;
  readonly found?: FoundPlugin;
  readonly bad?: BadPlugin;
}

/** Of the town first, then of its rigs. */
export async function listPlugins(
  context: Context,
  only: string | undefined,
): Promise<readonly ListedPlugin[]> {
  const { view } = context.store;
  const rigs = only === undefined ? [...view.all('rigs')] : [findRig(view, only)];
  const listed: ListedPlugin[] = [];
  for (const rig of [undefined, ...rigs.toSorted((a, b) => a.id.localeCompare(b.id))]) {
    const { place, found, bad } = await lookAtPlugins(context, rig);
    const there = [
      ...found.map((each) => ({ ...namesOf(each.plugin), found: each })),
      ...bad.map((each) => ({ ...namesOf(each), bad: each })),
    ];
    const missing = Object.keys(approvedIn(view, rig?.id))
      .filter((name) => !there.some((each) => each.name === name))
      .map((name) =>
        namesOf({ id: pluginIdOf(rig?.id, name), name, file: placeOf(context, rig).folder, ...place }),
      );
    listed.push(...[...there, ...missing].toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  }
  return listed;
}

/** By id, name, what it calls itself, or its file's name without number and ending; refused with `not-found`, and where it could be several. */
export async function findPlugin(
  context: Context,
  { plugin: text, rig }: { readonly plugin: string; readonly rig?: string },
): Promise<ListedPlugin> {
  const all = await listPlugins(context, rig);
  const listed = rig === undefined ? all : all.filter((each) => each.rig === rig);
  for (const isMeant of ways) {
    const matches = listed.filter((each) => isMeant(each, text));
    const [only, ...others] = matches;
    if (only && others.length === 0) return only;
    if (only) {
      const ids = matches.map(({ id }) => id);
      throw new Refusal(
        'invalid',
        `Several plugins are called "${displayText(text, 60)}": ${ids.slice(0, 5).join(', ')}.`,
        {
          field: 'plugin',
          next: `gt plugin show ${only.id}`,
          facts: { plugins: ids },
        },
      );
    }
  }
  throw new Refusal('not-found', `There is no plugin "${displayText(text, 60)}".`, {
    field: 'plugin',
    next: 'gt plugin list',
  });
}

const ways: readonly ((each: ListedPlugin, text: string) => boolean)[] = [
  ({ id }, text) => id === text,
  ({ name }, text) => name === text,
  ({ found }, text) => found?.plugin.title === text,
  ({ name }, text) => name.split('/').at(-1) === text,
  ({ name }, text) => bareName(name) === text,
];

/** `pre-merge/10-lint.sh` is `lint`. */
const bareName = (name: string): string =>
  (name.split('/').at(-1) ?? '').replace(/^\d+-/u, '').replace(/\.[^.]+$/u, '');

export function pluginView(context: Context, listed: ListedPlugin): PluginView {
  const { found, bad } = listed;
  const lastRun = runsOf(context.store.view, listed.id).at(-1);
  const nextAt =
    found?.plugin.kind === 'periodic' ? nextRunAt(context, found.plugin, context.now()) : undefined;
  const state = stateOf(context, listed);
  return {
    ...namesOf(listed),
    state,
    ...(found ? saidBy(found) : {}),
    ...(bad ? { problem: bad.problem, ...(bad.line === undefined ? {} : { line: bad.line }) } : {}),
    ...(lastRun ? { lastRun } : {}),
    ...(nextAt === undefined || state !== 'approved' ? {} : { nextAt }),
  };
}

export function pluginDetail(context: Context, listed: ListedPlugin): PluginDetail {
  const files = (listed.found?.files ?? []).map((file) => ({
    path: file.path,
    bytes: file.bytes.length,
    ...headOf(file),
  }));
  return { ...pluginView(context, listed), files };
}

/** Lines of each file that a person is shown. */
const shownLines = 60;

function headOf({ bytes }: PluginFile): { readonly head: readonly string[]; readonly more: number } {
  if (bytes.includes(0)) return { head: ['(not text)'], more: 0 };
  const lines = bytes.toString('utf8').replace(/\n$/u, '').split('\n');
  return { head: lines.slice(0, shownLines), more: Math.max(0, lines.length - shownLines) };
}

function saidBy({ plugin }: FoundPlugin): Partial<PluginView> {
  const { title, description, hash, timeoutMs } = plugin;
  return {
    hash,
    timeoutMs,
    when: whenOf(plugin),
    runs: runsWords(plugin),
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  };
}

function runsWords(plugin: FoundPlugin['plugin']): readonly string[] {
  if (plugin.kind === 'command') return plugin.command;
  if (plugin.kind === 'script') return [plugin.file];
  return plugin.execution === 'script'
    ? [plugin.file.replace(/plugin\.md$/u, 'run.sh')]
    : ['(a bead is made of its instructions; no agent is started)'];
}

function stateOf({ store: { view } }: Context, { id, found, bad }: ListedPlugin): PluginState {
  const approved = approvedHash(view, id);
  if (!found) return bad ? 'bad' : approved === undefined ? 'unapproved' : 'missing';
  if (approved === undefined) return 'unapproved';
  return approved === found.plugin.hash ? 'approved' : 'changed';
}

function namesOf({ id, name, rig, file }: Pick<ListedPlugin, 'id' | 'name' | 'rig' | 'file'>) {
  return { id, name, file, ...(rig === undefined ? {} : { rig }) };
}
