import type { Command } from 'commander';
import { answer, type Cli } from '../cli.ts';
import { repositoryWord } from '../repositoryWord.ts';
import { createdRigLines, rigJson, rigLines, rigsLines } from '../text/rig.ts';
import { noun, present, verb } from '../words.ts';
import { approveKeys, withApproval } from './approval.ts';
import { addRigConfig } from './rigConfig.ts';
import { addRigLife } from './rigLife.ts';

const keys =
  '{ name, state, prefix, runtime, runtimeLabel, session, repository, branch, settings, polecats: { working, needYou, total }, queue, openBeads, createdAt, warnings }';

export function addRig(gt: Command, cli: Cli): void {
  const rig = noun(gt, 'rig', 'the repositories that polecats work in', [
    'gt rig create backend --repo ~/src/backend',
    'gt rig list',
  ]);
  addCreate(rig, cli);
  addReads(rig, cli);
  addRigConfig(rig, cli);
  addRigLife(rig, cli);
  verb(rig, 'approve', {
    does: "approve the programs that a repository's git configuration names, and the setup command",
    examples: ['gt rig approve backend', 'gt rig approve backend --hash 9f86d081…'],
    json: '{ name, keys: [{ key, value, scope }] }',
  })
    .argument('<name>')
    .option('--hash <hash>', 'of the configuration as it was shown, instead of being asked')
    .action(async (name: string, options: { hash?: string }) => {
      await approveKeys(cli, name, options.hash);
    });
  verb(rig, 'remove', {
    does: 'forget a rig; its repository stays where it is',
    examples: ['gt rig remove backend', 'gt rig remove backend --delete-clone'],
    json: '{ name, kept?, removedAt }',
    aliases: ['rm'],
  })
    .argument('<name>')
    .option('--delete-clone', "delete the town's own clone of it as well")
    .action(async (name: string, options: { deleteClone?: boolean }) => {
      await answer(cli, {
        method: 'rig/remove',
        params: { rig: name, ...(options.deleteClone ? { deleteClone: true } : {}) },
        text: (gone) => [
          `Removed the rig ${gone.rig}.`,
          ...(gone.kept === undefined ? [] : [`Kept: ${gone.kept}`]),
        ],
        json: (gone) => ({ name: gone.rig, kept: gone.kept, removedAt: gone.removedAt }),
      });
    });
}

interface CreateOptions {
  readonly repo?: string;
  readonly runtime?: string;
  readonly prefix?: string;
  readonly branch?: string;
  readonly approve?: string;
}

function addCreate(rig: Command, cli: Cli): void {
  const create = async (name: string, repository: string, options: CreateOptions): Promise<void> => {
    const { runtime, prefix, branch, approve } = options;
    await withApproval(cli, { option: '--approve', hash: approve }, async (approved) => {
      await answer(cli, {
        method: 'rig/create',
        params: {
          name,
          repository: repositoryWord(repository, cli),
          ...present({ runtime, prefix, branch, approve: approved }),
        },
        text: createdRigLines,
        json: rigJson,
      });
    });
  };
  const forms = (command: Command): Command =>
    command
      .option('--runtime <name>', "the runtime that works in it, of gt runtime list (default: the town's)")
      .option('--prefix <letters>', 'what its bead ids begin with (default: made from its name)')
      .option('--branch <name>', "the branch that work lands on (default: the repository's own)")
      .option('--approve <hash>', 'approve the git configuration that has this hash');
  forms(
    verb(rig, 'create', {
      does: 'make a rig of a repository: a URL is cloned, a local path is used where it is',
      examples: [
        'gt rig create ml-pipeline --runtime codex --repo git@github.com:org/ml-pipeline.git',
        'gt rig create backend --repo ~/src/backend',
      ],
      json: keys,
    }).argument('<name>'),
  )
    .requiredOption('--repo <url-or-path>', 'the repository')
    .action(async (name: string, options: CreateOptions) => create(name, options.repo ?? '', options));
  forms(
    verb(rig, 'add', {
      does: 'the same, with the repository as the second word',
      examples: ['gt rig add frontend https://github.com/org/frontend.git'],
      json: keys,
    })
      .argument('<name>')
      .argument('<url-or-path>'),
  ).action(create);
}

function addReads(rig: Command, cli: Cli): void {
  verb(rig, 'info', {
    does: 'show one rig',
    examples: ['gt rig info backend'],
    json: keys,
    aliases: ['show'],
  })
    .argument('<name>')
    .action(async (name: string) => {
      await answer(cli, { method: 'rig/get', params: { rig: name }, text: rigLines, json: rigJson });
    });
  verb(rig, 'list', {
    does: 'list the rigs: state, runtime, branch, polecats, and how many branches wait to be merged',
    examples: ['gt rig list'],
    json: '{ rigs: [as rig info prints] }',
  }).action(async () => {
    await answer(cli, {
      method: 'rig/list',
      params: {},
      text: rigsLines,
      json: (rigs) => ({ rigs: rigs.map(rigJson) }),
    });
  });
}
