import { describe } from 'node:test';
import { killAtEach } from './killing.ts';

describe('killed at', { concurrency: 4 }, () => {
  killAtEach(['start', 'crew', 'handoff', 'session', 'done']);
});
