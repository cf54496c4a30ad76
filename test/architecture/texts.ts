import { lineAt, type Source, type Violation } from './syntax.ts';

type Pattern = { readonly kind: string; readonly looksFor: RegExp; readonly message: string };

const patterns: readonly Pattern[] = [
  {
    kind: 'registry',
    looksFor:
      /\bregistry\.[a-z0-9-]+\.[a-z]{2,}\b|\bnpm\.pkg\.[a-z]|\bnpm\.jsr\.io\b|\/artifactory\/|"resolved": "https?:/i,
    message: 'names the host of a package registry: whoever installs chooses it',
  },
  {
    kind: 'unfinished',
    looksFor: /^\s*(#|<!--).*\b(TODO|FIXME)\b/m,
    message: 'an unfinished remark',
  },
];

/** Offences in any text of the repository, code or not. */
export function textOffences(sources: readonly Source[]): Violation[] {
  return sources.flatMap(({ path, text }) =>
    patterns.flatMap(({ kind, looksFor, message }) => {
      const found = looksFor.exec(text);
      return found ? [{ kind, path, line: lineAt(text, found.index), message }] : [];
    }),
  );
}
