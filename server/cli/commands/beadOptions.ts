import { InvalidArgumentError } from 'commander';

/** `0` to `4`, or `P0` to `P4`. */
export function priorityWord(word: string): number {
  const digit = /^p?([0-4])$/iu.exec(word)?.[1];
  if (digit === undefined) throw new InvalidArgumentError('It is 0 (most urgent) to 4, or P0 to P4.');
  return Number(digit);
}

/** `--step-done 2`, which may be given several times. */
export function stepNumbers(word: string, before?: readonly number[]): readonly number[] {
  if (!/^[1-9]\d{0,2}$/u.test(word)) throw new InvalidArgumentError('It is the number of a step, from 1.');
  return [...(before ?? []), Number(word)];
}
