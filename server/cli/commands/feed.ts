import type { Command } from 'commander';
import type { Timestamp } from '../../domain/ids.ts';
import type { HistoryItem } from '../../domain/trail.ts';
import type { BeadHistory } from '../../protocol/bead.ts';
import type { FeedParams } from '../../protocol/town.ts';
import { answer, type Cli } from '../cli.ts';
import { showAttention } from './attention.ts';
import { sinceWord } from '../since.ts';
import { feedLines, followedLine, historyLines } from '../text/feed.ts';
import { listed, present, verb, wholeNumber } from '../words.ts';

interface FeedOptions {
  readonly limit: number;
  readonly since?: number;
  readonly type?: readonly string[];
  readonly rig?: string;
  readonly agent?: string;
  readonly bead?: string;
  readonly mol?: string;
  readonly convoy?: string;
  readonly follow?: boolean;
  readonly problems?: boolean;
}

export function addFeed(gt: Command, cli: Cli): void {
  verb(gt, 'feed', {
    does: 'show what happened, the newest last',
    examples: [
      'gt feed',
      'gt feed -n 100',
      'gt feed --since 2h --rig backend',
      'gt feed --type sling,merged --follow',
    ],
    json: '{ items: [{ seq, at, by, verb, subject?, text, count?, subjects? }], more, next? }, the newest first; with --follow one item on each line, the newest last',
  })
    .option('-n, --limit <number>', 'how many entries', wholeNumber, 30)
    .option('--since <age>', 'not older than 30m, 2h, 7d, or a date', sinceWord(cli.output.look.now))
    .option('--type <types>', 'sling, done, land, session_end and the like, with commas', listed)
    .option('--rig <rig>', 'about this rig')
    .option('--agent <agent>', 'by or about this agent, also one that is gone')
    .option('--bead <bead>', 'about this bead')
    .option('--mol <bead>', 'the same as --bead')
    .option('--convoy <convoy>', 'about this convoy and its beads')
    .option('-f, --follow', 'go on with what happens, until Ctrl+C')
    .option('--problems', 'what needs a person, as gt attention')
    .option('--plain', 'as it is: one line for each entry')
    .action(async (options: FeedOptions) => {
      if (options.problems) return await showAttention(cli, options.rig);
      if (options.follow) return await follow(cli, options);
      await answer(cli, {
        method: 'town/feed',
        params: paramsOf(options),
        text: ({ items }, look) => (items.length === 0 ? nothing(paramsOf(options)) : feedLines(items, look)),
        json: (feed) => feed,
      });
    });
  addLog(gt, cli);
}

function paramsOf({ limit, since, type, rig, agent, bead, mol, convoy }: FeedOptions): FeedParams {
  const time = since === undefined ? undefined : (new Date(since).toISOString() as Timestamp);
  return { limit, ...present({ since: time, types: type, rig, agent, bead: bead ?? mol, convoy }) };
}

function nothing(params: FeedParams): string[] {
  const isFiltered = Object.keys(params).some((key) => key !== 'limit');
  return [isFiltered ? 'Nothing of that kind has happened.' : 'Nothing has happened yet.'];
}

/** The town answers when there is more. */
async function follow(cli: Cli, options: FeedOptions): Promise<void> {
  const { limit, since: _, ...filters } = paramsOf(options);
  const { seq: now } = await cli.ask('town/status', {});
  const { items } = await cli.ask('town/feed', paramsOf(options));
  // What came between the two questions is told by the next.
  const past = items.filter(({ seq }) => seq <= now);
  if (cli.json) cli.output.print(past.toReversed().map((item) => JSON.stringify(item)));
  else if (past.length > 0) cli.output.print(feedLines(past.slice(0, limit), cli.output.look));
  for (let after = now; ;) {
    const more = await cli.ask('town/feed', { ...filters, after, wait: true });
    const news = more.items.toReversed();
    if (news.length > 0)
      cli.output.print(
        news.map((item) => (cli.json ? JSON.stringify(item) : followedLine(item, cli.output.look))),
      );
    after = more.seq ?? after;
  }
}

function addLog(gt: Command, cli: Cli): void {
  verb(gt, 'log', {
    does: 'show the whole history of a bead: who did what and when, and what became another',
    examples: ['gt log be-auth', 'gt log be-auth --all', 'gt trail be-auth --json'],
    json: '{ bead, title, items: [{ seq, at, by, verb, text, details: [], signs? }], more }, the oldest first',
    aliases: ['trail', 'activity', 'audit'],
  })
    .argument('[bead]', 'without: what happened in the town, as gt feed')
    .option('-n, --limit <number>', 'how many entries, the newest of them', wholeNumber)
    .option('--all', 'however many')
    .action(async (bead: string | undefined, { limit, all }: { limit?: number; all?: boolean }) => {
      if (bead === undefined) {
        await answer(cli, {
          method: 'town/feed',
          params: { limit: limit ?? 30 },
          text: ({ items }, look) => (items.length === 0 ? nothing({}) : feedLines(items, look)),
          json: (feed) => feed,
        });
        return;
      }
      const history = await historyOf(cli, bead, { limit: limit ?? 200, all: all === true });
      if (cli.json) cli.output.json(historyJson(history));
      else cli.output.print(historyLines(history, cli.output.look));
    });
}

async function historyOf(
  cli: Cli,
  bead: string,
  { limit, all }: { readonly limit: number; readonly all: boolean },
): Promise<BeadHistory> {
  let page = await cli.ask('bead/history', { bead, limit: all ? 1000 : limit });
  const items: HistoryItem[] = [...page.items];
  while (page.next !== undefined) {
    if (!all) break;
    page = await cli.ask('bead/history', { bead, limit: 1000, before: page.next });
    items.unshift(...page.items);
  }
  return { ...page, items };
}

function historyJson({ bead, items, more }: BeadHistory): Record<string, unknown> {
  return { bead: bead.id, title: bead.title, items, more };
}
