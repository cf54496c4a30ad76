import type { Paint } from '../output.ts';

/** Colour beside the word, never instead of it. */
export function paintOfState(cell: string): Paint | undefined {
  const word = cell.split(' ', 1)[0] ?? '';
  if (good.has(word)) return 'green';
  if (bad.has(word)) return 'red';
  if (waiting.has(word)) return 'yellow';
  return undefined;
}

/** `2 working · 1 needs you`, or `none`. */
export function polecatsText({ working, needYou, total }: Counts): string {
  const parts = [
    ...(working > 0 ? [`${working} working`] : []),
    ...(needYou > 0 ? [`${needYou} ${needYou === 1 ? 'needs' : 'need'} you`] : []),
  ];
  if (parts.length > 0) return parts.join(' · ');
  return total === 0 ? 'none' : `${total} not working`;
}

interface Counts {
  readonly working: number;
  readonly needYou: number;
  readonly total: number;
}

export function shortSha(sha: string | undefined): string {
  return sha?.slice(0, 7) ?? '';
}

/** `1 commit`, `2 commits`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const good = new Set(['verified', 'landed', 'running', 'active', 'closed', 'working']);
const bad = new Set([
  'conflict',
  'rejected',
  'lost',
  'failed',
  'stalled',
  'needs-you',
  'interrupted',
  'not-started',
]);
const waiting = new Set([
  'submitted',
  'merged',
  'waiting-for-checkout',
  'rate-limited',
  'blocked',
  'parked',
  'docked',
  'staged',
]);
