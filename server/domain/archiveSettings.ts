import { count } from './settingWords.ts';
import type { Town } from './town.ts';

/** How many days archives are kept where the town's settings do not say. */
export const keepArchivesDays = 90;

export type ArchiveSetting = 'keepArchives';

export const archiveSettingKeys = [
  {
    key: 'keepArchives',
    values: '1 to 3650',
    about: 'How many days what was removed can be brought back; of open beads always.',
  },
] as const;

export const archiveParsers: Readonly<
  Record<ArchiveSetting, (words: readonly string[]) => Pick<Town, ArchiveSetting>>
> = {
  keepArchives: (words) => ({ keepArchives: count('keepArchives', words, 3650) }),
};
