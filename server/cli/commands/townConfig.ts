import type { Command } from 'commander';
import { isCommandKey, townSettingKeys } from '../../domain/settings.ts';
import { displayText } from '../../domain/text.ts';
import type { Town } from '../../domain/town.ts';
import { answer, type Cli } from '../cli.ts';
import { keysHelp, settingLines, townDefault, townSettingOf, townSettings, wishOf } from '../settings.ts';
import { verb } from '../words.ts';

export function addTownConfig(gt: Command, cli: Cli): void {
  verb(gt, 'config', {
    does: 'show or change the settings of the town',
    examples: [
      'gt config',
      'gt config default-runtime codex',
      'gt config runtime.codex.command /opt/codex/bin/codex',
      'gt config set maxSessions 12',
    ],
    json: '{ settings: { KEY: VALUE } }, or { key, value }',
  })
    .usage('[key [value...]] | show | set <key> <value...> | unset <key>')
    .argument('[words...]', 'a key, and its new value')
    .addHelpText('after', keysHelp(townSettingKeys))
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (all: string[]) => {
      const words = all.filter((word) => word !== '--json');
      const wish = wishOf(words, 'gt config');
      if (wish.key === undefined) await show(cli);
      else if (wish.words === undefined) await showOne(cli, wish.key);
      else await change(cli, wish.key, wish.words);
    });
}

async function show(cli: Cli): Promise<void> {
  await answer(cli, {
    method: 'town/get',
    params: {},
    text: (town, look) => settingLines(townSettings(town), townSettingKeys, look),
    json: (town) => ({ settings: townSettings(town) }),
  });
}

async function showOne(cli: Cli, key: string): Promise<void> {
  await answer(cli, {
    method: 'town/get',
    params: {},
    text: (town) => [displayText(townSettingOf(town, key), 1000)],
    json: (town) => ({ key, value: townSettingOf(town, key) }),
  });
}

async function change(cli: Cli, key: string, words: readonly string[]): Promise<void> {
  const given = words.length > 0 ? words : [townDefault(key)];
  // Under another name of a runtime, the value stands under its own.
  const valueIn = (town: Town): string =>
    isCommandKey(key) ? (given[0] ?? 'none') : townSettingOf(town, key);
  await answer(cli, {
    method: 'town/configure',
    params: { key, words: given },
    text: (town) => [`${displayText(key)} is ${displayText(valueIn(town), 1000)} now.`],
    json: (town) => ({ key, value: valueIn(town) }),
  });
}
