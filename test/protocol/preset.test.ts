import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPreset } from '../../server/protocol/schema.ts';

const problemOf = (given: object): string => {
  const checked = checkPreset({ id: 'mine', command: 'mine', ...given }, () => undefined);
  return 'problem' in checked ? `${checked.field}: ${checked.problem}` : 'none';
};

const fits: readonly object[] = [
  { arguments: ['{prompt}', 'x={worktree}', { when: 'root', words: ['--safe'] }, '{options}'] },
  { resume: ['--resume', '{id}'], talk: { terminal: ['{id}'], copy: false } },
  { approval: { ask: [{ words: ['--add-dir', '{spool}'] }] } },
  { systemPrompt: { kind: 'config', arguments: ['-c', 'a={systemPrompt:json}'] } },
  { systemPrompt: { kind: 'file', variable: 'MINE_SYSTEM' } },
  { sessionId: { kind: 'output', field: 'a.b', variable: 'MINE_ID' } },
  { files: [{ name: 'trust.json', when: 'trusted', text: '{"{worktree}":true}' }] },
  { trust: { environment: { MINE_TRUST: '{worktree}' }, oneShot: true } },
  { tools: { allow: ['a'], given: { allow: ['--allow={tools}'], each: true } } },
  { failures: [{ verdict: 'quota', codes: [3], event: { type: 'error' }, text: 'x', advice: 'y' }] },
  { places: ['~/bin/mine'], install: 'npm install -g mine', typing: { submit: 'Enter', pauseMs: 500 } },
];
for (const given of fits) {
  test(`${JSON.stringify(given)} fits`, () => assert.equal(problemOf(given), 'none'));
}

const refused: readonly (readonly [object, RegExp])[] = [
  [{ arguments: ['{promt}'] }, /^arguments\.0: \{promt\} names nothing; there is options, prompt, /],
  [
    { arguments: ['--spool', '{spool}'] },
    /^arguments\.1: \{spool\} may have no value: put its words in a group/,
  ],
  [{ oneShot: ['--resume', '{id}'] }, /^oneShot\.1: \{id\} may have no value/],
  [
    { approval: { auto: [{ words: ['a', '{nope:json}'] }] } },
    /^approval\.auto\.0\.words\.1: \{nope\} names nothing/,
  ],
  [{ arguments: [{ when: 'tuesday', words: [] }] }, /^arguments\.0/],
  [{ arguments: [{ words: ['a'], sometimes: true }] }, /^arguments\.0/],
  [{ arguments: [7] }, /^arguments\.0: must be text, or a group/],
  [{ arguments: ['--tools={tools}'] }, /^arguments\.0: \{tools\} has a value in tools\.given only/],
  [{ environment: { set: { A: '{promt}' } } }, /^environment\.set\.A: \{promt\} names nothing/],
  [{ files: [{ name: '../x', text: '' }] }, /^files\.0\.name: must be the plain name of a file/],
  [{ files: [{ name: 'x', text: '{oops}' }] }, /^files\.0\.text: \{oops\} names nothing/],
  [{ failures: [{ verdict: 'bad luck', advice: 'x' }] }, /^failures\.0\.verdict: must be one of quota/],
  [{ output: 'xml' }, /^output: must be one of lines/],
  [{ talk: { terminal: [] } }, /^talk\.copy: is missing/],
];
for (const [given, says] of refused) {
  test(`${JSON.stringify(given)} is refused by its field`, () => assert.match(problemOf(given), says));
}
