/** What a person types who does exactly what the note of a runtime test says. */
export function commandsIn(note: string): string[] {
  const [, file, word] = /file named (\S+) .*this word: (\w+)/.exec(note) ?? [];
  return note.split('\n').flatMap((line) => {
    if (/^ *2\./.test(line)) return [`echo ${word} > ${file}`];
    const [, run] = /^ *\d\. Run: (.+)$/.exec(line) ?? [];
    return run?.split(', and then: ') ?? [];
  });
}
