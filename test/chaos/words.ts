/** The words of a command that stands alone; undefined where it goes on in prose, or has a place that is to be filled. */
export function wordsOf(line: string): readonly string[] | undefined {
  const words = line.trim().split(' ');
  const plain = /^(--)?[a-z0-9][\w./-]*$/;
  return words.length <= 5 && words.every((word) => plain.test(word)) ? words : undefined;
}
