import { InvalidArgumentError } from 'commander';

/** `0` to `4`, or `P0` to `P4`. */
export function priorityWord(word: string): number {
  const digit = /^p?([0-4])$/iu.exec(word)?.[1];
  if (digit === undefined) throw new InvalidArgumentError('It is 0 (most urgent) to 4, or P0 to P4.');
  return Number(digit);
}
