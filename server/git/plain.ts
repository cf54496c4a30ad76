const progress =
  /^(remote: )?(Enumerating|Counting|Compressing|Receiving|Resolving|Writing|Updating|Unpacking|Filtering|Rebasing|Total|Delta)\b/;
const telling = /^(fatal|error|remote|ERROR|ssh|Permission denied|Host key)\b|^!|^CONFLICT|^could not/;

/** Text of others in one line of ours: no control, bidirectional or invisible characters, no passwords in URLs, at most `limit` characters. */
export function plain(text: string, limit = 400): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]*@/gi, '$1:…@')
    .trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

/** What git said on stderr, without its progress and hints. */
export function whatGitSaid(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:') && !progress.test(line));
  const main = lines.filter((line) => telling.test(line));
  return plain((main.length > 0 ? main : lines).join('; ')) || 'nothing';
}
