import type { PolecatState } from '../../server/domain/polecat.ts';

/** A codicon, and a theme colour that says nothing the words beside it do not. */
export interface Icon {
  readonly id: string;
  readonly color?: string;
}

const warning = 'list.warningForeground';
const error = 'list.errorForeground';
const passed = 'testing.iconPassed';

export const needsPersonIcon: Icon = { id: 'bell-dot', color: warning };
const submittedIcon: Icon = { id: 'git-merge' };

/** By the state of a polecat that works, or does not. */
export const polecatIcons: Readonly<Record<PolecatState, Icon>> = {
  spawning: { id: 'loading~spin' },
  working: { id: 'loading~spin' },
  'needs-you': needsPersonIcon,
  'rate-limited': { id: 'clock' },
  stalled: { id: 'watch', color: warning },
  interrupted: { id: 'debug-disconnect', color: warning },
  failed: { id: 'error', color: error },
  done: { id: 'circle-filled' },
};

/** By the one word for a bead: how its landing stands, else what its polecat does, else how it stands itself. */
export function beadIcon(state: string): Icon {
  return beadIcons[state] ?? polecatIcons[state as PolecatState] ?? { id: 'circle-outline' };
}

const beadIcons: Readonly<Record<string, Icon>> = {
  verified: { id: 'pass-filled', color: passed },
  closed: { id: 'pass' },
  submitted: submittedIcon,
  merged: submittedIcon,
  conflict: { id: 'warning', color: warning },
  rejected: { id: 'error', color: error },
  lost: { id: 'error', color: error },
  'waiting-for-checkout': { id: 'git-branch', color: warning },
  blocked: { id: 'circle-slash' },
  deferred: { id: 'history' },
  pinned: { id: 'pinned' },
  hooked: { id: 'circle-filled' },
  in_progress: { id: 'circle-filled' },
  unknown: { id: 'question' },
};

/** By the type of a bead, where its state is in the words. */
export function typeIcon(type: string): Icon {
  return { id: typeIcons[type] ?? 'checklist' };
}

const typeIcons: Readonly<Record<string, string>> = {
  bug: 'bug',
  feature: 'lightbulb',
  epic: 'milestone',
  chore: 'tools',
};
