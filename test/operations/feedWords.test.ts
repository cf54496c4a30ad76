import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { feedVerbs, historyWord } from '../../server/operations/feed.ts';
import { stepWords } from '../../server/operations/stepWords.ts';
import { access } from '../../server/protocol/access.ts';

/** What a verb that is put together can be; a new one has to be named here. */
const composed: Readonly<Record<string, readonly string[]>> = {
  'land/${state}': [
    'land/conflict',
    'land/lost',
    'land/merged',
    'land/rejected',
    'land/waiting-for-checkout',
  ],
  'mail/${params.as}': ['mail/archived', 'mail/deleted', 'mail/read', 'mail/unread'],
  'rig/${act.how}': 'start stop restart park unpark dock undock'.split(' ').map((how) => `rig/${how}`),
  'witness/${kind}': 'nudge restart handoff go-on release escalate'
    .split(' ')
    .map((kind) => `witness/${kind}`),
};

/** What the town asks of an editor. */
const asked = new Set(['session/open', 'session/show', 'session/type']);

/** Composed words that are no verbs of the journal. */
const others = new Set(['polecat/', 'crew/', 'orphans/', 'gastown/']);

const root = join(import.meta.dirname, '..', '..', 'server');
const words = new Set(['feed.ts', 'stepWords.ts', 'feedTypes.ts']);
const sources = globSync(['operations/**/*.ts', 'domain/**/*.ts', 'store/**/*.ts', '*.ts'], { cwd: root })
  .filter((file) => !words.has(file.split(/[/\\]/u).at(-1) ?? ''))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

const known = new Set([...feedVerbs, ...Object.keys(stepWords)]);
const nouns = new Set([...known].map((verb) => verb.split('/')[0]));

/** Every verb that the source writes into the journal, by where it stands. */
function verbsUsed(): Map<string, string> {
  const found = new Map<string, string>();
  for (const { file, text } of sources)
    for (const verb of [...writtenIn(text), ...looksLike(text), ...composedIn(text, file)])
      found.set(verb, file);
  return found;
}

function writtenIn(text: string): string[] {
  return [...text.matchAll(/transact\(\s*\{\s*verb: '([^']+)'/gu)].flatMap(([, verb = '']) => verb);
}

/** Handed on, or chosen between two: whatever looks like a verb and is no message of the protocol. */
function looksLike(text: string): string[] {
  const found = [...text.matchAll(/'([a-z]+\/[a-z-]+)'/gu)].flatMap(([, word = '']) => word);
  return found.filter((word) => nouns.has(word.split('/')[0]) && !(word in access) && !asked.has(word));
}

function composedIn(text: string, file: string): readonly string[] {
  return [...text.matchAll(/`([a-z]+\/\$\{[a-z.]+\})`/gu)].flatMap(([, form = '']) => {
    if (form.endsWith('${string}') || others.has(form.slice(0, form.indexOf('$')))) return [];
    const verbs = composed[form];
    assert.ok(verbs, `${file}: what can ${form} be? Name its verbs here.`);
    return verbs;
  });
}

test('every verb of the journal has a word in the feed, or is left out on purpose with a word for the history', () => {
  const used = verbsUsed();
  assert.ok(used.size > 80, `only ${used.size} verbs were found`);
  const raw = [...used].filter(([verb]) => historyWord(verb) === undefined);
  assert.deepEqual(raw, [], 'give each a word in feed.ts, or in stepWords.ts');
  const both = feedVerbs.filter((verb) => verb in stepWords);
  assert.deepEqual(both, []);
});

test('no word is of a verb that is gone', () => {
  const all = sources.map(({ text }) => text).join('\n');
  const composedVerbs = new Set(Object.values(composed).flat());
  assert.deepEqual(
    [...known].filter((verb) => !composedVerbs.has(verb) && !all.includes(`'${verb}'`)),
    [],
  );
});
