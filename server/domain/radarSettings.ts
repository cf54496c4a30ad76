import { invalid } from './beadFields.ts';
import type { RigSettings } from './rig.ts';
import { one, yesOrNo } from './settingWords.ts';
import { displayText } from './text.ts';

/** Minutes between two looks of the radar at a rig in which nobody says anything. */
export const radarMinutes = 2;

export const radarSettingKeys = [
  {
    key: 'radar',
    values: '1 to 1440 (minutes), or off',
    about: 'How often to look for work that collides, beside at each commit.',
  },
  {
    key: 'holdCollisions',
    values: 'true or false',
    about: 'Whether a bead waits while its files are being changed by another.',
  },
] as const;

export const radarParsers = {
  radar: (words: readonly string[]) => ({ settings: { radar: minutesOrOff(words) } }),
  holdCollisions: (words: readonly string[]) => ({
    settings: { holdCollisions: yesOrNo('holdCollisions', words) },
  }),
};

function minutesOrOff(words: readonly string[]): NonNullable<RigSettings['radar']> {
  const word = one('radar', words).toLowerCase();
  if (word === 'off') return 'off';
  const minutes = /^[0-9]{1,4}$/u.test(word) ? Number(word) : 0;
  if (minutes >= 1 && minutes <= 1440) return minutes;
  throw invalid('radar', `radar is 1 to 1440 minutes, or off, not "${displayText(word, 40)}".`);
}
