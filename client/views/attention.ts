import type { AttentionItem, AttentionVerb } from '../../server/domain/attentionItem.ts';
import { displayText } from '../../server/domain/text.ts';
import type { PolecatDetail } from '../../server/protocol/work.ts';
import { commandId, type CommandName } from '../commandNames.ts';
import type { Model } from '../model.ts';
import type { Subject } from '../subject.ts';
import { age } from './age.ts';
import { beadIcon, type Icon, needsPersonIcon } from './icons.ts';
import { gatesShort, landingContext, metParagraphs, sayingState } from './landingWords.ts';
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
    const { town } = this.#model;
    return (town?.attention ?? []).map((item) =>
      attentionRow(item, { now: this.#now(), detail: workOf(item, this.#model) }),
    );
  }

  read(): Promise<void> {
    return Promise.resolve();
  }
}

/** Whose finished work it is about, where the polecat is still there. */
function workOf({ kind, agent, bead }: AttentionItem, model: Model): PolecatDetail | undefined {
  if (kind !== 'mergeRequest' || agent === undefined) return undefined;
  const detail = model.polecat(agent);
  return detail?.mergeRequest?.bead === bead ? detail : undefined;
}

/** What a click does: the command, and its name. */
export function commandOf(item: AttentionItem): {
  readonly name: CommandName;
  readonly title: string;
} {
  const { kind, action } = item;
  if (isPausedRefinery(item)) return { name: 'resumeRefinery', title: 'Resume Refinery' };
  if (kind === 'plugin' && action.verb === 'approve') return { name: 'approvePlugin', title: 'Approve' };
  return verbCommands[action.verb];
}

const isPausedRefinery = ({ kind, state }: AttentionItem): boolean => kind === 'rig' && state === 'paused';

const verbCommands = {
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

interface ItemFacts {
  readonly now: number;
  readonly detail: PolecatDetail | undefined;
}

function attentionRow(item: AttentionItem, { now, detail }: ItemFacts): Row {
  const { name, title } = commandOf(item);
  const gates = detail && gatesShort(detail);
  const word = stateWord(item);
  const reason = displayText(item.reason, 200);
  return {
    // One episode is one row; the next of the same subject is another.
    id: `attention:${item.id}`,
    label: nameOf(item),
    description: joined(described(item, word), gates, age(item.since, now)),
    icon: iconOf(item),
    context: joinedBy(' ', 'attention', ...wordsOf(item, detail)),
    spoken: `${nameOf(item)}, ${word}: ${reason}.${gates === undefined ? '' : ` Gates: ${gates}.`} ${title}.`,
    subject: subjectOf(item),
    command: { command: commandId(name), title },
    tooltip: () => [
      joined(displayText(item.subject, 100), item.bead !== item.subject && item.bead, word),
      displayText(item.reason, 1000),
      ...(detail?.mergeRequest ? metParagraphs(detail.mergeRequest) : []),
      `${title}, or in a terminal: ${displayText(item.action.command, 200)}`,
    ],
  };
}

/** What it is about as the commands of the window take it. */
export function subjectOf(item: AttentionItem): Subject {
  const { id, kind, subject, bead, agent, action } = item;
  if (isPausedRefinery(item)) return { kind: 'rig', rig: subject };
  if (action.verb === 'copy') return { kind: 'attention', item: id };
  if (kind === 'escalation') return { kind: 'escalation', escalation: subject };
  if (kind === 'mail') return { kind: 'mail', message: subject };
  if (kind === 'plugin') return { kind: 'plugin', plugin: subject };
  if (kind === 'rig') return { kind: 'rig', rig: subject };
  if (kind === 'polecat') return { kind: 'polecat', agent: subject };
  return { kind: 'bead', bead: bead ?? subject, ...(agent === undefined ? {} : { agent }) };
}

/** `slit · be-limit`: short, since a row is narrow. What has no name that says anything stands in its own words. */
export function nameOf({ kind, subject, bead, reason }: AttentionItem): string {
  if (kind === 'escalation' || kind === 'mail') return displayText(reason, 120);
  if (kind === 'plugin') return displayText(subject.replace(/^hq:/u, ''), 80);
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

/** The state, and what its name does not say. A question stands in its own words. */
function described({ kind, subject, state, reason, action }: AttentionItem, word: string): string {
  if (kind === 'escalation' || kind === 'mail' || action.verb === 'review') return word;
  // That it waits for a review is said by the word.
  if (state === 'submitted' && reason.startsWith(`${subject} is submitted`)) return word;
  const said = displayText(reason, 200);
  const whole = sayingState(said, word);
  if (whole !== undefined) return whole;
  return `${word}: ${state === 'needs-you' ? `“${said}”` : said}`;
}

function iconOf(item: AttentionItem): Icon {
  const { kind, state, severity } = item;
  const pressing = severity === 'critical' || severity === 'high';
  const color = pressing ? 'list.errorForeground' : 'list.warningForeground';
  if (kind === 'escalation') return { id: 'megaphone', color };
  if (kind === 'mail') return { id: 'mail', color };
  if (isPausedRefinery(item)) return { id: 'debug-pause', color };
  if (kind === 'rig' || kind === 'plugin') return { id: 'shield', color };
  return state === 'needs-you' ? needsPersonIcon : beadIcon(state);
}

/** The words that the menus ask for: of the buttons, and of finished work what its polecat's row has. */
function wordsOf(item: AttentionItem, detail: PolecatDetail | undefined): readonly string[] {
  const { kind, state, action } = item;
  if (kind === 'plugin' && action.verb === 'approve') return ['plugin'];
  if (isPausedRefinery(item)) return [];
  const buttons = menuWords[action.verb];
  if (kind !== 'mergeRequest') return buttons;
  const landing = detail
    ? landingContext(detail)
    : [state !== 'submitted' && 'retryable', state !== 'rejected' && 'rejectable'];
  return [...buttons, ...landing.filter((word): word is string => word !== false && word !== 'mergeable')];
}

/** What a button beside the row does. */
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
