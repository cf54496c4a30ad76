import type { Command } from 'commander';
import { answer, type Cli } from '../cli.ts';
import { convoyJson, convoyKeys, convoyLines, convoysLines, createdConvoyLines } from '../text/convoy.ts';
import { noun, verb } from '../words.ts';
import { addConvoyStage } from './convoyStage.ts';

export function addConvoy(gt: Command, cli: Cli): void {
  const convoy = noun(gt, 'convoy', 'bundle beads of any rigs and follow them until they have landed', [
    'gt convoy create "Auth System Overhaul" be-auth ml-extract fe-login',
    'gt convoy show auth',
    'gt convoy stage be-auth fe-login',
  ]);
  addConvoyStage(convoy, cli);
  create(convoy, cli);
  verb(convoy, 'add', {
    does: 'add beads to a convoy',
    examples: ['gt convoy add auth be-limit'],
    json: convoyKeys,
  })
    .argument('<convoy>', 'its id, or a part of its title')
    .argument('<bead...>')
    .action(async (id: string, beads: string[]) => {
      const params = { convoy: id, beads };
      await answer(cli, { method: 'convoy/add', params, text: convoyLines, json: convoyJson });
    });
  verb(convoy, 'list', {
    does: 'list the convoys that have neither landed nor been closed',
    examples: ['gt convoy list', 'gt convoy list --all'],
    json: '{ convoys: [as convoy show prints], total }',
  })
    .option('--all', 'those that have landed, or were closed, too')
    .action(async (options: { all?: boolean }) => {
      await answer(cli, {
        method: 'convoy/list',
        params: options.all ? { all: true } : {},
        text: convoysLines,
        json: ({ items, total }) => ({ convoys: items.map(convoyJson), total }),
      });
    });
  verb(convoy, 'show', {
    does: 'show how each bead of a convoy stands',
    examples: ['gt convoy show auth', 'gt convoy show hq-auth --json'],
    json: convoyKeys,
    aliases: ['status'],
  })
    .argument('<convoy>', 'its id, or a part of its title')
    .action(async (id: string) => {
      await answer(cli, {
        method: 'convoy/get',
        params: { convoy: id },
        text: convoyLines,
        json: convoyJson,
      });
    });
}

function create(convoy: Command, cli: Cli): void {
  verb(convoy, 'create', {
    does: 'bundle beads under a title; this starts nothing',
    examples: ['gt convoy create "Auth System Overhaul" be-auth ml-extract fe-login'],
    json: convoyKeys,
  })
    .argument('<title>')
    .argument('<bead...>')
    .action(async (title: string, beads: string[]) => {
      const params = { title, beads };
      await answer(cli, { method: 'convoy/create', params, text: createdConvoyLines, json: convoyJson });
    });
}
