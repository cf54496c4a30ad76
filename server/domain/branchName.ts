import { invalid } from './beadFields.ts';

/**
 * A branch as a person types it, without `refs/heads/`: what git's check-ref-format allows, and of that only letters, digits and
 * `._/-`, so that it is never an option, a pattern or a program's text anywhere. Refused with `invalid`.
 */
export function parseBranch(text: string, field = 'branch'): string {
  const parts = text.split('/');
  const fits = text.length <= 200 && text !== 'HEAD' && !text.startsWith('refs/') && parts.every(isPart);
  if (fits) return text;
  throw invalid(
    field,
    'A branch has letters, digits and . _ / -, like main or release/2.1, without refs/heads/.',
  );
}

function isPart(part: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]*$/u.test(part) && !part.includes('..') && !/\.(?:lock)?$/u.test(part);
}
