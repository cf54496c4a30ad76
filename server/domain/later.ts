import type { Timestamp } from './ids.ts';

export function later(at: Timestamp, ms: number): Timestamp {
  return new Date(Date.parse(at) + ms).toISOString() as Timestamp;
}
