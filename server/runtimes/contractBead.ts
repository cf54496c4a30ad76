import type { RuntimePreset } from '../domain/runtime.ts';

/** A script, a model, or a person: how long each may take to keep the contract where nobody says. */
export const usualSeconds = { plain: 60, account: 10 * 60, person: 30 * 60 } as const;

export function kindOf({ command, arguments: [word], needs }: RuntimePreset): keyof typeof usualSeconds {
  if ((command === '{self}' && word === 'human') || command === '{shell}') return 'person';
  return needs.account ? 'account' : 'plain';
}

export const contractFile = 'contract.txt';

/** What the bead of a runtime's test asks for; `word` stands nowhere else. The simulated agent reads the second line. */
export function instruction(bead: string, word: string): string {
  return [
    'This bead tests whether a runtime keeps the contract of a town. Do these five things, in this order, and nothing else:',
    '1. Run: gt hook',
    `2. Write a file named ${contractFile} in the folder that you start in. Its only line is this word: ${word}`,
    `3. Run: git add ${contractFile}, and then: git commit -m "${bead}: keep the contract"`,
    `4. Run: bd update ${bead} --notes "contract kept"`,
    '5. Run: gt done',
  ].join('\n');
}

export const waitingInstruction =
  'This bead tests how a session ends. Do nothing at all: wait until you are ended.';

/** The simulated agent does what its bead says; one that was given a behaviour of its own keeps it. */
export function simulatedAs(
  { command, arguments: words }: RuntimePreset,
  behaviour: string,
): { labels?: readonly string[] } {
  const isSimulated = command === '{self}' && words[0] === 'sim' && !words.includes('--behaviour');
  return isSimulated ? { labels: [`sim:${behaviour}`] } : {};
}

/** Nobody can have written it before, and a person can type it. */
export function randomWord(): string {
  return `word${Math.floor(Math.random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0')}`;
}

export function withoutLive({ label }: RuntimePreset): string {
  return `Not started: ${label} works with your own account, which only --live uses.`;
}
