import { displayText } from '../../server/domain/text.ts';
import type { FeedItem } from '../../server/protocol/town.ts';
import type { Activity } from '../activity.ts';
import { commandId } from '../commandNames.ts';
import type { Model } from '../model.ts';
import type { Subject } from '../subject.ts';
import { age } from './age.ts';
import type { Icon } from './icons.ts';
import type { Row, RowSource } from './row.ts';

/** What happened, newest first; a click shows what it happened to. */
export class ActivityRows implements RowSource {
  readonly #activity: Activity;
  readonly #model: Model;
  readonly #now: () => number;

  constructor(activity: Activity, model: Model, now: () => number = Date.now) {
    this.#activity = activity;
    this.#model = model;
    this.#now = now;
  }

  rows(below?: Row): readonly Row[] | undefined {
    if (below || !this.#model.town) return [];
    return this.#activity.isRead ? this.#activity.items.map((item) => this.#row(item)) : undefined;
  }

  read(): Promise<void> {
    return this.#activity.firstRead();
  }

  #row(item: FeedItem): Row {
    const text = displayText(item.text, 200);
    const subject = subjectOf(item, this.#model);
    const time = age(item.at, this.#now());
    return {
      id: `activity:${item.seq}`,
      label: text,
      description: time,
      icon: activityIcon(item.verb),
      context: 'activity',
      spoken: `${text}, ${time === 'now' ? time : `${time} ago`}.`,
      subject,
      ...(subject.kind === 'entry' ? {} : { command: { command: commandId('reveal'), title: 'Reveal' } }),
      tooltip: () => [displayText(item.text, 1000), new Date(item.at).toLocaleString()],
    };
  }
}

/** What a click goes to: whoever it happened to, as far as the town still knows them. */
function subjectOf({ subject, subjects, verb }: FeedItem, { town }: Model): Subject {
  const id = subjects?.[0] ?? subject;
  if (id === undefined) return { kind: 'entry', entry: verb };
  if (town?.rigs.some(({ rig }) => rig.id === id)) return { kind: 'rig', rig: id };
  if (id.includes('/')) return { kind: 'polecat', agent: id };
  if (town?.convoys.some(({ convoy }) => convoy.id === id)) return { kind: 'convoy', convoy: id };
  const isOfBead = !ofOthers.test(verb);
  return isOfBead ? { kind: 'bead', bead: id } : { kind: 'entry', entry: verb };
}

/** What has no row of its own, and no history as a bead has. */
const ofOthers =
  /^(?:town|rig|runtime|convoy|crew|escalation|archive|quota|mail|plugin|mayor|destination|scheduler|notify)\//u;

const warning = 'list.warningForeground';

/** By the verb, else by the noun before its slash. */
function activityIcon(verb: string): Icon {
  const noun = verb.slice(0, verb.includes('/') ? verb.indexOf('/') : undefined);
  return icons[verb] ?? icons[noun] ?? { id: 'circle-small' };
}

const icons: Readonly<Record<string, Icon>> = {
  sling: { id: 'rocket' },
  'sling/undo': { id: 'discard' },
  session: { id: 'terminal' },
  'session/handoff': { id: 'arrow-swap' },
  seance: { id: 'play' },
  hook: { id: 'link' },
  done: { id: 'check' },
  'done/escalated': { id: 'bell-dot', color: warning },
  land: { id: 'git-merge' },
  'land/conflict': { id: 'warning', color: warning },
  'land/rejected': { id: 'error', color: 'list.errorForeground' },
  'land/lost': { id: 'error', color: 'list.errorForeground' },
  'land/waiting-for-checkout': { id: 'git-branch', color: warning },
  bead: { id: 'checklist' },
  dependency: { id: 'type-hierarchy' },
  convoy: { id: 'list-tree' },
  nudge: { id: 'comment' },
  rig: { id: 'repo' },
  runtime: { id: 'server-process' },
  crew: { id: 'account' },
  town: { id: 'organization' },
  remove: { id: 'archive' },
};
