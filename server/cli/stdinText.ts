import { Usage } from './failure.ts';

/** More than any letter or packet may have. */
const most = 1_000_000;

/** What is piped in, for texts of several lines. */
export async function stdinText(stream: NodeJS.ReadStream = process.stdin): Promise<string> {
  if (stream.isTTY) throw new Usage('--stdin reads what is piped in, and nothing is.');
  stream.setEncoding('utf8');
  let text = '';
  for await (const part of stream) {
    text += String(part);
    if (text.length > most) throw new Usage(`What is piped in has more than ${most} characters.`);
  }
  return text;
}
