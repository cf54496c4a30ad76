/** Secrets of known shape, and values of variables and headers named like one, replaced before text is kept or shown. */
export function redact(text: string): string {
  return patterns.reduce((rest, [pattern, replacement]) => rest.replaceAll(pattern, replacement), text);
}

const hidden = '[redacted]';

const patterns: readonly (readonly [RegExp, string])[] = [
  // Anthropic and OpenAI, GitHub, GitLab, Slack, Google, AWS, npm; JSON web tokens; URLs with a password.
  [/\bsk-[A-Za-z0-9_-]{16,}/g, hidden],
  [/\b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})/g, hidden],
  [/\bxox[abeprs]-[A-Za-z0-9-]{10,}/g, hidden],
  [/\bAIza[A-Za-z0-9_-]{30,}/g, hidden],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, hidden],
  [/\bnpm_[A-Za-z0-9]{30,}/g, hidden],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g, hidden],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:)[^\s@/]+@/gi, `$1${hidden}@`],
  [/(\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)\s+)[^\s"']+/gi, `$1${hidden}`],
  [
    /(\b[A-Z0-9_]*(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|CREDENTIALS?)[A-Z0-9_]*["']?\s*[=:]\s*["']?)[^\s"',;]{6,}/g,
    `$1${hidden}`,
  ],
];
