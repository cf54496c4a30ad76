import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import {
  type BadPlugin,
  type GoodPlugin,
  isPluginName,
  type PluginPlace,
  pluginIdOf,
  type PluginStage,
  pluginStages,
  pluginTimeoutMs,
} from '../domain/plugin.ts';
import { gateDefaults } from '../domain/gate.ts';
import { displayText } from '../domain/text.ts';
import { hashOf, type PluginFile, readFileOnce, readFolderOnce, Unfit, unstartable } from './content.ts';
import { readPeriodic } from './periodic.ts';
import { gateShape } from './shapes.ts';
import { type Complaint, readToml } from './toml.ts';

/** A plugin together with the very bytes that its hash is of. */
export interface FoundPlugin {
  readonly plugin: GoodPlugin;
  readonly files: readonly PluginFile[];
}

export interface PluginFolder {
  readonly found: readonly FoundPlugin[];
  readonly bad: readonly BadPlugin[];
}

const gatesFolder = 'quality-gates';

/**
 * Everything in a plugin folder, as it is now, by name. What cannot be a plugin is among `bad` with the reason; nothing is a fault of
 * the whole. No folder: no plugins.
 */
export async function readPlugins(place: PluginPlace): Promise<PluginFolder> {
  const sorted = new Sorted(place);
  for (const name of await namesIn(sorted, place.folder, '')) {
    if (isStage(name)) await readEach(sorted, name, (file, path) => readScript(place, name, file, path));
    else if (name === gatesFolder) await readEach(sorted, name, (file, path) => readGate(place, file, path));
    else await sorted.take(name, () => readPeriodicFolder(place, name));
  }
  return sorted;
}

/** What was read, told apart. */
class Sorted implements PluginFolder {
  readonly found: FoundPlugin[] = [];
  readonly bad: BadPlugin[] = [];
  readonly folder: string;
  readonly #place: PluginPlace;

  constructor(place: PluginPlace) {
    this.folder = place.folder;
    this.#place = place;
  }

  /** Whatever is wrong with one plugin is said of it alone. Undefined: there is none. */
  async take(name: string, read: () => Promise<FoundPlugin | Complaint | undefined>): Promise<void> {
    try {
      const one = await read();
      if (one === undefined) return;
      if ('plugin' in one) this.found.push(one);
      else this.refuse(name, one);
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      this.refuse(name, { problem: error.message });
    }
  }

  refuse(name: string, complaint: Complaint): void {
    const { rig, folder } = this.#place;
    const shown = displayText(name, 120);
    this.bad.push({
      kind: 'bad',
      id: pluginIdOf(rig, shown),
      name: shown,
      ...(rig === undefined ? {} : { rig }),
      file: join(folder, name),
      ...complaint,
    });
  }
}

async function readEach(
  sorted: Sorted,
  group: string,
  read: (file: string, path: string) => Promise<FoundPlugin | Complaint | undefined>,
): Promise<void> {
  const folder = join(sorted.folder, group);
  for (const name of await namesIn(sorted, folder, `${group}/`))
    await sorted.take(`${group}/${name}`, () => read(join(folder, name), `${group}/${name}`));
}

/** Alphabetical; hidden files are nobody's plugins. */
async function namesIn(sorted: Sorted, folder: string, before: string): Promise<readonly string[]> {
  const kind = await fs.lstat(folder).catch(() => undefined);
  if (kind === undefined) return [];
  if (!kind.isDirectory()) {
    sorted.refuse(before === '' ? '.' : before.slice(0, -1), { problem: 'it is no folder of its own' });
    return [];
  }
  const names = (await fs.readdir(folder)).filter((name) => !name.startsWith('.')).toSorted();
  for (const name of names)
    if (!isPluginName(name))
      sorted.refuse(before + name, {
        problem:
          'its name is to begin with a letter or digit, and to be of letters, digits, dots, hyphens and underscores',
      });
  return names.filter(isPluginName);
}

async function readScript(
  place: PluginPlace,
  stage: PluginStage,
  file: string,
  path: string,
): Promise<FoundPlugin | Complaint> {
  const script = await readFileOnce(file, path);
  const problem = unstartable(script, file);
  if (problem !== undefined) return { problem };
  const plugin = {
    kind: 'script',
    stage,
    timeoutMs: pluginTimeoutMs,
    retries: retriesOf(stage),
    ...baseOf(place, path, file, [script]),
  } as const;
  return { plugin, files: [script] };
}

/** What judges a landing is tried once more, as the gates of a rig's settings are: a check that fails once in a while must not decide. */
const retriesOf = (stage: PluginStage): number => (stage === 'pre-merge' ? gateDefaults.retries : 0);

async function readGate(
  place: PluginPlace,
  file: string,
  path: string,
): Promise<FoundPlugin | Complaint | undefined> {
  if (!path.endsWith('.toml')) return undefined;
  const toml = await readFileOnce(file, path);
  const read = readToml(gateShape, toml.bytes.toString('utf8'));
  if ('problem' in read) return read;
  const { name, description, stage, command, fail_action, timeout, retry, threshold } = read.value;
  const plugin: GoodPlugin = {
    kind: 'command',
    stage,
    command,
    onFail: fail_action,
    timeoutMs: timeout ?? pluginTimeoutMs,
    retries: retry ?? retriesOf(stage),
    ...baseOf(place, path, file, [toml]),
    ...(name === undefined ? {} : { title: name }),
    ...(description === undefined ? {} : { description }),
    ...(threshold === undefined ? {} : { threshold }),
  };
  return { plugin, files: [toml] };
}

async function readPeriodicFolder(
  place: PluginPlace,
  name: string,
): Promise<FoundPlugin | Complaint | undefined> {
  const folder = join(place.folder, name);
  const kind = await fs.lstat(folder);
  if (kind.isSymbolicLink()) return { problem: 'it is a link, which may lead anywhere' };
  if (!kind.isDirectory())
    return { problem: `it lies in no stage: ${pluginStages.join(', ')} or ${gatesFolder}` };
  const files = await readFolderOnce(folder);
  const file = join(folder, 'plugin.md');
  return readPeriodic(baseOf(place, name, file, files), files);
}

function baseOf({ rig }: PluginPlace, name: string, file: string, files: readonly PluginFile[]) {
  return {
    id: pluginIdOf(rig, name),
    name,
    file,
    hash: hashOf(files),
    ...(rig === undefined ? {} : { rig }),
  };
}

function isStage(name: string): name is PluginStage {
  return pluginStages.some((stage) => stage === name);
}
