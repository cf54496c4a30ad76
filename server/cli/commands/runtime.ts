import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Refusal } from '../../domain/refusal.ts';
import { answer, type Cli } from '../cli.ts';
import { runtimeJson, runtimeLines, runtimesLines } from '../text/runtime.ts';
import { noun, verb } from '../words.ts';
import { addRuntimeDoctor } from './runtimeDoctor.ts';
import { addRuntimeTest } from './runtimeTest.ts';
import { addScorecard } from './scorecard.ts';

const keys = '{ name, label, builtIn, program?, from?, version?, tried, searched, rigs, preset }';

export function addRuntime(gt: Command, cli: Cli): void {
  const runtime = noun(gt, 'runtime', 'the agent programs that polecats can be', [
    'gt runtime list',
    'gt runtime show codex',
  ]);
  verb(runtime, 'list', {
    does: 'list the runtimes, and whether their programs were found',
    examples: ['gt runtime list'],
    json: '{ runtimes: [as runtime show prints] }',
  }).action(async () => {
    await answer(cli, {
      method: 'runtime/list',
      params: {},
      text: runtimesLines,
      json: (runtimes) => ({ runtimes: runtimes.map(runtimeJson) }),
    });
  });
  verb(runtime, 'show', { does: 'show one runtime', examples: ['gt runtime show claude-code'], json: keys })
    .argument('<name>', 'its name, or another it is known by')
    .action(async (name: string) => {
      await answer(cli, {
        method: 'runtime/get',
        params: { runtime: name },
        text: runtimeLines,
        json: runtimeJson,
      });
    });
  verb(runtime, 'add', {
    does: 'add a runtime of your own from a preset file',
    examples: ['gt runtime add my-agent.json', 'gt runtime add my-agent.json --replace'],
    json: keys,
  })
    .argument('<file>', 'a preset as JSON; "extends" in it names a built-in one to start from')
    .option('--replace', 'an earlier one of yours with the same name')
    .action(async (file: string, options: { replace?: boolean }) => {
      const preset = readPreset(resolve(cli.directory, file));
      const params = { preset, ...(options.replace ? { replace: true } : {}) };
      await answer(cli, {
        method: 'runtime/add',
        params,
        text: (added) => [...runtimeLines(added), `Next: gt rig config RIG runtime ${added.preset.id}`],
        json: runtimeJson,
      });
    });
  addRemove(runtime, cli);
  addRuntimeTest(runtime, cli);
  addRuntimeDoctor(runtime, cli);
}

function addRemove(runtime: Command, cli: Cli): void {
  addScorecard(runtime, cli);
  verb(runtime, 'remove', {
    does: 'forget a runtime of your own',
    examples: ['gt runtime remove my-agent'],
    json: '{ name }',
    aliases: ['rm'],
  })
    .argument('<name>')
    .action(async (name: string) => {
      await answer(cli, {
        method: 'runtime/remove',
        params: { runtime: name },
        text: (gone) => [`Removed the runtime ${gone.runtime}.`],
        json: (gone) => ({ name: gone.runtime }),
      });
    });
}

function readPreset(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Refusal('not-found', `The preset file ${path} cannot be read.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal('invalid', `${path} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}
