import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { bdCommands } from '../../server/cli/bdProgram.ts';
import { gtCommands } from '../../server/cli/gtProgram.ts';
import { bd, gt, idleCli } from './support.ts';

const programs = { gt: gtCommands(idleCli('gt')), bd: bdCommands(idleCli('bd')) };

function* commandsOf(command: Command, path: string): Iterable<readonly [string, Command]> {
  for (const each of command.commands) {
    const words = `${path} ${each.name()}`;
    yield [words, each];
    yield* commandsOf(each, words);
  }
}

const all = Object.entries(programs).flatMap(([name, program]) => [...commandsOf(program, name)]);

/** They do something without a further word, too. */
const alsoVerbs = new Set(
  ['hook', 'mayor', 'seance', 'escalate', 'mail group', 'mail queue', 'mail channel'].map(
    (words) => `gt ${words}`,
  ),
);

test('there is every command that is promised', () => {
  const town =
    'install status attention feed log down stop up uninstall version config doctor orphans demo sling unsling explain handoff resume nudge broadcast dnd notify hook prime event done worktree radar peek show compact cycle';
  const nouns = {
    rig: 'create add info list config approve remove status park unpark stop start restart dock undock reset',
    daemon: 'start stop status',
    runtime: 'list show add remove test doctor scorecard',
    plugin: 'list show history approve revoke run',
    convoy: 'create add list show stage launch remove close watch unwatch stranded check',
    scheduler: 'status list pause resume run clear retry',
    quota: 'list park clear',
    polecat: 'list show remove archives restore discard check-recovery git-state stale nuke gc',
    witness: 'status',
    patrol: 'scan',
    session: 'list run attach resume handoff stop log restart status check inject capture',
    checkpoint: 'write read clear',
    crew: 'add list start stop remove',
    mayor: 'status start stop attach',
    seance: 'start show talk',
    mq: 'list next show log submit merge retry reject',
    refinery: 'status pause resume queue ready blocked claim release',
    escalate: 'list show stale ack close',
    mail: 'send reply inbox read peek thread search check mark-read mark-unread archive delete directory claim release announces hook drain clear group queue channel',
  };
  const of = (program: string, words: string): string[] =>
    words.split(' ').map((word) => `${program} ${word}`);
  const expected = [
    ...of('gt', town),
    ...Object.entries(nouns).flatMap(([noun, verbs]) => [`gt ${noun}`, ...of(`gt ${noun}`, verbs)]),
    ...of('gt hook', 'show status attach detach clear'),
    ...of('gt mail group', 'list show create delete add remove'),
    ...of('gt mail queue', 'list show create delete'),
    ...of('gt mail channel', 'list show create delete subscribe unsubscribe subscribers'),
    ...of('bd', 'create show list ready blocked update close dep version'),
    ...of('bd dep', 'add remove'),
  ];
  assert.deepEqual(all.map(([words]) => words).toSorted(), expected.toSorted());
});

for (const [words] of all) {
  test(`${words} --help explains itself with an example, on 80 columns`, async () => {
    const [program, ...rest] = words.split(' ');
    const said = await (program === 'gt' ? gt : bd)([...rest, '--help']);
    assert.deepEqual([said.code, said.stderr, said.asked.length], [0, '', 0]);
    const verb = words.split(' ').slice(0, 2).join(' ');
    assert.match(said.stdout, new RegExp(`Examples:\n(  \\$ .*\n)*  \\$ ${verb}`));
    const isVerb = !said.stdout.includes('Commands:') || alsoVerbs.has(words);
    assert.equal(said.stdout.includes('\nJSON: '), isVerb, said.stdout);
    const tooLong = said.stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('  $'));
    assert.deepEqual(
      tooLong.filter((line) => !line.startsWith('Usage:')),
      [],
    );
  });
}

test('help has three spellings, and none for what is not there', async () => {
  const [one, two, three] = await Promise.all([
    gt(['rig', 'create', '--help']),
    gt(['help', 'rig', 'create']),
    gt(['rig', 'help', 'create']),
  ]);
  assert.equal(one.stdout, two.stdout);
  assert.equal(one.stdout, three.stdout);
  assert.match((await gt(['help'])).stdout, /First steps:\n {2}\$ gt demo/);
  assert.equal((await gt([])).stdout, (await gt(['help'])).stdout);
  const nothing = await gt(['help', 'convoi']);
  assert.deepEqual([nothing.code, nothing.stdout], [2, '']);
  assert.match(nothing.stderr, /unknown command 'convoi' \(Did you mean convoy\?\)/);
});

const wrong: readonly { words: string[]; says: RegExp }[] = [
  { words: ['stauts'], says: /^gt: unknown command 'stauts' \(Did you mean status\?\) See gt --help\.\n$/ },
  {
    words: ['rig', 'lst'],
    says: /^gt: unknown command 'lst' \(Did you mean list\?\) See gt rig --help\.\n$/,
  },
  {
    words: ['sling', 'x', '--hst'],
    says: /^gt: unknown option '--hst' \(Did you mean --host\?\) See gt sling --help\.\n$/,
  },
  {
    words: ['convoy', 'create', 'x'],
    says: /^gt: missing required argument 'bead'\. See gt convoy create --help\.\n$/,
  },
  { words: ['mq', 'show', 'x', 'y'], says: /^gt: too many arguments .* See gt mq show --help\.\n$/ },
  {
    words: ['mq', 'retry', 'backend', 'x', 'y'],
    says: /^gt: one merge request at a time, with its rig before it\. See gt mq retry --help\.\n$/,
  },
  {
    words: ['mq', 'submit', '--priority', '5'],
    says: /^gt: option '-p, --priority <n>' argument '5' is invalid\. It is 0 \(most urgent\) to 4, or P0 to P4\./,
  },
  { words: ['rig', 'create', 'x'], says: /^gt: required option '--repo <url-or-path>' not specified\. See/ },
  {
    words: ['feed', '-n', 'many'],
    says: /^gt: option '-n, --limit <number>' argument 'many' is invalid\. It must be a whole number\./,
  },
  { words: ['rig'], says: /\ngt: gt rig needs one more word; gt rig --help lists them\.\n$/ },
  {
    words: ['rig', 'config', 'unset', 'backend'],
    says: /^gt: gt rig config unset takes a key and nothing else\.\n$/,
  },
  { words: ['config', 'set', 'name'], says: /^gt: gt config set takes a key and a value\.\n$/ },
];

for (const { words, says } of wrong) {
  test(`gt ${words.join(' ')} is wrong usage: exit 2, one sentence, nothing asked`, async () => {
    const said = await gt(words);
    assert.match(said.stderr, says);
    assert.deepEqual([said.code, said.stdout, said.asked.length], [2, '', 0]);
    const json = await gt([...words, '--json']);
    assert.equal(json.code, 2);
    assert.equal((JSON.parse(json.stderr) as { code: string }).code, 'usage');
  });
}

test('bd answers wrong words with 2, and in JSON where that is asked for', async () => {
  const said = await bd(['clsoe', 'x']);
  assert.deepEqual(
    [said.code, said.stderr],
    [2, "bd: unknown command 'clsoe' (Did you mean close?) See bd --help.\n"],
  );
  const json = await bd(['create', 'x', '-p', '9', '--json']);
  assert.equal(json.code, 2);
  const error = JSON.parse(json.stderr) as Record<string, unknown>;
  assert.deepEqual(Object.keys(error), ['code', 'error', 'schema_version']);
  assert.match(String(error['error']), /It is 0 \(most urgent\) to 4, or P0 to P4\./);
  assert.equal((await bd(['create'])).code, 2);
});
