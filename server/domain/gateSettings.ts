import { invalid } from './beadFields.ts';
import { checkGate, type GateSetting } from './gate.ts';
import type { RigSettings } from './rig.ts';
import { choice, count, one, program } from './settingWords.ts';
import { displayText } from './text.ts';

/** What one `gt rig config RIG gate.NAME…` changes. Undefined: the gate goes. */
export interface GateChange {
  readonly name: string;
  readonly setting?: GateSetting;
}

export const gateSettingKeys = [
  {
    key: 'gate.NAME',
    values: 'a program and its arguments, or none',
    about: 'One more check, by a name of yours.',
  },
  { key: 'gate.NAME.phase', values: 'before or after', about: 'Before anything moves, or on the target.' },
  { key: 'gate.NAME.timeout', values: '1 to 86400', about: 'Seconds until it is ended (1800).' },
  { key: 'gate.NAME.onFail', values: 'reject, warn or notify', about: 'What it means when it fails.' },
  { key: 'gate.NAME.retries', values: '0 to 5', about: 'How often it is run again when it fails (1).' },
  { key: 'batch', values: '1 to 20', about: 'How many merge requests land with one run of the gates.' },
] as const;

const form = /^gate\.([a-z0-9][a-z0-9-]{0,31})(?:\.(phase|timeout|onfail|retries))?$/iu;

const mostGates = 20;

/** Whether a key of a rig is about a gate. */
export const isGateKey = (key: string): boolean => /^gate\./iu.test(key);

/** Whether the key's words are a program and its arguments. */
export const isGateCommand = (key: string): boolean => /^gate\.[^.]+$/iu.test(key);

/** Refused with `invalid` and the key as its field. */
export function parseGateSetting(key: string, words: readonly string[]): GateChange {
  const [, name = '', part = ''] = form.exec(key.replaceAll('_', '-')) ?? [];
  if (name === '') {
    throw invalid('key', `"${displayText(key, 60)}" names no gate.`, 'gt rig config RIG gate.NAME npm test');
  }
  const gate = name.toLowerCase();
  if (part !== '') return { name: gate, setting: parseGatePart(key, part.toLowerCase(), words) };
  const command = program(key, words);
  return command.length === 0 ? { name: gate } : { name: gate, setting: { command } };
}

function parseGatePart(key: string, part: string, words: readonly string[]): GateSetting {
  if (part === 'phase') return { phase: choice(key, words, ['before', 'after']) };
  if (part === 'timeout') return { timeoutMs: count(key, words, 86_400) * 1000 };
  if (part === 'onfail') return { onFail: choice(key, words, ['reject', 'warn', 'notify']) };
  return { retries: one(key, words) === '0' ? 0 : count(key, words, 5) };
}

/** Refused with `invalid`: a part of a gate that is not there, or one gate too many. */
export function withGate(settings: RigSettings, { name, setting }: GateChange): RigSettings {
  const { [name]: before, ...others } = settings.gates ?? {};
  if (name === checkGate) return withCheck({ ...settings, gates: others }, before, setting);
  if (!setting) return { ...settings, gates: others };
  if (!before && setting.command === undefined) {
    throw invalid('key', `There is no gate ${name} yet.`, `gt rig config RIG gate.${name} PROGRAM ARGUMENTS`);
  }
  if (!before && Object.keys(others).length >= mostGates)
    throw invalid('key', `A rig has at most ${mostGates} gates.`);
  return { ...settings, gates: { ...others, [name]: { ...before, ...setting } } };
}

/** The command of the gate `check` is the setting `check`. */
function withCheck(
  settings: RigSettings,
  before: GateSetting | undefined,
  setting: GateSetting | undefined,
): RigSettings {
  if (!setting) return { ...settings, check: [] };
  const { command, ...rest } = setting;
  const gates = { ...settings.gates, [checkGate]: { ...before, ...rest } };
  return { ...settings, gates, ...(command === undefined ? {} : { check: command }) };
}
