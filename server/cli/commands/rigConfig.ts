import type { Command } from 'commander';
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
      'gt rig config backend --show-prompt',
    ],
    json: '{ name, settings: { KEY: VALUE } }, or { name, key, value, notes }, or { rig, runtime, runtimeLabel, agent, bead, example, systemPrompt?, systemPromptGiven, prompt? }',
  })
    .usage(
      '<name> [key [value...]] | <name> --show-prompt | show <name> | set <name> <key> <value...> | unset <name> <key>',
    )
    .argument('<words...>', 'the rig, a key, and its new value')
    .addHelpText('after', keysHelp(rigSettingKeys))
    .addHelpText('after', `\n${showPrompt} prints what a polecat of the rig would be told at its start.`)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (all: string[]) => {
      const given = all.filter((word) => word !== '--json');
      const [only] = given.filter((word) => word !== showPrompt);
      // Among more words it is a word of the value.
      if (given.includes(showPrompt) && given.length === 2) return await prompt(cli, only ?? '');
      const { name, key, words } = rigWishOf(given);
      if (key === undefined || words === undefined) await show(cli, name, key);
      else await change(cli, name, { key, words });
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

async function change(cli: Cli, name: string, { key, words }: Required<Wish>): Promise<void> {
  const given = words.length > 0 ? words : [rigDefault(key, await cli.ask('town/get', {}))];
  await answer(cli, {
    method: 'rig/configure',
    params: { rig: name, key, words: given },
    text: ({ rig, warnings, notes = [] }, look) => [
      `${displayText(rig.id)}: ${displayText(key)} is ${displayText(settingOf(rigSettings(rig), key))} now.`,
      ...notes.map((note) => displayText(note, 500)),
      ...warningLines(warnings, look),
    ],
    json: ({ rig, notes = [] }) => ({ name: rig.id, key, value: settingOf(rigSettings(rig), key), notes }),
  });
}
