const escape = String.fromCharCode(27);

/** What is on the screen after all that was written, of a terminal that knows `up N lines` and `erase what follows`. */
export function screen(written: string): string[] {
  const shown: string[] = [];
  let at = 0;
  for (const part of written.split(new RegExp(`(${escape}\\[\\d+A|${escape}\\[J|\n)`))) {
    const up = /\[(\d+)A$/.exec(part)?.[1];
    if (up !== undefined) at -= Number(up);
    else if (part.endsWith('[J')) shown.length = at;
    else if (part === '\n') at += 1;
    else if (part !== '') shown[at] = part;
  }
  return shown;
}
