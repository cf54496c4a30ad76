import type { Timestamp } from '../domain/ids.ts';
import type { PluginPlace } from '../domain/plugin.ts';
import type { PluginFile } from './content.ts';
import { copyPlugin, emptyCopies, interpreterOf, type PluginCopy } from './copy.ts';
import { type PluginFolder, readPlugins } from './read.ts';
import { nextTime } from './schedule.ts';

/** All that the town does with plugin folders. */
export interface PluginFolders {
  /** As they are now: nothing is kept, so that a change is seen at the next use. */
  read(place: PluginPlace): Promise<PluginFolder>;
  /** What was read, in a private folder, to be run there. */
  copy(files: readonly PluginFile[]): Promise<PluginCopy>;
  /** What a script is started with, before its path. */
  interpreter(script: PluginFile): readonly string[];
  nextTime(schedule: string, timezone: string | undefined, after: Timestamp): Timestamp | undefined;
}

/** `copies`: a folder of the town's state, for these alone. */
export function createPluginFolders(copies: string): PluginFolders {
  emptyCopies(copies);
  return {
    read: readPlugins,
    copy: (files) => copyPlugin(copies, files),
    interpreter: ({ bytes }) => interpreterOf(bytes),
    nextTime: (schedule, timezone, after) =>
      nextTime(schedule, timezone, new Date(after))?.toISOString() as Timestamp | undefined,
  };
}
