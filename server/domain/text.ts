/**
 * Text of others as one line that is safe in a terminal, a tree row or a terminal's name: escape sequences, control characters,
 * bidirectional controls and zero-width characters are taken out, line ends become blanks, and at most `max` characters are left.
 */
export function displayText(text: string, max = 200): string {
  const line = plainText(text).replaceAll(/\s+/gu, ' ').trim();
  // No more than two code units make one character, so this cut cannot lose one that is wanted.
  const characters = Array.from(line.slice(0, (max + 1) * 2));
  return characters.length <= max ? line : `${characters.slice(0, Math.max(0, max - 1)).join('')}…`;
}

/** The same for text of several lines: line ends and tabs stay, nothing is cut. */
export function plainText(text: string): string {
  // Nearly all text, and the regular expressions below take a millisecond to compile, which `gt hook` would pay at every step.
  if (/^[\t\n -~]*$/.test(text)) return text;
  return text
    .replaceAll(escapeStrings, '')
    .replaceAll(escapeCodes, '')
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/gu, '\n')
    .replaceAll(unseen, '')
    .replaceAll(/\p{Surrogate}/gu, '\u{fffd}');
}

// OSC, DCS, SOS, PM and APC carry text up to their terminator (ECMA-48 5.6). Without one only the introducer goes: no text is hidden.
// An introducer ends the one before it, so that no text takes longer than its length.
const escapeStrings =
  // oxlint-disable-next-line no-control-regex -- taking control characters out is what it is for
  /(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u0090\u0098\u009C-\u009F]*(?:\u0007|\u001B\\|\u009C)/gu;

// CSI with its parameters, and escapes of two or three characters.
// oxlint-disable-next-line no-control-regex -- as above
const escapeCodes = /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|\u001B[ -/]*[0-~]/gu;

// Controls but tab and line feed; format characters (bidirectional, zero-width, soft hyphen, tags); fillers that show nothing.
const unseen = /(?![\n\t])[\p{Cc}\p{Cf}\u115F\u1160\u3164\uFFA0]/gu;

/** An argument as it is typed in a shell, where it stays one word and text. In double quotes where that is enough, which reads best. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return /["$`\\!]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}
