import { invalid } from './beadFields.ts';
import type { RemedyCeiling, RigSettings } from './rig.ts';
import { choice, count, one, yesOrNo } from './settingWords.ts';
import { parseSpan, spanWord } from './span.ts';

/** What a rig says about watching over its polecats. */
export interface WitnessSettings {
  /** Silent for so long, a polecat counts as stalled. */
  readonly stallAfterMs: number;
  /** How often it is nudged in one episode. */
  readonly maxNudges: number;
  readonly remedy: RemedyCeiling;
  /** Stalled for so long, its session may be ended and begun again; absent: never. */
  readonly stallLimitMs?: number;
  /** Commits of one whose session ends without done are kept at once. */
  readonly pushOnCrash: boolean;
}

const witnessDefaults = {
  stallAfterMs: 15 * 60_000,
  maxNudges: 2,
  remedy: 'nudge',
  pushOnCrash: true,
} as const satisfies WitnessSettings;

export function witnessSettings(settings: RigSettings | undefined): WitnessSettings {
  const { stallAfterMs, maxNudges, remedy, pushOnCrash } = witnessDefaults;
  const limit = settings?.stallLimitMs;
  return {
    stallAfterMs: settings?.stallAfterMs ?? stallAfterMs,
    maxNudges: settings?.maxNudges ?? maxNudges,
    remedy: settings?.remedy ?? remedy,
    pushOnCrash: settings?.pushOnCrash ?? pushOnCrash,
    ...(limit === undefined || limit === 0 ? {} : { stallLimitMs: limit }),
  };
}

/** So often in a row work on a bead may fail without a commit before a person has to look. */
export const triesOf = (settings: RigSettings | undefined): number => settings?.tries ?? 3;

export const witnessSettingKeys = [
  {
    key: 'stallAfter',
    values: '1m to 24h',
    about: 'Silent for so long, a polecat counts as stalled (15m).',
  },
  { key: 'maxNudges', values: '0 to 10', about: 'How often a stalled polecat is nudged (2).' },
  {
    key: 'remedy',
    values: 'none, nudge, restart or escalate',
    about: 'The most that the town does about it by itself.',
  },
  {
    key: 'stallLimit',
    values: '1m to 24h, or none',
    about: 'Stalled for so long, its session is ended and begun again.',
  },
  {
    key: 'pushOnCrash',
    values: 'true or false',
    about: 'Keep the commits of a session that ends without done.',
  },
  {
    key: 'tries',
    values: '1 to 20',
    about: 'How often a bead may fail in a row before a person looks (3).',
  },
] as const;

type Parser = (words: readonly string[]) => { readonly settings: Partial<RigSettings> };

export const witnessParsers: Readonly<Record<string, Parser>> = {
  stallAfter: (words) => ({ settings: { stallAfterMs: span('stallAfter', words) } }),
  maxNudges: (words) => ({ settings: { maxNudges: nudges(words) } }),
  remedy: (words) => ({
    settings: { remedy: choice('remedy', words, ['none', 'nudge', 'restart', 'escalate']) },
  }),
  stallLimit: (words) => ({
    settings: { stallLimitMs: one('stallLimit', words) === 'none' ? 0 : span('stallLimit', words) },
  }),
  pushOnCrash: (words) => ({ settings: { pushOnCrash: yesOrNo('pushOnCrash', words) } }),
  tries: (words) => ({ settings: { tries: count('tries', words, 20) } }),
};

/** The values of the same keys, as text. */
export function witnessWords(settings: RigSettings | undefined): Readonly<Record<string, string>> {
  const { stallAfterMs, maxNudges, remedy, stallLimitMs, pushOnCrash } = witnessSettings(settings);
  return {
    stallAfter: spanWord(stallAfterMs),
    maxNudges: String(maxNudges),
    remedy,
    stallLimit: stallLimitMs === undefined ? 'none' : spanWord(stallLimitMs),
    pushOnCrash: String(pushOnCrash),
    tries: String(triesOf(settings)),
  };
}

function span(key: string, words: readonly string[]): number {
  const ms = parseSpan(one(key, words));
  if (ms !== undefined && ms >= 60_000 && ms <= 24 * 3_600_000) return ms;
  throw invalid(key, `${key} is a time from 1m to 24h, as 90s, 15m or 2h.`);
}

function nudges(words: readonly string[]): number {
  const word = one('maxNudges', words);
  if (/^(?:\d|10)$/u.test(word)) return Number(word);
  throw invalid('maxNudges', 'maxNudges is a number from 0 to 10.');
}
