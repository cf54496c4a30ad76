const maxDepth = 32;
const prototypeKeys = new Set(['__proto__', 'constructor', 'prototype']);

export interface Problem {
  /** Dotted: `preset.command`; empty: the whole. */
  readonly field: string;
  /** Goes on after the field: `must not be empty`. */
  readonly problem: string;
}

/** What no field of any request may hold: a NUL, a key that would reach an object's prototype, endless nesting. */
export function hostile(value: unknown, field = '', depth = 0): Problem | undefined {
  if (typeof value === 'string') {
    return value.includes('\0') ? { field, problem: 'must hold no NUL character' } : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === maxDepth) return { field, problem: 'is nested too deeply' };
  for (const [key, each] of Object.entries(value)) {
    const path = field === '' ? key : `${field}.${key}`;
    const found = hostileKey(key, path) ?? hostile(each, path, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function hostileKey(key: string, field: string): Problem | undefined {
  const isHostile = prototypeKeys.has(key) || key.includes('\0');
  return isHostile ? { field: field.replaceAll('\0', ''), problem: 'is no name for a field' } : undefined;
}
