import type { Command } from 'commander';
import type { DestinationKind } from '../../domain/destination.ts';
import { displayText } from '../../domain/text.ts';
import { answer, type Cli } from '../cli.ts';
import {
  destinationJson,
  destinationKeys,
  destinationLines,
  destinationsLines,
} from '../text/destination.ts';
import { counted } from '../text/state.ts';
import { listed, present, verb, wholeNumber } from '../words.ts';
import { showAnnounces } from './mailQueue.ts';

const does: Readonly<Record<DestinationKind, string>> = {
  group: 'groups: a letter to @NAME goes to each member, as they are when it is sent',
  queue: 'queues: a letter to queue:NAME belongs to nobody until somebody claims it',
  channel: 'channels: a letter to channel:NAME goes to whoever subscribed, and is kept to be looked up',
};

/** `gt mail group|queue|channel`: the names that letters go to, beside those of agents. */
export function addDestinations(mail: Command, cli: Cli): void {
  for (const kind of ['group', 'queue', 'channel'] as const) {
    const command = verb(mail, kind, {
      does: does[kind],
      examples: [
        `gt mail ${kind} list`,
        `gt mail ${kind} create reviewers`,
        `gt mail ${kind} show reviewers`,
      ],
      json: `as ${kind} list, or with a name as ${kind === 'channel' ? 'announces' : `${kind} show`}`,
    })
      .usage('[options] [name] | [command]')
      .argument('[name]', `one ${kind}; without it, all`)
      .action(async (name: string | undefined) => {
        if (name === undefined) return await list(cli, kind);
        if (kind === 'channel') return await showAnnounces(cli, name);
        await show(cli, kind, name);
      });
    addReading(command, cli, kind);
    addCreate(command, cli, kind);
    addDelete(command, cli, kind);
    if (kind === 'group') addMembership(command, cli);
    if (kind === 'channel') addSubscription(command, cli);
  }
}

async function list(cli: Cli, kind: DestinationKind): Promise<void> {
  await answer(cli, {
    method: 'destination/list',
    params: { kind },
    text: ({ destinations }, look) => destinationsLines(kind, destinations, look),
    json: ({ destinations }) => ({ destinations: destinations.map(destinationJson) }),
  });
}

async function show(cli: Cli, kind: DestinationKind, name: string): Promise<void> {
  await answer(cli, {
    method: 'destination/get',
    params: { kind, name },
    text: destinationLines,
    json: destinationJson,
  });
}

function addReading(command: Command, cli: Cli, kind: DestinationKind): void {
  verb(command, 'list', {
    does: `list every ${kind}`,
    examples: [`gt mail ${kind} list --json`],
    json: `{ destinations: [${destinationKeys}] }`,
  }).action(async () => list(cli, kind));
  verb(command, 'show', {
    does: `show one ${kind}`,
    examples: [`gt mail ${kind} show reviewers`],
    json: destinationKeys,
  })
    .argument('<name>')
    .action(async (name: string) => show(cli, kind, name));
}

interface CreateOptions {
  readonly member?: readonly string[];
  readonly claimers?: string;
  readonly retainCount?: number;
  readonly retainHours?: number;
  readonly description?: string;
}

function addCreate(command: Command, cli: Cli, kind: DestinationKind): void {
  const create = verb(command, 'create', {
    does: `make a ${kind}; people and the mayor do`,
    examples: [createExamples[kind]],
    json: destinationKeys,
  }).argument('<name>', 'lower-case letters, digits, hyphens and underscores');
  if (kind === 'group') {
    create
      .argument('[members...]', 'agents, overseer, wildcards like RIG/polecats/*, other groups')
      .option('--member <address>', 'the same; may be given several times, or with commas', listed);
  }
  if (kind === 'queue')
    create.option('--claimers <address>', 'who may claim: everybody (*), or an address; people always may');
  if (kind === 'channel') {
    create
      .option(
        '--retain-count <number>',
        'how many letters it keeps: 100, at most 1000; 0 is 1000',
        wholeNumber,
      )
      .option('--retain-hours <number>', 'for how long it keeps them; 0: as long as they fit', wholeNumber);
  }
  create
    .option('-d, --description <line>', 'what it is for')
    .action(async (name: string, ...more: unknown[]) => {
      const members = kind === 'group' ? (more[0] as string[]) : [];
      const options = more[kind === 'group' ? 1 : 0] as CreateOptions;
      await make(cli, kind, { name, members, options });
    });
}

const createExamples: Readonly<Record<DestinationKind, string>> = {
  group: 'gt mail group create reviewers backend/crew/dave frontend/polecats/*',
  queue: "gt mail queue create work --claimers 'backend/polecats/*'",
  channel: 'gt mail channel create builds --retain-count 50',
};

async function make(
  cli: Cli,
  kind: DestinationKind,
  wanted: { name: string; members: readonly string[]; options: CreateOptions },
): Promise<void> {
  const { member = [], claimers, retainCount, retainHours, description } = wanted.options;
  const members = [...wanted.members, ...member];
  const keep = retainCount === 0 ? 1000 : retainCount;
  const hours = retainHours === 0 ? undefined : retainHours;
  await answer(cli, {
    method: 'destination/create',
    params: {
      kind,
      name: wanted.name,
      ...(members.length > 0 ? { members } : {}),
      ...present({ claimers, keep, hours, description }),
    },
    text: ({ destination }) => [
      `Made the ${kind} ${displayText(destination.name)}.`,
      `Next: gt mail send ${displayText(destination.id)} -s SUBJECT -m TEXT`,
    ],
    json: destinationJson,
  });
}

function addDelete(command: Command, cli: Cli, kind: DestinationKind): void {
  verb(command, 'delete', {
    does: `delete a ${kind}; refused while something stands on it`,
    examples: [`gt mail ${kind} delete reviewers`],
    json: '{ id, moved: unclaimed letters that went to the overseer }',
  })
    .argument('<name>')
    .option('-f, --force', 'all the same: unclaimed letters go to the overseer, and other groups lose it')
    .action(async (name: string, { force }: { force?: boolean }) => {
      await answer(cli, {
        method: 'destination/delete',
        params: { kind, name, ...present({ force }) },
        text: ({ id, moved }) => [
          `Deleted ${displayText(id)}.${moved === 0 ? '' : ` ${counted(moved, 'letter')} went to the overseer.`}`,
        ],
        json: (done) => done,
      });
    });
}

function addMembership(group: Command, cli: Cli): void {
  for (const word of ['add', 'remove'] as const) {
    verb(group, word, {
      does: word === 'add' ? 'add members to a group' : 'take members out of a group',
      examples: [`gt mail group ${word} reviewers backend/nux`],
      json: `as show, with added: [] and removed: []`,
    })
      .argument('<name>')
      .argument('<members...>', 'agents, overseer, wildcards, other groups')
      .action(async (name: string, members: string[]) => {
        await answer(cli, {
          method: 'destination/change',
          params: { kind: 'group', name, [word]: members },
          text: ({ added, removed, ...detail }, look) => [
            changedLine(word, word === 'add' ? added : removed),
            ...destinationLines(detail, look),
          ],
          json: destinationJson,
        });
      });
  }
}

function changedLine(word: 'add' | 'remove', changed: readonly string[]): string {
  if (changed.length === 0)
    return word === 'add' ? 'All of them were in it already.' : 'None of them was in it.';
  const names = changed.map((each) => displayText(each)).join(', ');
  return `${word === 'add' ? 'Added' : 'Took out'} ${names}.`;
}

function addSubscription(channel: Command, cli: Cli): void {
  for (const word of ['subscribe', 'unsubscribe'] as const) {
    verb(channel, word, {
      does:
        word === 'subscribe'
          ? 'get what is said in a channel, from now on'
          : 'get what is said in a channel no longer',
      examples: [`gt mail channel ${word} builds`],
      json: '{ id, name, subscribers, …, who, changed }',
    })
      .argument('<name>')
      .option('--identity <address>', 'who; a session for itself only')
      .action(async (name: string, { identity }: { identity?: string }) => {
        await answer(cli, {
          method: 'destination/subscribe',
          params: {
            channel: name,
            ...present({ who: identity }),
            ...(word === 'unsubscribe' ? { leave: true } : {}),
          },
          text: ({ destination, who, changed }) => [
            `${displayText(who)} is ${changed ? '' : 'already '}${word === 'subscribe' ? '' : 'not '}subscribed to ${displayText(destination.name)}.`,
          ],
          json: ({ destination, who, changed }) => ({ ...destination, who, changed }),
        });
      });
  }
  verb(channel, 'subscribers', {
    does: 'list who is subscribed to a channel',
    examples: ['gt mail channel subscribers builds'],
    json: destinationKeys,
  })
    .argument('<name>')
    .action(async (name: string) => show(cli, 'channel', name));
}
