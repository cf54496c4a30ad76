import type { Command } from 'commander';
import type { HostChoice } from '../../domain/rig.ts';

export interface HostOption {
  /** Whatever was typed: the town names the hosts that there are, so that a new one needs no new `gt`. */
  readonly host?: HostChoice;
}

/** `--host`, of every command that starts a session. */
export function hostOption(command: Command, where = 'where it lives'): Command {
  return command.option('--host <host>', `${where}: auto, editor, tmux or process`);
}
