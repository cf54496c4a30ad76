/** A prompt is not the place for a whole specification; the rest is read with `bd show`. */
const maxLines = 60;
/** Runtimes cut what a lifecycle hook says at some 10,000 characters, and what they cut would be the contract. */
const maxCharacters = 6000;

/** Text of others, line by line behind `| `, so that no text can end its own quotation. */
export function quote(text: string): string[] {
  const lines = printable(text).split('\n');
  const shown: string[] = [];
  let left = maxCharacters;
  for (const line of lines.slice(0, maxLines)) {
    if (line.length > left) {
      if (left > 0) shown.push(`| ${line.slice(0, left)}`);
      return [...shown, '(It is longer: bd show)'];
    }
    shown.push(`| ${line}`);
    left -= line.length;
  }
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `(${more} more lines: bd show)`] : shown;
}

export function oneLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, ' ').trim();
}

/** Refused by some runtimes inside commands, and looking like commands to others. */
export const plainId = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Ids that came from elsewhere may be anything; one that a shell would read otherwise is left to be read from the hook. */
export function idOf(bead: { readonly id: string } | undefined): string {
  return bead && plainId.test(bead.id) ? bead.id : 'ID';
}

/** Without control characters, escapes and direction marks: this is read on terminals too. */
function printable(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}
