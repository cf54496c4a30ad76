import type { Command } from 'commander';
import { Refusal } from '../../domain/refusal.ts';
import { rigSettingKeys } from '../../domain/settings.ts';
import { displayText } from '../../domain/text.ts';
import { answer, type Cli } from '../cli.ts';
import {
  keysHelp,
  rigDefault,
  rigSettings,
  rigWishOf,
  settingLines,
  settingOf,
  type Wish,
} from '../settings.ts';
import { warningLines } from '../text/rig.ts';
import { verb } from '../words.ts';

export function addRigConfig(rig: Command, cli: Cli): void {
  verb(rig, 'config', {
    does: 'show or change the settings of a rig',
    examples: [
      'gt rig config backend',
      'gt rig config ml-pipeline runtime codex',
      'gt rig config backend merge auto',
      'gt rig config backend check npm test',
      'gt rig config unset backend check',
      'gt rig config backend setup npm ci',
      'gt rig config --yes backend approval auto',
    ],
    json: '{ name, settings: { KEY: VALUE } }, or { name, key, value }',
  })
    .usage('<name> [key [value...]] | show <name> | set <name> <key> <value...> | unset <name> <key>')
    .argument('<words...>', 'the rig, a key, and its new value')
    .addHelpText('after', keysHelp(rigSettingKeys))
    .option('--yes', 'confirm what would be asked; before the name, since a program may have such an option')
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (all: string[], options: { yes?: boolean }) => {
      const { name, key, words } = rigWishOf(all.filter((word) => word !== '--json'));
      if (key === undefined || words === undefined) return await show(cli, name, key);
      await change(cli, name, confirmedWish({ key, words }, options.yes === true));
    });
}

interface ConfirmedWish extends Required<Wish> {
  readonly yes: boolean;
}

/** `approval auto --yes`: only where the words are no program and its arguments. */
function confirmedWish({ key, words }: Required<Wish>, yes: boolean): ConfirmedWish {
  if (!/^approval$/iu.test(key)) return { key, words, yes };
  return { key, words: words.filter((word) => word !== '--yes'), yes: yes || words.includes('--yes') };
}

async function show(cli: Cli, name: string, key: string | undefined): Promise<void> {
  await answer(cli, {
    method: 'rig/get',
    params: { rig: name },
    text: ({ rig }, look) => {
      const settings = rigSettings(rig);
      return key === undefined
        ? settingLines(settings, rigSettingKeys, look)
        : [displayText(settingOf(settings, key))];
    },
    json: ({ rig }) => {
      const settings = rigSettings(rig);
      return key === undefined
        ? { name: rig.id, settings }
        : { name: rig.id, key, value: settingOf(settings, key) };
    },
  });
}

/** What gives something a free hand is asked of a person; without a terminal the refusal stands, with the words that confirm it. */
async function change(cli: Cli, name: string, { key, words, yes }: ConfirmedWish): Promise<void> {
  const given = words.length > 0 ? words : [rigDefault(key, await cli.ask('town/get', {}))];
  try {
    await configure(cli, name, { key, words: given, yes });
  } catch (error) {
    if (!(error instanceof Refusal) || error.details.facts?.['confirm'] === undefined || cli.json)
      throw error;
    const agreed = await cli.confirm(`${displayText(error.message, 1000)} Is that what you want?`);
    if (!agreed) throw error;
    await configure(cli, name, { key, words: given, yes: true });
  }
}

async function configure(cli: Cli, name: string, { key, words, yes }: ConfirmedWish): Promise<void> {
  await answer(cli, {
    method: 'rig/configure',
    params: { rig: name, key, words, ...(yes ? { confirmed: true } : {}) },
    text: ({ rig, warnings }, look) => [
      `${displayText(rig.id)}: ${displayText(key)} is ${displayText(settingOf(rigSettings(rig), key))} now.`,
      ...warningLines(warnings, look),
    ],
    json: ({ rig }) => ({ name: rig.id, key, value: settingOf(rigSettings(rig), key) }),
  });
}
