import { which } from '../e2e/terminal.ts';
import { isUnderCi } from './ci.ts';

/** The tmux of this machine; empty where there is none. */
export const tmux = which('tmux') ?? '';

/** Why tests in tmux are left out: they fail under CI, where scripts/system-packages.sh installs it. */
export const skip =
  tmux === '' && !isUnderCi()
    ? 'tmux is not here: install it (apt-get install tmux) to run this test.'
    : false;
