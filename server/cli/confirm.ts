import type { Output } from './output.ts';

/** Asks on the terminal, where only a plain yes is one. Undefined where there is nobody to ask. */
export async function confirm(output: Output, question: string): Promise<boolean | undefined> {
  if (!output.live || !process.stdin.isTTY) return undefined;
  output.draw(`${question} [y/N] `);
  const answered = await new Promise<string>((resolve) => {
    process.stdin.once('data', (data) => resolve(data.toString()));
    process.stdin.once('end', () => resolve(''));
  });
  process.stdin.pause();
  return /^y(?:es)?$/iu.test(answered.trim());
}
