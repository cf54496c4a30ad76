import type { Command } from 'commander';
import { isGateCommand } from '../../domain/gateSettings.ts';
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
import { rigPromptLines, warningLines } from '../text/rig.ts';
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
      'gt rig config backend gate.types npx tsc --noEmit',
      'gt rig config backend gate.types.timeout 300',
      'gt rig config backend --show-prompt',
      'gt rig config backend setup npm ci',
      'gt rig config --yes backend approval auto',
    ],
    json: '{ name, settings: { KEY: VALUE } }, or { name, key, value, notes }, or { rig, runtime, runtimeLabel, agent, bead, example, systemPrompt?, systemPromptGiven, prompt? }',
  })
    .usage(
      '<name> [key [value...]] | <name> --show-prompt | show <name> | set <name> <key> <value...> | unset <name> <key>',
    )
    .argument('<words...>', 'the rig, a key, and its new value')
    .addHelpText('after', keysHelp(rigSettingKeys))
    .addHelpText('after', `\n${showPrompt} prints what a polecat of the rig would be told at its start.`)
    .option('--yes', 'confirm what would be asked; before the name, since a program may have such an option')
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (all: string[], options: { yes?: boolean }) => {
      const given = all.filter((word) => word !== '--json');
      const [only] = given.filter((word) => word !== showPrompt);
      // Among more words it is a word of the value.
      if (given.includes(showPrompt) && given.length === 2) return await prompt(cli, only ?? '');
      const { name, key, words } = rigWishOf(given);
      if (key === undefined || words === undefined) return await show(cli, name, key);
      await change(cli, name, confirmedWish({ key, words }, options.yes === true));
    });
}

const showPrompt = '--show-prompt';

async function prompt(cli: Cli, rig: string): Promise<void> {
  await answer(cli, {
    method: 'rig/prompt',
    params: { rig },
    text: rigPromptLines,
    json: (told) => told,
  });
}

interface ConfirmedWish extends Required<Wish> {
  readonly yes: boolean;
}

/** `approval auto --yes`: not where the words are a program and its arguments, which may have such an option themselves. */
function confirmedWish({ key, words }: Required<Wish>, yes: boolean): ConfirmedWish {
  if (/^(?:check|setup)$/iu.test(key) || isGateCommand(key)) return { key, words, yes };
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
    text: ({ rig, warnings, notes = [] }, look) => [
      `${displayText(rig.id)}: ${displayText(key)} is ${displayText(settingOf(rigSettings(rig), key))} now.`,
      ...notes.map((note) => displayText(note, 500)),
      ...warningLines(warnings, look),
    ],
    json: ({ rig, notes = [] }) => ({ name: rig.id, key, value: settingOf(rigSettings(rig), key), notes }),
  });
}
