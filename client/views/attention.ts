import type { AttentionItem, AttentionVerb } from '../../server/domain/attentionItem.ts';
import { displayText } from '../../server/domain/text.ts';
import { commandId, type CommandName } from '../commandNames.ts';
import type { Model } from '../model.ts';
import type { Subject } from '../subject.ts';
import { age } from './age.ts';
import { beadIcon, type Icon, needsPersonIcon } from './icons.ts';
import { joined, joinedBy, type Row, type RowSource } from './row.ts';

/** What needs a person, the most pressing first. */
export class AttentionRows implements RowSource {
  readonly #model: Model;
  readonly #now: () => number;

  constructor(model: Model, now: () => number = Date.now) {
    this.#model = model;
    this.#now = now;
  }

  rows(below?: Row): readonly Row[] {
    if (below) return [];
    return (this.#model.town?.attention ?? []).map((item) => attentionRow(item, this.#now()));
  }

  read(): Promise<void> {
    return Promise.resolve();
  }
}

/** What a click does: the command, and its name. */
export const verbCommands = {
  openTerminal: { name: 'openTerminal', title: 'Open Terminal' },
  answer: { name: 'answer', title: 'Answer' },
  resume: { name: 'resumeSession', title: 'Resume Session' },
  review: { name: 'showDiff', title: 'Review' },
  merge: { name: 'merge', title: 'Merge' },
  approve: { name: 'approveRig', title: 'Approve' },
  acknowledge: { name: 'acknowledge', title: 'Acknowledge' },
  read: { name: 'readMail', title: 'Read' },
  copy: { name: 'copyCommand', title: 'Copy Command' },
} as const satisfies Readonly<Record<AttentionVerb, { readonly name: CommandName; readonly title: string }>>;

function attentionRow(item: AttentionItem, now: number): Row {
  const { name, title } = verbCommands[item.action.verb];
  const word = stateWord(item);
  const reason = displayText(item.reason, 200);
  return {
    // One episode is one row; the next of the same subject is another.
    id: `attention:${item.id}`,
    label: nameOf(item),
    description: joinedBy(' · ', joinedBy(' ', `${word}:`, quoted(item, reason)), age(item.since, now)),
    icon: iconOf(item),
    context: joinedBy(' ', 'attention', ...menuWords[item.action.verb]),
    spoken: `${nameOf(item)}, ${word}: ${reason}. ${title}.`,
    subject: subjectOf(item),
    command: { command: commandId(name), title },
    tooltip: () => [
      joined(displayText(item.subject, 100), item.bead !== item.subject && item.bead, word),
      displayText(item.reason, 1000),
      `${title}, or in a terminal: ${displayText(item.action.command, 200)}`,
    ],
  };
}

/** What it is about as the commands of the window take it. */
export function subjectOf({ id, kind, subject, bead, agent, action }: AttentionItem): Subject {
  if (action.verb === 'copy') return { kind: 'attention', item: id };
  if (kind === 'escalation') return { kind: 'escalation', escalation: subject };
  if (kind === 'mail') return { kind: 'mail', message: subject };
  if (kind === 'rig') return { kind: 'rig', rig: subject };
  if (kind === 'polecat') return { kind: 'polecat', agent: subject };
  return { kind: 'bead', bead: bead ?? subject, ...(agent === undefined ? {} : { agent }) };
}

/** `slit · be-limit`: short, since a row is narrow. */
export function nameOf({ kind, subject, bead }: AttentionItem): string {
  if (kind !== 'polecat') return displayText(subject, 80);
  return joined(displayText(subject.slice(subject.lastIndexOf('/') + 1), 40), bead && displayText(bead, 60));
}

function stateWord({ kind, state, severity }: AttentionItem): string {
  if (kind === 'escalation') return `escalated, ${severity}`;
  return words[state] ?? state.replaceAll('-', ' ');
}

const words: Readonly<Record<string, string>> = {
  'needs-you': 'asks',
  submitted: 'needs review',
  unapproved: 'not approved',
  'waiting-for-checkout': 'waits for your checkout',
};

/** A question stands in its own words. */
function quoted({ state }: AttentionItem, reason: string): string {
  return state === 'needs-you' ? `“${reason}”` : reason;
}

function iconOf({ kind, state, severity }: AttentionItem): Icon {
  const pressing = severity === 'critical' || severity === 'high';
  const color = pressing ? 'list.errorForeground' : 'list.warningForeground';
  if (kind === 'escalation') return { id: 'megaphone', color };
  if (kind === 'mail') return { id: 'mail', color };
  if (kind === 'rig' || kind === 'plugin') return { id: 'shield', color };
  return state === 'needs-you' ? needsPersonIcon : beadIcon(state);
}

/** The words that the menus ask for: what a button beside the row does. */
const menuWords: Readonly<Record<AttentionVerb, readonly string[]>> = {
  openTerminal: ['shown', 'answerable'],
  answer: ['answerable', 'resumed'],
  resume: ['resumed', 'shown'],
  review: ['worked', 'mergeable'],
  merge: ['mergeable'],
  approve: ['approvable'],
  acknowledge: ['acknowledgeable'],
  read: ['readable'],
  copy: ['copied'],
};
