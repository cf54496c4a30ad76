import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { addHook } from './hook.ts';

/** What an agent starts with. */
export function addAgent(gt: Command, cli: Cli): void {
  addHook(gt, cli);
}
